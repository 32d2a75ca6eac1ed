//! What a store holds, how large it is and when it was last used.

use std::fs;
use std::time::SystemTime;

use crate::action::read_result;
use crate::error::{At, Result, present};
use crate::layout::Layout;
use crate::tree::tree_size;
use crate::{ActionResult, Kind, Object};

/// One object, as it was when the inventory was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) object: Object,
    pub(crate) last_used: SystemTime,
    /// The bytes of its files.
    pub(crate) bytes: u64,
}

/// A recorded action; without a result when its file cannot be understood.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) item: Item,
    pub(crate) result: Option<ActionResult>,
}

/// Everything in a store.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// Trees and blobs.
    pub(crate) contents: Vec<Item>,
    pub(crate) actions: Vec<Recorded>,
    /// Logs, partial downloads, labels, histories: what only age removes.
    pub(crate) others: Vec<Item>,
}

impl Inventory {
    pub(crate) fn take(layout: &Layout) -> Result<Self> {
        let mut inventory = Self::default();
        // Actions first: all that one of these names was stored before, so it is found afterwards. The other way
        // round, the tree of an action that is recorded meanwhile would seem to be missing.
        let others = [Kind::Log, Kind::Partial, Kind::Label, Kind::History];
        for kind in [Kind::Action, Kind::Blob, Kind::Tree].into_iter().chain(others) {
            for object in layout.list(kind)?.0 {
                let item = Item::look_at(layout, object)?;
                match kind {
                    kind if kind.is_content() => inventory.contents.push(item),
                    Kind::Action => {
                        let result = read_result(&layout.path(object))?;
                        inventory.actions.push(Recorded { item, result });
                    }
                    _ => inventory.others.push(item),
                }
            }
        }
        Ok(inventory)
    }
}

impl Item {
    fn look_at(layout: &Layout, object: Object) -> Result<Self> {
        Ok(Self { object, last_used: layout.last_used(object)?, bytes: bytes(layout, object)? })
    }
}

/// The bytes of its files.
pub(super) fn bytes(layout: &Layout, object: Object) -> Result<u64> {
    let path = layout.path(object);
    if object.kind != Kind::Tree {
        return Ok(present(path.symlink_metadata()).at("inspect", &path)?.map_or(0, |meta| meta.len()));
    }
    let stamp = layout.stamp(object);
    let noted = present(fs::read_to_string(&stamp)).at("read", &stamp)?;
    let noted = noted.and_then(|text| text.trim_end().parse().ok());
    // A damaged tree has no size; telling so is the business of `verify`.
    Ok(noted.unwrap_or_else(|| tree_size(&path).unwrap_or(0)))
}
