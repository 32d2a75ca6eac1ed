//! What the makefiles of a kernel name: objects and directories, and the options that decide about them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Where a makefile names an object or a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// What decides whether the line counts.
    pub(super) gate: Gate,
    /// The object that it becomes a part of; the kernel when absent.
    pub(super) into: Option<String>,
}

/// What decides whether a line of a makefile counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gate {
    /// Nothing, or what is not understood.
    Always,
    /// An option, without `CONFIG_`.
    Option(String),
}

/// All that the makefiles of a tree name.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// By path; directories end in a slash.
    plain: BTreeMap<String, Vec<Mention>>,
    /// With variables in their names, which stand for any text without a slash: what is around them.
    patterns: Vec<(Vec<String>, Mention)>,
}

/// Lists of what is put into the kernel; other names are those of objects that are made of several.
const LISTS: [&str; 9] = ["obj", "lib", "core", "libs", "drivers", "net", "virt", "head", "subdir"];
/// Directories that nothing of the kernel is made from.
const OUTSIDE: [&str; 4] = ["Documentation", "scripts", "tools", "samples"];

impl Mentions {
    /// Reads all makefiles below a directory. One that cannot be read names nothing, so that nothing follows from it.
    pub(super) fn read(tree: &Path) -> Self {
        let mut mentions = Self::default();
        let mut open = vec![String::new()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(tree.join(&directory)).into_iter().flatten().flatten() {
                let (Ok(kind), Some(name)) =
                    (entry.file_type(), entry.file_name().to_str().map(str::to_owned))
                else {
                    continue;
                };
                if kind.is_dir() && !(directory.is_empty() && OUTSIDE.contains(&name.as_str())) {
                    open.push(format!("{directory}{name}/"));
                } else if kind.is_file() && (name.starts_with("Makefile") || name.starts_with("Kbuild")) {
                    let text = fs::read(entry.path()).unwrap_or_default();
                    mentions.makefile(&directory, &String::from_utf8_lossy(&text));
                }
            }
        }
        mentions
    }

    /// Where an object or a directory is named.
    pub(super) fn of(&self, target: &str) -> impl Iterator<Item = &Mention> {
        let plain = self.plain.get(target).into_iter().flatten();
        let target = target.to_owned();
        plain.chain(
            self.patterns.iter().filter(move |(parts, _)| fits(&target, parts)).map(|(_, mention)| mention),
        )
    }

    fn makefile(&mut self, directory: &str, text: &str) {
        for line in text.replace("\\\n", " ").lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((mention, names)) = assignment(directory, line) else {
                self.rule(directory, line);
                continue;
            };
            for name in names.split_whitespace().filter(|name| !name.starts_with('-')) {
                self.add(directory, name, &mention);
            }
        }
    }

    /// A source that a rule names is compiled by that rule, whatever lists say: `$(obj)/x.o: $(srctree)/lib/y.c`.
    fn rule(&mut self, directory: &str, line: &str) {
        for name in line.split([' ', '\t', ':']) {
            let Some(stem) = name.strip_suffix(".c").or_else(|| name.strip_suffix(".S")) else { continue };
            let own = stem.replace("$(srctree)/$(src)/", "$(src)/").replace("$(src)/", directory);
            let from_top = own.strip_prefix("$(srctree)/").map(str::to_owned);
            let whole = from_top.unwrap_or(if own == stem { format!("{directory}{stem}") } else { own });
            let mention = Mention { gate: Gate::Always, into: None };
            self.plain.entry(normal(&format!("{whole}.o"))).or_default().push(mention);
        }
    }

    fn add(&mut self, directory: &str, name: &str, mention: &Mention) {
        let variable = name.contains('$');
        if !variable && !name.ends_with(".o") && !name.ends_with('/') {
            return;
        }
        // In the makefile of an architecture, and in the first of all, names begin at the top.
        let whole = if name.starts_with("arch/") { name.to_owned() } else { format!("{directory}{name}") };
        if variable {
            self.patterns.push((around(&whole), mention.clone()));
        } else {
            self.plain.entry(normal(&whole)).or_default().push(mention.clone());
        }
    }
}

/// What a line that adds to a list adds it to, and what it adds: `obj-$(CONFIG_X) += x.o`.
fn assignment<'a>(directory: &str, line: &'a str) -> Option<(Mention, &'a str)> {
    let (left, names) = line.split_once('=')?;
    let left = left.trim_end_matches(['+', ':', '?']).trim();
    let (list, gate) = left.split_once("-$(").map_or_else(
        || {
            left.rsplit_once('-')
                .map(|(list, end)| (list, if matches!(end, "y" | "m" | "objs") { Some("") } else { None }))
        },
        |(list, gate)| Some((list, Some(gate))),
    )?;
    let gate = gate?;
    if list.is_empty() || list.contains(char::is_whitespace) {
        return None;
    }
    let into = (!LISTS.contains(&list)).then(|| format!("{directory}{list}.o"));
    Some((Mention { gate: option(gate), into }, names))
}

/// The one option of a condition.
fn option(gate: &str) -> Gate {
    let mut options = gate
        .split("CONFIG_")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default());
    match (options.next(), options.next()) {
        (Some(option), None) => Gate::Option(option.to_owned()),
        _ => Gate::Always,
    }
}

/// A path without `.` and `..`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.pop().is_some() => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The texts around the variables of a name.
fn around(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '$' if chars.peek() == Some(&'(') && depth == 0 => parts.push(String::new()),
            '$' if chars.peek() == Some(&'(') => {}
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            c if depth == 0 => parts.last_mut().into_iter().for_each(|part| part.push(c)),
            _ => {}
        }
    }
    parts
}

/// Whether a path begins with the first text, ends with the last one, has the others between them, and no slash where a variable is.
fn fits(path: &str, parts: &[String]) -> bool {
    let [first, middle @ .., last] = parts else { return false };
    let Some(mut rest) = path.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()))
    else {
        return false;
    };
    for part in middle {
        let Some(at) = rest.find(part.as_str()).filter(|at| !rest[..*at].contains('/')) else { return false };
        rest = &rest[at + part.len()..];
    }
    !rest.contains('/')
}
