//! Choosing what to remove. No I/O: what is known comes in, what is to go comes out.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime};

use super::inventory::{Inventory, Item, Recorded};
use crate::{ActionResult, Object};

/// What [`Store::gc`] removes. The default removes only what nobody can use: results without their tree.
#[derive(Debug, Clone, Default)]
pub struct GcOptions {
    /// Remove what was not used for longer than this, also caches of programs, which are not in the report.
    pub max_age: Option<Duration>,
    /// Remove what was not used for longest, until trees and blobs together have at most so many bytes.
    pub keep_bytes: Option<u64>,
    /// Only say what would be removed.
    pub dry_run: bool,
}

/// What is to be removed, in this order: actions before the trees that they name.
///
/// A tree counts as used when itself or any action that gave it was, so it never goes while such an action would be kept. An
/// action goes by its age, or with its tree.
pub(crate) fn victims(
    mut inventory: Inventory,
    options: &GcOptions,
    now: SystemTime,
    in_use: &HashSet<Object>,
) -> Vec<Item> {
    let expired = |last_used: SystemTime| {
        // A time in the future is an age of nothing.
        let age = now.duration_since(last_used).unwrap_or_default();
        options.max_age.is_some_and(|max| age > max)
    };
    let contents = by_use(std::mem::take(&mut inventory.contents), &inventory.actions);
    let (mut gone, mut left) = (Vec::new(), HashSet::new());
    let mut bytes: u64 = contents.iter().map(|(_, item)| item.bytes).sum();
    for (last_used, item) in contents {
        let too_much = options.keep_bytes.is_some_and(|keep| bytes > keep);
        if !in_use.contains(&item.object) && (expired(last_used) || too_much) {
            bytes -= item.bytes;
            gone.push(item);
        } else {
            left.insert(item.object);
        }
    }
    let whole = |result: &ActionResult| left.contains(&result.tree());
    let useless =
        |action: &Recorded| !action.result.as_ref().is_some_and(whole) || expired(action.item.last_used);
    let actions = inventory.actions.into_iter().filter(useless).map(|action| action.item);
    let others = inventory.others.into_iter().filter(|item| expired(item.last_used));
    let unused = actions.chain(others).filter(|item| !in_use.contains(&item.object));
    unused.chain(gone).collect()
}

/// Trees and blobs with the time when they, or an action that gave them, were last used; the oldest first.
fn by_use(contents: Vec<Item>, actions: &[Recorded]) -> Vec<(SystemTime, Item)> {
    let mut given: HashMap<Object, SystemTime> = HashMap::new();
    for action in actions {
        if let Some(result) = &action.result {
            let time = given.entry(result.tree()).or_insert(action.item.last_used);
            *time = action.item.last_used.max(*time);
        }
    }
    let last_used =
        |item: &Item| given.get(&item.object).map_or(item.last_used, |given| item.last_used.max(*given));
    let mut sorted: Vec<_> = contents.into_iter().map(|item| (last_used(&item), item)).collect();
    sorted.sort_by_key(|(last_used, item)| (*last_used, item.object));
    sorted
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use yoe_model::Digest;

    use super::*;
    use crate::Kind;

    const DAY: Duration = Duration::from_secs(86_400);

    fn digest(name: &str) -> Digest {
        Digest::of(name.as_bytes())
    }

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + 1000 * DAY
    }

    fn item(kind: Kind, name: &str, days_ago: u32, bytes: u64) -> Item {
        Item { object: Object::new(kind, &digest(name)), last_used: now() - days_ago * DAY, bytes }
    }

    fn action(name: &str, days_ago: u32, tree: &str) -> Recorded {
        let result =
            ActionResult { tree: digest(tree), seconds: 1.0, label: name.to_owned(), parts: BTreeMap::new() };
        Recorded { item: item(Kind::Action, name, days_ago, 1), result: Some(result) }
    }

    /// Two actions: one of a year ago, one of today that gave an old tree.
    fn inventory() -> Inventory {
        Inventory {
            contents: vec![
                item(Kind::Tree, "old tree", 365, 100),
                item(Kind::Tree, "new tree", 365, 60),
                item(Kind::Blob, "stray", 100, 7),
            ],
            actions: vec![action("old", 365, "old tree"), action("new", 0, "new tree")],
            others: vec![item(Kind::Log, "old", 365, 3), item(Kind::Partial, "p", 0, 3)],
        }
    }

    fn names(options: &GcOptions, in_use: &[Item]) -> Vec<Object> {
        let in_use = in_use.iter().map(|item| item.object).collect();
        victims(inventory(), options, now(), &in_use).into_iter().map(|item| item.object).collect()
    }

    fn objects(items: &[(Kind, &str)]) -> Vec<Object> {
        items.iter().map(|(kind, name)| Object::new(*kind, &digest(name))).collect()
    }

    #[test]
    fn nothing_whole_goes_unasked() {
        assert_eq!(names(&GcOptions::default(), &[]), []);
    }

    #[test]
    fn age_takes_what_nothing_young_gave() {
        let options = GcOptions { max_age: Some(200 * DAY), ..GcOptions::default() };
        let expected = objects(&[(Kind::Action, "old"), (Kind::Log, "old"), (Kind::Tree, "old tree")]);
        assert_eq!(names(&options, &[]), expected);
    }

    #[test]
    fn size_takes_the_oldest_until_it_fits() {
        let options = |keep| GcOptions { keep_bytes: Some(keep), ..GcOptions::default() };
        assert_eq!(names(&options(167), &[]), []);
        let first = objects(&[(Kind::Action, "old"), (Kind::Tree, "old tree")]);
        assert_eq!(names(&options(166), &[]), first);
        assert_eq!(names(&options(67), &[]), first);
        assert_eq!(
            names(&options(0), &[]).len(),
            5,
            "all trees, blobs and actions; neither log nor download"
        );
    }

    #[test]
    fn what_is_in_use_stays() {
        let options =
            GcOptions { keep_bytes: Some(0), max_age: Some(Duration::ZERO), ..GcOptions::default() };
        let used = [
            item(Kind::Tree, "old tree", 0, 0),
            item(Kind::Action, "old", 0, 0),
            item(Kind::Log, "old", 0, 0),
        ];
        let victims = names(&options, &used);
        assert!(used.iter().all(|item| !victims.contains(&item.object)), "{victims:?}");
        assert!(victims.contains(&Object::new(Kind::Blob, &digest("stray"))));
    }

    #[test]
    fn an_action_goes_with_its_tree() {
        let mut inventory = inventory();
        inventory.contents.retain(|item| item.object.digest != digest("new tree"));
        inventory.actions.push(Recorded { item: item(Kind::Action, "torn", 0, 1), result: None });
        let victims = victims(inventory, &GcOptions::default(), now(), &HashSet::new());
        let victims: Vec<_> = victims.into_iter().map(|item| item.object).collect();
        assert_eq!(victims, objects(&[(Kind::Action, "new"), (Kind::Action, "torn")]));
    }
}
