//! `yoe store size`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use yoe_model::Digest;
use yoe_store::{GcOptions, Store};

use crate::error::CommandError;
use crate::project::{self, LockedProject, open_store};
use crate::{columns, paths, ui};

/// Days after which `yoe store gc` removes what was not used.
pub const GC_DAYS: u64 = 30;

/// So many days.
pub fn age(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

/// What a store takes.
#[derive(Debug, Serialize)]
struct Sizes {
    path: String,
    /// Bytes on the disk, as du(1) counts them.
    bytes: u64,
    kinds: Vec<Kind>,
    images: Vec<ImageSize>,
    /// Bytes of files that `yoe store gc` would remove now.
    garbage: u64,
}

/// A directory of the store.
#[derive(Debug, Serialize)]
struct Kind {
    name: String,
    objects: u64,
    bytes: u64,
}

/// What the results of an image take, with all that it was made from. Bytes of files, as they were stored.
#[derive(Debug, Serialize)]
struct ImageSize {
    name: String,
    /// Whether the image itself is in the store as it is defined now.
    built: bool,
    bytes: u64,
    /// What of it no other image of the project is made from.
    alone: u64,
}

/// Carries `yoe store size` out.
pub fn run(json: bool) -> Result<(), CommandError> {
    let store = open_store()?;
    let parts = store.sizes()?;
    let kinds: Vec<Kind> = parts
        .into_iter()
        .map(|part| Kind { name: part.name, objects: part.objects, bytes: part.bytes })
        .collect();
    let garbage =
        store.gc(&GcOptions { max_age: Some(age(GC_DAYS)), keep_bytes: None, dry_run: true })?.freed;
    let sizes = Sizes {
        path: store.root().display().to_string(),
        bytes: kinds.iter().map(|kind| kind.bytes).sum(),
        images: images(&store)?,
        kinds,
        garbage,
    };
    if json {
        return ui::json_result(&sizes);
    }
    show(&sizes);
    Ok(())
}

fn show(sizes: &Sizes) {
    ui::result(&format!("{} in {}", ui::bytes(sizes.bytes), sizes.path));
    let count = |kind: &Kind| if kind.objects == 0 { String::new() } else { kind.objects.to_string() };
    let kinds = sizes.kinds.iter().filter(|kind| kind.bytes > 0);
    let rows = kinds.map(|kind| vec![format!("  {}", kind.name), ui::bytes(kind.bytes), count(kind)]);
    columns::lines(&rows.collect::<Vec<_>>()).iter().for_each(|line| ui::result(line));
    let images: Vec<&ImageSize> = sizes.images.iter().filter(|image| image.bytes > 0).collect();
    if !images.is_empty() {
        ui::result("images, with all that they are made from");
        let rows = images.into_iter().map(|image| {
            let built = if image.built { "" } else { "not built as it is now" };
            let alone = format!("{} of it alone", ui::bytes(image.alone));
            vec![format!("  {}", image.name), ui::bytes(image.bytes), alone, built.to_owned()]
        });
        columns::lines(&rows.collect::<Vec<_>>()).iter().for_each(|line| ui::result(line));
    }
    ui::result(&format!(
        "{} not used for {GC_DAYS} days: `yoe store gc` frees them",
        ui::bytes(sizes.garbage)
    ));
}

/// Sizes of the images of the project of the current directory; none where there is no project.
fn images(store: &Store) -> Result<Vec<ImageSize>, CommandError> {
    if paths::project_root().is_err() {
        return Ok(Vec::new());
    }
    let locked = project::open(None)?.lock()?;
    let names: Vec<String> =
        locked.project.images.keys().chain(locked.project.oci_images.keys()).cloned().collect();
    let mut found = Vec::new();
    for name in names {
        let (built, trees) = trees(&locked, store, &name)?;
        found.push((name, built, trees));
    }
    let mut users: BTreeMap<Digest, usize> = BTreeMap::new();
    found
        .iter()
        .flat_map(|(_, _, trees)| trees.keys())
        .for_each(|tree| *users.entry(*tree).or_default() += 1);
    let size = |(name, built, trees): (String, bool, BTreeMap<Digest, u64>)| {
        let alone =
            trees.iter().filter(|(tree, _)| users.get(*tree) == Some(&1)).map(|(_, bytes)| bytes).sum();
        ImageSize { name, built, bytes: trees.values().sum(), alone }
    };
    Ok(found.into_iter().map(size).collect())
}

/// The trees in the store that are results of an image's plan, each once, and whether the image is one of them.
fn trees(
    locked: &LockedProject,
    store: &Store,
    name: &str,
) -> Result<(bool, BTreeMap<Digest, u64>), CommandError> {
    let plan = locked.plan(&[name.to_owned()])?;
    let wanted: BTreeSet<_> = plan.targets.iter().map(|(_, id)| plan.action(*id).key).collect();
    let (mut built, mut trees) = (false, BTreeMap::new());
    for action in &plan.actions {
        let Some(tree) = store.recorded(&action.key)? else { continue };
        if let Some(bytes) = store.tree_bytes(&tree)? {
            built |= wanted.contains(&action.key);
            trees.insert(tree, bytes);
        }
    }
    Ok((built, trees))
}
