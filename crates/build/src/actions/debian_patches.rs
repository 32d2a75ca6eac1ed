//! Applies Debian's patches to a source, by the patch(1) of a container, as dpkg-source(1) does: in the order of the series,
//! without a guess, with Debian's own directory in place while it lasts.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use yoe_fetch::patches::{Patch, Series};
use yoe_fetch::unpack;
use yoe_model::{ArchiveFile, DebianPatches};
use yoe_sandbox::{Mount, Network, Tool};

use crate::error::ActionError;
use crate::layout::{Directories, SRC};
use crate::make::Making;

/// Debian's changes to a source, and the source.
pub(super) struct Changes<'a> {
    /// The file that holds them.
    pub(super) file: &'a ArchiveFile,
    /// Which of them are applied.
    pub(super) wanted: &'a DebianPatches,
    /// The source, all of it.
    pub(super) tree: &'a Path,
}

/// What the script prints before it applies a patch, followed by the patch's number.
const MARK: &str = "yoe applies patch ";

/// Applies the patches that are wanted to a source. Nothing else of Debian's changes stays.
pub(super) fn apply_debian_patches(
    cx: &Making<'_>,
    changes: &Changes<'_>,
    container: &Path,
    scratch: &Path,
) -> Result<(), ActionError> {
    let remote = cx.archive_file(changes.file)?;
    let archive = remote.name.clone();
    let blob = cx.blobs(&[remote])?.into_iter().next().ok_or(ActionError::Missing)?;
    let opened = File::open(&blob).map_err(|error| ActionError::io("open", &blob, error))?;
    let patches = Series::read(BufReader::new(opened), &archive)?.chosen(changes.wanted, &archive)?;
    if patches.is_empty() {
        return Ok(());
    }
    cx.task("patch");
    let debian = changes.tree.join("debian");
    let upstreams = scratch.join("upstreams-debian");
    let moved = set_aside(&debian, &upstreams).map_err(|error| ActionError::io("move", &debian, error))?;
    // Its single top directory is `debian`, which unpacking leaves off.
    unpack::archive(&blob, &archive, &[], &debian, &cx.limits())?;
    run_patch(cx, &patches, &archive, changes.tree, container, scratch)?;
    let restored = || {
        remove(&debian)?;
        if moved { fs::rename(&upstreams, &debian) } else { Ok(()) }
    };
    restored().map_err(|error| ActionError::io("restore", &debian, error))
}

fn run_patch(
    cx: &Making<'_>,
    patches: &[Patch],
    archive: &str,
    tree: &Path,
    container: &Path,
    scratch: &Path,
) -> Result<(), ActionError> {
    let make = |error| ActionError::io("make the directories of a patch in", scratch, error);
    let directories = Directories::make(scratch).map_err(make)?;
    for (number, patch) in patches.iter().enumerate() {
        // Under a name of our own: that in the series may be anything.
        let path = directories.path("steps").join(number.to_string());
        fs::write(&path, &patch.content).map_err(|error| ActionError::io("write", &path, error))?;
    }
    let tool = Tool {
        container: container.to_owned(),
        mounts: vec![
            Mount::bind(tree, SRC, true),
            Mount::bind(directories.path("steps"), "/build/steps", false),
        ],
        network: Network::None,
        directory: SRC.into(),
        epoch: yoe_plan::UNIT_EPOCH,
    };
    let spec = tool.script(scratch, &script(patches)).map_err(make)?;
    let mut printed = Output::default();
    let ran = cx.run_hearing(&spec, &mut cx.log()?, &mut |line| printed.line(line))?;
    match ran.exit.success() {
        true => Ok(()),
        false => Err(printed.failure(patches, archive, ran.exit.to_string(), ran.tail)),
    }
}

/// The options are dpkg-source's. `-N` refuses what is applied already, or reversed, instead of taking it back.
fn script(patches: &[Patch]) -> String {
    let one = |(number, patch): (usize, &Patch)| {
        format!(
            "echo '{MARK}{number}'\n\
             patch -d {SRC} -t -F0 -N -p{} -u -V never -E --no-backup-if-mismatch --reject-file=- -i /build/steps/{number}\n",
            patch.strip
        )
    };
    patches.iter().enumerate().map(one).collect()
}

/// What patch(1) said so far of the patch at hand.
#[derive(Debug, Default, PartialEq, Eq)]
struct Output {
    patch: Option<usize>,
    file: Option<String>,
    /// The first hunk that failed, and the line of the file where it belongs.
    hunk: Option<(String, String)>,
    reversed: bool,
    refused: Option<String>,
}

impl Output {
    fn line(&mut self, line: &str) {
        if let Some(number) = line.strip_prefix(MARK) {
            *self = Self { patch: number.parse().ok(), ..Self::default() };
        } else if self.hunk.is_some() {
            // What comes after the first that failed is of no more use.
        } else if let Some(file) = line.strip_prefix("patching file ") {
            self.file = Some(file.trim_matches('\'').to_owned());
        } else if let Some((hunk, at)) =
            line.strip_prefix("Hunk #").and_then(|rest| rest.split_once(" FAILED at "))
        {
            let digits = at.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
            self.hunk = Some((hunk.to_owned(), digits.to_owned()));
        } else if line.starts_with("Reversed (or previously applied) patch detected") {
            self.reversed = true;
        } else if [
            "can't find file",
            "File ",
            "Ignoring potentially dangerous",
            "Invalid file name",
            "Can't",
            "Refusing",
        ]
        .iter()
        .any(|beginning| line.starts_with(beginning))
        {
            self.refused.get_or_insert_with(|| line.to_owned());
        }
    }

    fn failure(self, patches: &[Patch], archive: &str, exit: String, tail: String) -> ActionError {
        let Some(patch) = self.patch.and_then(|number| patches.get(number)) else {
            return ActionError::Step { task: "patch".to_owned(), exit, tail };
        };
        let mut place = self.file.map(|file| format!(" to {file}")).unwrap_or_default();
        let problem = match (self.hunk, self.refused) {
            _ if self.reversed => "what it does is there already, or it is reversed".to_owned(),
            (Some((hunk, line)), _) => {
                place.push_str(&format!(", line {line}"));
                format!("its hunk {hunk} does not fit what is there")
            }
            (None, Some(refused)) => refused,
            (None, None) => exit,
        };
        ActionError::Patch { patch: patch.name.clone(), archive: archive.to_owned(), place, problem, tail }
    }
}

/// Moves what is there to another place; whether there was anything.
fn set_aside(path: &Path, to: &Path) -> std::io::Result<bool> {
    match fs::rename(path, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes a directory. A patch may have removed it, or put something else in its place.
fn remove(path: &Path) -> std::io::Result<()> {
    match path.symlink_metadata() {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(name: &str) -> Patch {
        Patch { name: name.to_owned(), strip: 1, content: Vec::new() }
    }

    fn failure(lines: &[&str]) -> String {
        let mut printed = Output::default();
        lines.iter().for_each(|line| printed.line(line));
        printed
            .failure(
                &[patch("a.patch"), patch("b.patch")],
                "x.debian.tar.xz",
                "exit status 1".into(),
                "TAIL".into(),
            )
            .to_string()
    }

    #[test]
    fn the_patch_the_file_and_the_line_are_named() {
        let failed = failure(&[
            "yoe applies patch 0",
            "patching file src/zero.c",
            "yoe applies patch 1",
            "patching file src/one.c",
            "Hunk #1 succeeded at 3 (offset 2 lines).",
            "Hunk #2 FAILED at 30.",
            "Hunk #3 FAILED at 40.",
            "2 out of 3 hunks FAILED",
        ]);
        let expected = "patch b.patch of x.debian.tar.xz does not apply to src/one.c, line 30: its hunk 2 does not fit what \
                        is there; the last lines of its output:\nTAIL";
        assert_eq!(failed, expected);
    }

    #[test]
    fn other_reasons_are_named_too() {
        let reversed = failure(&[
            "yoe applies patch 0",
            "patching file src/zero.c",
            "Reversed (or previously applied) patch detected!  Skipping patch.",
        ]);
        assert!(
            reversed.contains("src/zero.c: what it does is there already, or it is reversed"),
            "{reversed}"
        );
        let absent = failure(&["yoe applies patch 0", "can't find file to patch at input line 3"]);
        assert!(absent.contains("does not apply: can't find file to patch at input line 3"), "{absent}");
        let silent = failure(&["yoe applies patch 0"]);
        assert!(silent.contains("does not apply: exit status 1"), "{silent}");
        let without = failure(&["sh: 2: patch: not found"]);
        assert!(without.starts_with("task \"patch\" ended with exit status 1"), "{without}");
    }
}
