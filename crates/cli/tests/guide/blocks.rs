//! The fenced blocks of the guide (CommonMark 0.31, section 4.5).

use std::fs;
use std::path::{Path, PathBuf};

/// A page of the guide.
#[derive(Debug)]
pub struct GuidePage {
    /// The name of its file.
    pub name: String,
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Debug)]
pub struct Block {
    /// Its file and line.
    pub place: String,
    pub kind: Kind,
    pub text: String,
}

/// What a block is; see the table in `main.rs`.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    File(String),
    Here,
    Boot,
    Papers,
    Session,
    Background,
    Device,
    Terminal,
    Keys,
    Output,
}

impl Kind {
    fn of(info: &str) -> Option<Self> {
        let (language, what) = info.trim().split_once(' ')?;
        if let Some(path) = what.strip_prefix("file=") {
            return Some(Self::File(path.to_owned()));
        }
        Some(match (language, what) {
            ("sh", "here") => Self::Here,
            ("sh", "boot") => Self::Boot,
            ("sh", "papers") => Self::Papers,
            ("sh", "session") => Self::Session,
            ("sh", "background") => Self::Background,
            ("console", "device") => Self::Device,
            ("sh", "terminal") => Self::Terminal,
            ("console", "keys") => Self::Keys,
            ("text", "output") => Self::Output,
            _ => return None,
        })
    }
}

/// The root of this repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The pages that the summary lists, in its order.
pub fn pages() -> Vec<GuidePage> {
    let source = repository().join("docs/guide/src");
    let summary = fs::read_to_string(source.join("SUMMARY.md")).unwrap();
    let names: Vec<&str> = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let mut found: Vec<String> =
        fs::read_dir(&source).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    found.retain(|name| name != "SUMMARY.md");
    found.sort();
    let mut listed = names.clone();
    listed.sort_unstable();
    assert_eq!(listed, found, "the summary lists every page");
    names.iter().map(|name| page(name, &fs::read_to_string(source.join(name)).unwrap())).collect()
}

fn page(name: &str, text: &str) -> GuidePage {
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else { continue };
        let indent = line.len() - line.trim_start().len();
        let place = format!("{name}:{}", index + 1);
        let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```");
        let text = inside.map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect();
        let kind =
            Kind::of(info).unwrap_or_else(|| panic!("{place}: nobody runs a block of the kind {info:?}"));
        blocks.push(Block { place, kind, text });
    }
    GuidePage { name: name.to_owned(), blocks }
}

#[test]
#[should_panic(expected = "page.md:3: nobody runs a block of the kind \"sh later\"")]
fn a_block_that_nobody_runs_is_refused() {
    page("page.md", "Text\n\n```sh later\ntrue\n```\n");
}
