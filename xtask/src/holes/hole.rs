//! A known vulnerability of something that is shipped.

use std::fmt;

/// Which check finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// In a Go program; identifiers `GO-…` of the Go vulnerability database.
    Go,
    /// In a crate; identifiers `RUSTSEC-…`, or `yanked`.
    Crate,
}

/// Whether the vulnerable code is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// A vulnerable function is linked in; which one.
    Called(String),
    /// The module is there, none of its vulnerable functions is.
    Present,
    /// Nothing is known of functions.
    Unknown,
}

/// A vulnerability in one program or crate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hole {
    /// Which check found it.
    pub kind: Kind,
    /// What holds it: the unit of somebody's program, or else the crate.
    pub within: String,
    /// The advisory.
    pub id: String,
    /// Its name elsewhere, usually a CVE.
    pub alias: Option<String>,
    /// Module or crate.
    pub module: String,
    /// The version that is shipped.
    pub version: String,
    /// The first version without it, if there is one.
    pub fixed: Option<String>,
    /// The version with the fix that the registry serves: the first one, or else the next that can be had.
    pub served: Option<String>,
    /// Whether the vulnerable code is there.
    pub reach: Reach,
    /// What it is.
    pub title: String,
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { within, id, module, version, title, .. } = self;
        write!(f, "{id}")?;
        if let Some(alias) = &self.alias {
            write!(f, " ({alias})")?;
        }
        write!(f, " in {within}: {module} {version}, ")?;
        match (&self.fixed, &self.served) {
            (Some(fixed), Some(served)) if fixed == served => {
                write!(f, "fixed in {fixed}, which is served")?;
            }
            (Some(fixed), Some(served)) => write!(f, "fixed in {fixed}, which is served as {served}")?,
            (Some(fixed), None) => write!(f, "fixed in {fixed}, which is not served")?,
            (None, _) => write!(f, "no fix is known")?,
        }
        match &self.reach {
            Reach::Called(function) => write!(f, "; called: {function}")?,
            Reach::Present => write!(f, "; only present")?,
            Reach::Unknown => {}
        }
        write!(f, ": {title}")
    }
}

/// One for tests.
#[cfg(test)]
pub fn hole(id: &str, within: &str, fixed: Option<&str>, served: bool, reach: Reach) -> Hole {
    Hole {
        kind: Kind::Go,
        within: within.to_owned(),
        id: id.to_owned(),
        alias: None,
        module: "example.org/m".to_owned(),
        version: "v1.0.0".to_owned(),
        fixed: fixed.map(str::to_owned),
        served: fixed.filter(|_| served).map(str::to_owned),
        reach,
        title: "something".to_owned(),
    }
}
