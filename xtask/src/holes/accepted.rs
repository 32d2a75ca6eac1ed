//! holes.toml: which known holes stay, and why.
//!
//! ```toml
//! [[hole]]
//! id = "GO-2026-1234"
//! in = ["containerd"]        # units of Go programs, or crates
//! reason = "only servers of it are affected, and no image has one"
//! until = 2027-03-01         # from this day on it does not count; optional
//! ```

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use yoe_notation::date::Date;

use super::hole::{Hole, Kind};

/// The lines of the file.
#[derive(Debug)]
pub struct Accepted(Vec<Line>);

#[derive(Debug)]
struct Line {
    id: String,
    within: Vec<String>,
    reason: String,
    until: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default)]
    hole: Vec<TextLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextLine {
    id: String,
    #[serde(rename = "in")]
    within: Vec<String>,
    reason: String,
    until: Option<toml::value::Datetime>,
}

/// What is to be said of a hole.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// It has a fix that is served, and nobody said why it is not taken.
    Open,
    /// Somebody said why, until a day that is past.
    Expired(&'a str, Date),
    /// Somebody said why.
    Accepted(&'a str),
    /// There is nothing to take.
    NoFix,
}

impl Accepted {
    /// Reads the file; without one, nothing is accepted.
    pub fn read(path: &Path) -> Result<Self, String> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map_err(|problem| format!("{}: {problem}", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self(Vec::new())),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// Reads its text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text: Text = toml::from_str(text).map_err(|error| error.to_string())?;
        text.hole.into_iter().map(Line::new).collect::<Result<_, _>>().map(Self)
    }

    /// What is to be said of a hole.
    pub fn verdict(&self, hole: &Hole, today: Date) -> Verdict<'_> {
        let line = self.0.iter().find(|line| line.id == hole.id && line.within.contains(&hole.within));
        match line {
            Some(Line { reason, until: Some(until), .. }) if *until <= today => {
                Verdict::Expired(reason, *until)
            }
            Some(line) => Verdict::Accepted(&line.reason),
            None if hole.served.is_some() => Verdict::Open,
            None => Verdict::NoFix,
        }
    }

    /// Lines about what is not there any more, among those of the kinds that were checked.
    pub fn unused(&self, holes: &[Hole], kinds: &[Kind]) -> Vec<String> {
        let pairs = self.0.iter().flat_map(|line| line.within.iter().map(move |within| (&line.id, within)));
        let checked = pairs.filter(|(id, _)| kinds.contains(&kind(id)));
        let gone = checked
            .filter(|(id, within)| !holes.iter().any(|hole| hole.id == **id && hole.within == **within));
        gone.map(|(id, within)| format!("holes.toml: {id} in {within} is not there any more: remove it"))
            .collect()
    }
}

/// The check that finds holes of this name.
fn kind(id: &str) -> Kind {
    if id.starts_with("GO-") { Kind::Go } else { Kind::Crate }
}

impl Line {
    fn new(TextLine { id, within, reason, until }: TextLine) -> Result<Self, String> {
        if reason.trim().is_empty() || within.is_empty() {
            return Err(format!("{id}: expected a reason, and in what it is"));
        }
        let day = |until: toml::value::Datetime| {
            let date = until
                .date
                .ok_or_else(|| format!("{id}: `until` is {until}; expected a date such as 2027-03-01"))?;
            Date::new(date.year.into(), date.month.into(), date.day.into())
                .ok_or_else(|| format!("{id}: `until` is {until}; expected a day from 1970 on"))
        };
        let until = until.map(day).transpose()?;
        Ok(Self { id, within, reason, until })
    }
}

impl Verdict<'_> {
    /// Whether somebody has to do something.
    pub fn is_wrong(&self) -> bool {
        matches!(self, Self::Open | Self::Expired(..))
    }
}

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("OPEN: take the fix, or write the reason into holes.toml"),
            Self::Expired(reason, day) => write!(f, "OPEN since {day}, until when it was accepted: {reason}"),
            Self::Accepted(reason) => write!(f, "accepted: {reason}"),
            Self::NoFix => f.write_str("there is no fix to take"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holes::hole::{Reach, hole};

    const LINES: &str = "[[hole]]\nid = 'GO-1'\nin = ['runc']\nreason = 'x'\nuntil = 2026-11-30\n";

    #[test]
    fn a_reason_counts_until_its_day() {
        let day = |day| Date::new(2026, 11, day).expect("there is such a day");
        let accepted = Accepted::parse(LINES).expect("it is right");
        let one = hole("GO-1", "runc", Some("v2"), true, Reach::Present);
        assert_eq!(accepted.verdict(&one, day(29)), Verdict::Accepted("x"));
        let past = accepted.verdict(&one, day(30));
        assert!(past.is_wrong() && past.to_string().contains("2026-11-30"), "{past}");
        let elsewhere = hole("GO-1", "nerdctl", Some("v2"), true, Reach::Present);
        assert_eq!(accepted.verdict(&elsewhere, day(1)), Verdict::Open);
    }

    #[test]
    fn mistakes_in_the_file_are_refused() {
        for text in [
            "[[hole]]\nid = 'GO-1'\nin = ['a']\n",
            "[[hole]]\nid = 'GO-1'\nin = ['a']\nreason = ' '\n",
            "[[hole]]\nid = 'GO-1'\nin = []\nreason = 'x'\n",
            "[[holes]]\n",
            "[[hole]]\nid = 'GO-1'\nin = ['a']\nreason = 'x'\nuntil = 12:00:00\n",
        ] {
            assert!(Accepted::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_repositorys_file_is_right() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../holes.toml");
        let read = Accepted::read(&path);
        assert!(read.is_ok(), "{read:?}");
    }
}
