//! Sweeps of power cuts, as `yoe test` runs them.

use std::fs;
use std::path::Path;

use yoe_model::Image;
use yoe_vm::test::{Cut, Failure, Outcome, Summary, random_seed};

use crate::error::CommandError;
use crate::machine::{Bootable, not_run};
use crate::ui;

/// The disk that a sweep left when it failed, among the records of the test.
const DISK: &str = "swept.qcow2";
/// Most bytes of a cut's line that are what programs said.
const SAID: usize = 160;

/// Has every sweep of an image cut the power so often.
///
/// # Errors
/// When the image has no sweep and a number was given.
pub fn set_cuts(image: &mut Image, cuts: Option<u32>) -> Result<(), CommandError> {
    let Some(cuts) = cuts else { return Ok(()) };
    if !has_sweep(image) {
        let name = &image.name;
        return Err(CommandError::user(format!(
            "no test of image {name:?} has a sweep that could cut the power"
        ))
        .hint("leave --cuts away, or add sweep = sweep(…) to one of its tests"));
    }
    image.tests.iter_mut().filter_map(|test| test.sweep.as_mut()).for_each(|sweep| sweep.cuts = cuts);
    Ok(())
}

/// The seed of a run, told when it matters.
pub fn seed(image: &Image, chosen: Option<u64>) -> Result<u64, CommandError> {
    let seed = chosen.map_or_else(random_seed, Ok);
    let seed = seed.map_err(|error| not_run("no seed could be drawn", error))?;
    if has_sweep(image) {
        ui::note(&format!("moments of power cuts are drawn from --seed {seed}"));
    }
    Ok(seed)
}

fn has_sweep(image: &Image) -> bool {
    image.tests.iter().any(|test| test.sweep.is_some())
}

/// The line of a loss of power.
pub fn line(cut: &Cut<'_>) -> String {
    let Cut { number, of, looked, after, .. } = cut;
    let said = cut.said.iter().map(String::as_str).collect::<Vec<_>>().join("; ");
    let found = cut.found.trim().replace('\n', "; ");
    format!(
        "cut {number} of {of}: {after:.1} s into the work; said: {}; before it ({looked:.1} s): {}",
        end(&said),
        end(&found)
    )
}

/// The end of a text, which is where the news are.
fn end(text: &str) -> &str {
    match text {
        "" => "nothing",
        long => &long[long.ceil_char_boundary(long.len().saturating_sub(SAID))..],
    }
}

/// Keeps the disk of a sweep that failed.
pub fn keep_disk(bootable: &Bootable, summary: &Summary, records: &Path) -> Result<(), CommandError> {
    let swept = |outcome: &Outcome| matches!(outcome, Outcome::Failed(Failure::Swept { .. }));
    if !summary.results.iter().any(|result| swept(&result.outcome)) {
        return Ok(());
    }
    let kept = records.join(DISK);
    // QEMU writes into its folder.
    yoe_tree::regular(&bootable.layer())
        .and_then(|mut layer| std::io::copy(&mut layer, &mut fs::File::create(&kept)?))
        .map_err(|error| not_run("the disk of the failed sweep cannot be kept", error))?;
    ui::note(&format!("the disk, a layer over the image's: {}", kept.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(said: &[&str], found: &str) -> String {
        let said: Vec<String> = said.iter().map(|&line| line.to_owned()).collect();
        line(&Cut { number: 2, of: 3, found, looked: 4.04, after: 12.31, said: &said })
    }

    #[test]
    fn a_cut_is_a_line() {
        assert_eq!(
            shown(&["image begins", "image done"], "image runs\nvolume holds\n"),
            "cut 2 of 3: 12.3 s into the work; said: image begins; image done; before it (4.0 s): image runs; volume holds"
        );
        assert_eq!(
            shown(&[], ""),
            "cut 2 of 3: 12.3 s into the work; said: nothing; before it (4.0 s): nothing"
        );
        let long = "ü".repeat(SAID);
        assert!(shown(&[&long], "").contains(&format!("said: {};", "ü".repeat(SAID / 2))));
    }
}
