//! Relations between packages: the text of `Depends` and `Provides` (Debian Policy, section 7.1).

use std::cmp::Ordering;
use std::fmt;

use super::version;

/// One dependency: any of its alternatives satisfies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency(pub(crate) Vec<Alternative>);

/// A package, perhaps of certain versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alternative {
    pub(crate) name: String,
    pub(crate) constraint: Option<Constraint>,
}

/// What a version must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Constraint {
    relation: Relation,
    pub(crate) version: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Before,
    UpTo,
    Equal,
    From,
    After,
}

const RELATIONS: [(&str, Relation); 7] = [
    // Longer signs first; `<` and `>` alone are the old spelling of `<=` and `>=`.
    ("<<", Relation::Before),
    ("<=", Relation::UpTo),
    (">=", Relation::From),
    (">>", Relation::After),
    ("=", Relation::Equal),
    ("<", Relation::UpTo),
    (">", Relation::From),
];

/// Reads a whole field; `Err` holds the part that is not a relation.
pub(crate) fn parse(field: &str) -> Result<Vec<Dependency>, String> {
    field
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let alternatives = part.split('|').map(|text| alternative(text.trim()));
            alternatives.collect::<Option<_>>().map(Dependency).ok_or_else(|| part.to_owned())
        })
        .collect()
}

fn alternative(text: &str) -> Option<Alternative> {
    let end = text.find(|c: char| c.is_whitespace() || "([<".contains(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    // `:any` and the like say which architectures satisfy it; an environment holds one.
    let name = name.split(':').next().unwrap_or_default();
    if name.is_empty() {
        return None;
    }
    let rest = rest.trim();
    let constraint = match rest.strip_prefix('(') {
        Some(inner) => Some(constraint(inner.split_once(')')?.0)?),
        None if rest.is_empty() || rest.starts_with(['[', '<']) => None,
        None => return None,
    };
    Some(Alternative { name: name.to_owned(), constraint })
}

fn constraint(text: &str) -> Option<Constraint> {
    let text = text.trim();
    let (sign, relation) = RELATIONS.iter().find(|(sign, _)| text.starts_with(sign))?;
    let version = text[sign.len()..].trim();
    (!version.is_empty()).then(|| Constraint { relation: *relation, version: version.to_owned() })
}

impl Alternative {
    /// Whether this version of the named package satisfies it.
    pub(crate) fn accepts(&self, version: &str) -> bool {
        self.constraint.as_ref().is_none_or(|constraint| constraint.accepts(version))
    }

    /// Whether a package that provides the name does, at this version or at none.
    pub(crate) fn accepts_provided(&self, version: Option<&str>) -> bool {
        match (&self.constraint, version) {
            (None, _) => true,
            (Some(constraint), Some(version)) => constraint.accepts(version),
            (Some(_), None) => false,
        }
    }
}

impl Constraint {
    fn accepts(&self, version: &str) -> bool {
        let order = version::compare(version, &self.version);
        match self.relation {
            Relation::Before => order == Ordering::Less,
            Relation::UpTo => order != Ordering::Greater,
            Relation::Equal => order == Ordering::Equal,
            Relation::From => order != Ordering::Less,
            Relation::After => order == Ordering::Greater,
        }
    }
}

impl fmt::Display for Alternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let Some(Constraint { relation, version }) = &self.constraint else { return Ok(()) };
        let sign = RELATIONS.iter().find(|(_, other)| other == relation).map_or("", |(sign, _)| *sign);
        write!(f, " ({sign} {version})")
    }
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.iter().map(Alternative::to_string).collect();
        f.write_str(&all.join(" | "))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_read() {
        let text = "libc6 (>= 2.38), debconf (>= 0.5) | debconf-2.0,perl:any,x [amd64] <!nocheck>, y(<<1),";
        let shown: Vec<String> = parse(text).unwrap().iter().map(Dependency::to_string).collect();
        assert_eq!(shown, ["libc6 (>= 2.38)", "debconf (>= 0.5) | debconf-2.0", "perl", "x", "y (<< 1)"]);
    }

    #[test]
    fn what_is_not_a_relation_is_named() {
        for text in ["a (1.0)", "a (>= 1", "a b", "| a", "a (>=)", ":any"] {
            assert_eq!(parse(text), Err(text.to_owned()));
        }
    }

    #[test]
    fn constraints_hold_for_the_right_versions() {
        for (text, accepted, refused) in [
            ("a (<< 2)", "1", "2"),
            ("a (<= 2)", "2", "3"),
            ("a (= 2)", "2-0", "2-1"),
            ("a (>= 2)", "2", "2~rc1"),
            ("a (>> 2)", "2.1", "2"),
            ("a (> 2)", "2", "1"),
        ] {
            let relation = &parse(text).unwrap()[0].0[0];
            assert!(relation.accepts(accepted), "{text} {accepted}");
            assert!(!relation.accepts(refused), "{text} {refused}");
            assert!(!relation.accepts_provided(None), "{text} provided without a version");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([a-c ,|()<>=:\\[\\]0-9.~]|\\PC){0,40}") {
            if let Ok(all) = parse(&text) {
                for dependency in all {
                    // What is shown reads as the same again.
                    prop_assert_eq!(parse(&dependency.to_string()), Ok(vec![dependency]));
                }
            }
        }
    }
}
