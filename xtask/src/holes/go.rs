//! The Go programs, checked by govulncheck with the vulnerability database that the Go proxy serves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::go_client::GoClient;
use super::govulncheck::{Finding, Govulncheck};
use super::hole::{Hole, Kind};
use super::{Checked, programs};

/// The checker: a program of the module golang.org/x/vuln.
const CHECKER: (&str, &str) = ("golang.org/x/vuln/cmd/govulncheck", "v1.9.0");
/// The module that holds the database, one file of the OSV format for each report in the directory `data/osv`.
const DATABASE: &str = "golang.org/x/vulndb";
/// What advisories call the standard library; its fixes come with a toolchain.
const STDLIB: &str = "stdlib";
const TOOLCHAIN: &str = "golang.org/toolchain";

/// Checks the programs of all units that the class `go_binary` makes.
pub fn check() -> Result<Checked, String> {
    let cache = cache()?;
    let client = GoClient::make(&cache)?;
    let database = client.fetch(DATABASE, "latest")?;
    let checker =
        Govulncheck::new(client.install(CHECKER.0, CHECKER.1)?, &database.directory.join("data/osv"));
    let project = cache.join("project");
    programs::copy(&project)?;
    let (mut holes, mut served, mut count) = (Vec::new(), BTreeMap::new(), 0);
    for unit in programs::units(Path::new("."))? {
        let directory = cache.join("programs").join(&unit);
        programs::unpack(&project, &unit, &directory)?;
        let elves = programs::elves(&directory)?;
        if elves.is_empty() {
            return Err(format!("the unit {unit} has no program"));
        }
        let mut found: BTreeMap<(String, String), Finding> = BTreeMap::new();
        for elf in &elves {
            for finding in checker.run(elf)? {
                let key = (finding.id.clone(), finding.module.clone());
                // Of several programs the one that calls what is vulnerable speaks for the unit.
                let known = found.entry(key).or_insert_with(|| finding.clone());
                if finding.reach < known.reach {
                    *known = finding;
                }
            }
        }
        count += elves.len();
        holes.extend(found.into_values().map(|finding| hole(&client, &unit, finding, &mut served)));
    }
    let database = format!("{DATABASE} {} ({count} programs)", database.version);
    Ok(Checked { kind: Kind::Go, database, holes })
}

/// Where everything lies that is fetched and unpacked: outside of the repository, like other caches.
fn cache() -> Result<PathBuf, String> {
    let below =
        |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = below("XDG_CACHE_HOME").or_else(|| below("HOME").map(|home| home.join(".cache")));
    let cache = caches.ok_or("neither XDG_CACHE_HOME nor HOME says where caches are")?.join("yoe-holes");
    std::fs::create_dir_all(&cache).map_err(|error| format!("{}: {error}", cache.display()))?;
    Ok(cache)
}

/// Which fixes are served, by module and version.
type Served = BTreeMap<(String, String), Option<String>>;

fn hole(client: &GoClient, unit: &str, finding: Finding, served: &mut Served) -> Hole {
    let Finding { id, alias, module, version, fixed, reach, title } = finding;
    let served = fixed.as_ref().and_then(|fixed| {
        let place = served.entry((module.clone(), fixed.clone()));
        place.or_insert_with(|| serving(&module, fixed, |path, query| client.version(path, query))).clone()
    });
    Hole { kind: Kind::Go, within: unit.to_owned(), id, alias, module, version, fixed, served, reach, title }
}

/// The version with a fix that can be had. The first one is often that of a commit, which a proxy need not serve: then the next
/// release has it as well. `ask` gives the version that the proxy has for a query (Go Modules Reference, "Version queries").
fn serving(module: &str, fixed: &str, ask: impl Fn(&str, &str) -> Result<String, String>) -> Option<String> {
    let (path, version) = carrier(module, fixed);
    if ask(&path, &version).is_ok() {
        return Some(fixed.to_owned());
    }
    // Toolchains are not ordered by their versions.
    (path != TOOLCHAIN).then(|| ask(&path, &format!(">={version}")).ok())?
}

/// The module, and its version, that brings a fix.
fn carrier(module: &str, fixed: &str) -> (String, String) {
    match module {
        STDLIB => {
            let version = fixed.trim_start_matches("go").trim_start_matches('v');
            (TOOLCHAIN.to_owned(), format!("v0.0.1-go{version}.linux-amd64"))
        }
        _ => (module.to_owned(), fixed.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_is_served_by_its_version_or_by_the_next() {
        let ask = |path: &str, query: &str| match (path, query) {
            ("m", "v1.0.0") => Ok("v1.0.0".to_owned()),
            ("m", ">=v1.0.1-0.20261009181718-2f1f834330b2") => Ok("v1.1.0".to_owned()),
            _ => Err("403 Forbidden".to_owned()),
        };
        assert_eq!(serving("m", "v1.0.0", ask).as_deref(), Some("v1.0.0"));
        assert_eq!(serving("m", "v1.0.1-0.20261009181718-2f1f834330b2", ask).as_deref(), Some("v1.1.0"));
        assert_eq!(serving("m", "v2.0.0", ask), None);
        assert_eq!(
            serving("stdlib", "v9.9.9", |_, query| match query.starts_with(">=") {
                true => Ok("v0.0.1-go1.9.linux-arm".to_owned()),
                false => Err("404".to_owned()),
            }),
            None
        );
    }

    #[test]
    fn fixes_of_the_standard_library_come_with_a_toolchain() {
        let toolchain = ("golang.org/toolchain".to_owned(), "v0.0.1-go1.27.3.linux-amd64".to_owned());
        assert_eq!(carrier("stdlib", "v1.27.3"), toolchain);
        assert_eq!(carrier("stdlib", "go1.27.3"), toolchain);
        assert_eq!(
            carrier("golang.org/x/net", "v0.60.0"),
            ("golang.org/x/net".to_owned(), "v0.60.0".to_owned())
        );
    }
}
