//! The text of a unit.

use std::fmt::Write as _;

use crate::finding::Finding;
use crate::starlark::quoted;
use crate::{Class, Origin};

impl Finding {
    /// The files of the unit, each with its path in the project: its own in this category, and what that loads. `class` is what `load`
    /// takes for the file of the class.
    pub fn files(&self, category: &str, class: &str) -> Vec<(String, String)> {
        let name = &self.name;
        let mut files = vec![(format!("units/{category}/{name}.star"), self.unit(class))];
        if !self.build.crates.is_empty() {
            files.push((format!("classes/{}.star", self.crates_file()), self.crates()));
        }
        if let Some(lock) = &self.build.cargo_lock {
            files.push((format!("units/{category}/{name}/Cargo.lock"), lock.clone()));
        }
        files
    }

    fn unit(&self, class: &str) -> String {
        let mut text = format!("# Of {}, by `yoe add`.\n\n", comment(&self.origin.shown()));
        let mut loads = Vec::new();
        if !self.build.crates.is_empty() {
            loads.push(format!(
                "load(\"//classes/{}.star\", {})",
                self.crates_file(),
                quoted(&self.constant())
            ));
        }
        let function = self.class.function();
        let crates = if self.build.crates.is_empty() { "" } else { "\"crates\", " };
        loads.push(format!("load({}, {crates}{})", quoted(class), quoted(function)));
        // Writing to a string does not fail.
        let _ = write!(text, "{}\n\n{function}(\n", loads.join("\n"));
        for (name, value) in self.arguments() {
            let _ = writeln!(text, "    {name} = {value},");
        }
        text.push_str(")\n");
        text
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![
            ("name", quoted(&self.name)),
            ("version", quoted(&self.version)),
            ("description", quoted(&self.description)),
            ("license", quoted(&self.license)),
        ];
        all.extend(self.homepage.as_ref().map(|address| ("homepage", quoted(address))));
        all.extend(self.source());
        if self.build.cargo_lock.is_some() {
            let step = quoted("cp \"$FILESDIR/Cargo.lock\" Cargo.lock");
            all.push(("tasks", format!("[task(\"lock\", steps = [{step}])]")));
        }
        all.extend(self.build.arguments.iter().map(|(name, value)| (*name, value.clone())));
        all
    }

    fn source(&self) -> Vec<(&'static str, String)> {
        let source = match &self.origin {
            Origin::Git { url, commit, revision } => {
                let named = revision.as_ref().map(|name| format!("        # {}\n", comment(name)));
                let named = named.unwrap_or_default();
                format!(
                    "git(\n        url = {},\n{named}        commit = {},\n    )",
                    quoted(url),
                    quoted(commit)
                )
            }
            Origin::Archive { url, sha256 } => format!("https({}, sha256 = \"{sha256}\")", quoted(url)),
            Origin::Crate { name, version, sha256 } => {
                format!("crate({}, {}, sha256 = \"{sha256}\")", quoted(name), quoted(version))
            }
            Origin::GoModule { path, version } if *version == format!("v{}", self.version) => {
                format!("go_module({})", quoted(path))
            }
            Origin::GoModule { path, version } => {
                format!("go_module({}, version = {})", quoted(path), quoted(version))
            }
            Origin::Directory { path, .. } => {
                let names: Vec<String> = self.build.made.iter().map(|name| quoted(name)).collect();
                match names.is_empty() {
                    true => format!("path({})", quoted(&tree_path(path))),
                    false => format!("path({}, exclude = [{}])", quoted(&tree_path(path)), names.join(", ")),
                }
            }
        };
        let crates = match self.build.crates.is_empty() {
            true => source,
            false => format!("[{source}] + crates({})", self.constant()),
        };
        let mut all = vec![("source", crates)];
        if let Origin::GoModule { version, .. } = &self.origin
            && *version != format!("v{}", self.version)
        {
            all.push(("module_version", quoted(version)));
        }
        // A program says which version of its module it is; a tree that is no release has none to say.
        if self.class == Class::Go && !matches!(self.origin, Origin::GoModule { .. }) {
            all.push(("module_version", quoted("(devel)")));
        }
        all
    }

    fn crates_file(&self) -> String {
        format!("{}_crates", self.name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"))
    }

    fn constant(&self) -> String {
        let name = self.crates_file().to_uppercase();
        if name.starts_with(|c: char| c.is_ascii_digit()) { format!("OF_{name}") } else { name }
    }

    fn crates(&self) -> String {
        let lines = self
            .build
            .crates
            .iter()
            .map(|(pin, digest)| format!("    {}: {},\n", quoted(pin), quoted(digest)));
        let lines: String = lines.collect();
        format!(
            "# The crates of {}, of its Cargo.lock, by `yoe add`.\n\n{} = {{\n{lines}}}\n",
            self.name,
            self.constant()
        )
    }
}

fn tree_path(path: &str) -> String {
    if path == "." { "./".to_owned() } else { path.to_owned() }
}

/// Text of others in a comment: it ends with its line.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
