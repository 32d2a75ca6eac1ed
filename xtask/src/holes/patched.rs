//! What docs/design/0024-advisories.md says of each C component is what its unit does.

use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/design/0024-advisories.md";
const UNITS: &str = "modules/units-core/units";

/// A row of the page's first table; an empty cell holds what the row above does.
#[derive(Debug, Clone, Default)]
struct Row {
    units: String,
    versions: String,
    patches: String,
    closed: String,
    by: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn rows(page: &str) -> Vec<Row> {
    let table = page.split_once("| unit | version |").unwrap().1.split_once("\n\n").unwrap().0;
    let mut rows: Vec<Row> = Vec::new();
    for line in table.lines().skip(2) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, units, versions, patches, closed, by, _] = cells[..] else { panic!("{line}") };
        let above = rows.last().cloned().unwrap_or_default();
        let filled = |cell: &str, above: String| if cell.is_empty() { above } else { cell.to_owned() };
        rows.push(Row {
            // A unit of several rows is named in the first one alone.
            patches: if units.is_empty() { above.patches } else { patches.to_owned() },
            versions: if units.is_empty() { above.versions } else { versions.to_owned() },
            units: filled(units, above.units),
            closed: closed.to_owned(),
            by: by.to_owned(),
        });
    }
    rows
}

/// Numbers of a text such as `CVE-2026-38752 to -38755`, `CVE-2025-1, -2`.
fn advisories(text: &str) -> Vec<String> {
    let mut year = String::new();
    let mut found: Vec<String> = Vec::new();
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        if let Some((_, rest)) = word.split_once("CVE-") {
            year = rest.split('-').next().unwrap().to_owned();
            found.push(word.to_owned());
        } else if let Some(number) = word.strip_prefix('-').filter(|number| number.parse::<u32>().is_ok()) {
            found.push(format!("CVE-{year}-{number}"));
        }
    }
    found
}

/// The file that defines a unit.
fn definition(unit: &str) -> PathBuf {
    let kinds = fs::read_dir(root().join(UNITS)).unwrap();
    let files = kinds.map(|kind| kind.unwrap().path().join(format!("{unit}.star")));
    files.filter(|path| path.is_file()).last().unwrap_or_else(|| panic!("no unit {unit}"))
}

/// The holes that a unit's own patches say they close, of those patches that it applies.
fn closed_by_own_patches(definition: &Path, text: &str) -> String {
    let patches = fs::read_dir(definition.with_extension("")).into_iter().flatten();
    let patches = patches.map(|entry| entry.unwrap().path());
    let applied = |path: &PathBuf| {
        path.extension().is_some_and(|kind| kind == "patch")
            && text.contains(&format!("\"{}\"", path.file_name().unwrap().to_str().unwrap()))
    };
    patches.filter(applied).map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn units_apply_what_the_page_of_advisories_says() {
    let rows = rows(&fs::read_to_string(root().join(PAGE)).unwrap());
    assert!(rows.len() > 15, "{rows:?}");
    let (mut own, mut named) = (0, 0);
    for row in &rows {
        for (index, unit) in row.units.split(", ").enumerate() {
            let definition = definition(unit);
            let text = fs::read_to_string(&definition).unwrap();
            let versions: Vec<&str> = row.versions.split(", ").collect();
            let version = versions.get(index).unwrap_or(&versions[0]);
            assert!(text.contains(&format!("\"{version}")), "{unit} is not {version}");
            let kinds: Vec<&str> = row.patches.split(", ").collect();
            let agrees = match *kinds.get(index).unwrap_or(&kinds[0]) {
                "series" => text.contains("patches = \"series\""),
                "none" | "not served" => text.contains("patches = \"none\""),
                "applied already" => {
                    text.contains("debian_package(") && text.matches(&format!("\"{version}")).count() == 2
                }
                some => {
                    let count: usize = some.strip_suffix(" named").unwrap().parse().unwrap();
                    let list =
                        text.split_once("debian_source(").unwrap().1.split_once("patches = [").unwrap().1;
                    list.split_once(']').unwrap().0.matches(".patch\"").count() == count
                }
            };
            assert!(agrees, "{unit}: the page says {:?} of Debian's patches", row.patches);
            let closed = match row.by.as_str() {
                "patch of our own" | "patches of our own" => closed_by_own_patches(&definition, &text),
                "named patches" => text,
                _ => continue,
            };
            for advisory in advisories(&row.closed) {
                if row.by == "named patches" {
                    named += usize::from(closed.contains(&advisory));
                    continue;
                }
                own += 1;
                assert!(closed.contains(&format!("CVE: {advisory}\n")), "{unit}: nothing closes {advisory}");
            }
        }
    }
    assert!(own >= 7 && named >= 6, "{own} {named}");
}

#[test]
fn the_page_of_advisories_has_every_unit_of_a_debian_source() {
    let rows = rows(&fs::read_to_string(root().join(PAGE)).unwrap());
    let named: Vec<&str> = rows.iter().flat_map(|row| row.units.split(", ")).collect();
    let kinds = fs::read_dir(root().join(UNITS)).unwrap();
    let files = kinds.flat_map(|kind| fs::read_dir(kind.unwrap().path()).into_iter().flatten());
    let mut found = 0;
    for file in files.map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
        let text = fs::read_to_string(&file).unwrap();
        if !text.contains("debian_source(") && !text.contains("debian_package(") {
            continue;
        }
        let unit = file.file_stem().unwrap().to_str().unwrap();
        assert!(named.contains(&unit), "{PAGE} has no row of {unit}: what is known of its version?");
        found += 1;
    }
    assert!(found > 25, "{found}");
}

#[test]
fn shortened_numbers_are_whole_ones() {
    let text = "CVE-2025-70102, CVE-2026-14258, -56113, and -56117: a hole";
    let whole = ["CVE-2025-70102", "CVE-2026-14258", "CVE-2026-56113"];
    assert_eq!(advisories(text)[..3], whole);
}
