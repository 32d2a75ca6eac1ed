//! Advisories in the format of OSV (ossf.github.io/osv-schema, 1.7), as far as they are read here.

use serde::Deserialize;

use super::parts::Query;

#[derive(Debug, Deserialize)]
pub(super) struct Advisory {
    pub(super) id: String,
    #[serde(default)]
    pub(super) modified: String,
    pub(super) withdrawn: Option<String>,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    /// Advisories that this one was made from: a distribution's says whose hole it is.
    #[serde(default)]
    pub(super) upstream: Vec<String>,
    #[serde(default)]
    pub(super) summary: String,
    #[serde(default)]
    pub(super) affected: Vec<Affected>,
    #[serde(default)]
    pub(super) severity: Vec<Severity>,
    #[serde(default)]
    pub(super) database_specific: Option<Specific>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Affected {
    pub(super) package: Option<Package>,
    #[serde(default)]
    pub(super) ranges: Vec<Range>,
    #[serde(default)]
    pub(super) versions: Vec<String>,
    #[serde(default)]
    pub(super) severity: Vec<Severity>,
    #[serde(default)]
    pub(super) ecosystem_specific: Option<Specific>,
    #[serde(default)]
    pub(super) database_specific: Option<Specific>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) ecosystem: String,
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Range {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) events: Vec<Event>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Event {
    pub(super) introduced: Option<String>,
    pub(super) fixed: Option<String>,
    pub(super) last_affected: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Severity {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) score: String,
}

/// What databases add; each has its own fields, so one of another form counts as absent.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "serde_json::Value")]
pub(super) struct Specific {
    pub(super) severity: Option<String>,
    pub(super) imports: Vec<Import>,
    /// Sources of the kernel, by the name that its own records have for them.
    pub(super) program_files: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Import {
    /// The Go package.
    #[serde(default)]
    pub(super) path: String,
    #[serde(default)]
    pub(super) goos: Vec<String>,
    #[serde(default)]
    pub(super) goarch: Vec<String>,
}

impl From<serde_json::Value> for Specific {
    fn from(mut value: serde_json::Value) -> Self {
        let severity = value.get("severity").and_then(serde_json::Value::as_str).map(str::to_owned);
        let imports = value.get_mut("imports").map(serde_json::Value::take).unwrap_or_default();
        let files = value.get_mut("programFiles").map(serde_json::Value::take).unwrap_or_default();
        Self {
            severity,
            imports: serde_json::from_value(imports).unwrap_or_default(),
            program_files: serde_json::from_value(files).unwrap_or_default(),
        }
    }
}

impl Advisory {
    /// All names of the hole.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.id).chain(&self.aliases).chain(&self.upstream)
    }

    /// What it says of a package. Of a release that Debian has not numbered yet, what it says of the newest that it speaks of.
    pub(super) fn of_package(&self, query: &Query, name: &str) -> Vec<&Affected> {
        let of = |affected: &&Affected| affected.package.as_ref().is_some_and(|package| package.name == name);
        let named = self.affected.iter().filter(of);
        let ecosystem =
            |affected: &Affected| affected.package.as_ref().map(|package| package.ecosystem.clone());
        if query.ecosystem != "Debian" {
            return named
                .filter(|affected| ecosystem(affected).as_deref() == Some(query.ecosystem))
                .collect();
        }
        let number = |affected: &Affected| ecosystem(affected)?.strip_prefix("Debian:")?.parse::<u32>().ok();
        let wanted = query.release.or_else(|| self.affected.iter().filter(of).filter_map(number).max());
        named.filter(|affected| number(affected).is_some() && number(affected) == wanted).collect()
    }
}

impl Affected {
    /// The Go packages that the hole is in; nothing when it may be anywhere in the module.
    pub(super) fn packages(&self) -> Option<Vec<&str>> {
        let imports = &self.ecosystem_specific.as_ref()?.imports;
        let paths: Vec<&str> = imports.iter().map(|import| import.path.as_str()).collect();
        (!paths.is_empty() && !paths.contains(&"")).then_some(paths)
    }

    /// The sources of the kernel that the hole is in, as far as they are named.
    pub(super) fn program_files(&self) -> impl Iterator<Item = &String> {
        let specific = [&self.ecosystem_specific, &self.database_specific];
        specific.into_iter().flatten().flat_map(|specific| &specific.program_files)
    }

    /// Whether it is for programs of this system and architecture, by Go's names for them.
    pub(super) fn is_for(&self, goos: &str, goarch: &str) -> bool {
        let imports =
            self.ecosystem_specific.as_ref().map(|specific| specific.imports.as_slice()).unwrap_or_default();
        let fits = |names: &[String], ours: &str| names.is_empty() || names.iter().any(|name| name == ours);
        imports.is_empty()
            || imports.iter().any(|import| fits(&import.goos, goos) && fits(&import.goarch, goarch))
    }
}
