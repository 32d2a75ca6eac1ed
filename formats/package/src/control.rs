//! `.PKGINFO`: what a package says of itself.

use std::fmt::Write as _;

use crate::name::{check_name, check_version};
use crate::{PackageError, Sha256};

/// What the caller says of a package. Dependencies are names, perhaps with `=`, `>=` and the like and a version;
/// those on shared libraries are found in the files and need not be named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Info {
    /// Its name.
    pub name: String,
    /// Its version with the release: `1.2.5-r0`.
    pub version: String,
    /// One line.
    pub description: String,
    /// Where the software is at home; may be empty.
    pub url: String,
    /// An SPDX licence expression.
    pub license: String,
    /// `x86_64`, `aarch64` or `noarch`.
    pub arch: String,
    /// The unit that it was split from.
    pub origin: String,
    /// Seconds since 1970; the date of everything in it.
    pub build_date: u64,
    /// What must be installed with it.
    pub depends: Vec<String>,
    /// Further names that it satisfies.
    pub provides: Vec<String>,
    /// Packages whose files it may take over.
    pub replaces: Vec<String>,
}

/// What a written package says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// What its maker said.
    pub info: Info,
    /// Sum of the sizes of its files, in bytes.
    pub installed_size: u64,
    /// SHA-256 of the data member's bytes.
    pub data_hash: Sha256,
}

impl Info {
    /// Checks what the format cannot carry.
    pub(crate) fn validate(&self) -> Result<(), PackageError> {
        check_name(&self.name)?;
        check_version(&self.version)?;
        let lines = [
            ("description", &self.description),
            ("url", &self.url),
            ("license", &self.license),
            ("arch", &self.arch),
            ("origin", &self.origin),
        ];
        for (field, value) in lines {
            refuse(
                field,
                value,
                value.chars().any(char::is_control),
                "holds a line break or another control character",
            )?;
        }
        refuse("arch", &self.arch, self.arch.is_empty(), "is empty: expected x86_64, aarch64 or noarch")?;
        let lists = [("depends", &self.depends), ("provides", &self.provides), ("replaces", &self.replaces)];
        for (field, values) in lists {
            for value in values {
                let wrong = value.is_empty() || value.chars().any(|c| c.is_whitespace() || c.is_control());
                refuse(
                    field,
                    value,
                    wrong,
                    "is not a dependency: expected a name, perhaps with a version, without blanks",
                )?;
            }
        }
        Ok(())
    }
}

fn refuse(field: &'static str, value: &str, wrong: bool, problem: &'static str) -> Result<(), PackageError> {
    if wrong { Err(PackageError::Field { field, value: value.to_owned(), problem }) } else { Ok(()) }
}

impl Control {
    /// The text of `.PKGINFO`.
    pub(crate) fn to_text(&self) -> String {
        let info = &self.info;
        let mut text = String::new();
        let mut line = |key: &str, value: &str| {
            if !value.is_empty() {
                // Writing to a string does not fail.
                let _ = writeln!(text, "{key} = {value}");
            }
        };
        line("pkgname", &info.name);
        line("pkgver", &info.version);
        line("pkgdesc", &info.description);
        line("url", &info.url);
        line("builddate", &info.build_date.to_string());
        line("size", &self.installed_size.to_string());
        line("arch", &info.arch);
        line("origin", &info.origin);
        line("license", &info.license);
        for (key, values) in
            [("replaces", &info.replaces), ("depend", &info.depends), ("provides", &info.provides)]
        {
            values.iter().for_each(|value| line(key, value));
        }
        line("datahash", &self.data_hash.to_string());
        text
    }

    /// Reads `.PKGINFO`; `Err` says what is wrong. Keys that are not known here are passed over.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut info = Info::default();
        let (mut size, mut hash) = (None, None);
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let (key, value) = line
                .split_once(" = ")
                .ok_or_else(|| format!(".PKGINFO has the line {line:?} without \" = \""))?;
            let value = value.trim();
            let one = |field: &mut String| *field = value.to_owned();
            match key.trim() {
                "pkgname" => one(&mut info.name),
                "pkgver" => one(&mut info.version),
                "pkgdesc" => one(&mut info.description),
                "url" => one(&mut info.url),
                "license" => one(&mut info.license),
                "arch" => one(&mut info.arch),
                "origin" => one(&mut info.origin),
                "depend" => info.depends.push(value.to_owned()),
                "provides" => info.provides.push(value.to_owned()),
                "replaces" => info.replaces.push(value.to_owned()),
                "builddate" => info.build_date = number("builddate", value)?,
                "size" => size = Some(number("size", value)?),
                "datahash" => {
                    hash = Some(
                        Sha256::from_hex(value)
                            .ok_or_else(|| format!("datahash {value:?} is not a SHA-256 digest"))?,
                    )
                }
                _ => {}
            }
        }
        info.validate().map_err(|error| format!("in .PKGINFO, {error}"))?;
        let data_hash = hash.ok_or(".PKGINFO has no datahash")?;
        Ok(Self { info, installed_size: size.unwrap_or(0), data_hash })
    }
}

fn number(key: &str, value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| format!("{key} {value:?} in .PKGINFO is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Control {
        let info = Info {
            name: "zlib".into(),
            version: "1.3.1-r0".into(),
            description: "Compression library = deflate".into(),
            license: "Zlib".into(),
            arch: "x86_64".into(),
            origin: "zlib".into(),
            build_date: 1_750_000_000,
            depends: vec!["so:libc.so".into(), "base-files>=1".into()],
            provides: vec!["so:libz.so.1=1.3.1".into()],
            ..Info::default()
        };
        Control { info, installed_size: 100_000, data_hash: Sha256::of(b"") }
    }

    #[test]
    fn the_text() {
        insta::assert_snapshot!(sample().to_text());
    }

    #[test]
    fn it_reads_back() {
        assert_eq!(Control::parse(&sample().to_text()), Ok(sample()));
    }

    #[test]
    fn a_line_break_cannot_smuggle_a_field() {
        let mut info = sample().info;
        info.description = "x\ndatahash = 00".into();
        let error = info.validate().unwrap_err();
        insta::assert_snapshot!(error, @r#"description "x\ndatahash = 00" holds a line break or another control character"#);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}(\n\\PC{0,40}){0,4}") {
            let _ = Control::parse(&text);
        }
    }
}
