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
    assert_eq!(names(&options(0), &[]).len(), 5, "all trees, blobs and actions; neither log nor download");
}

#[test]
fn what_is_in_use_stays() {
    let options = GcOptions { keep_bytes: Some(0), max_age: Some(Duration::ZERO), ..GcOptions::default() };
    let used =
        [item(Kind::Tree, "old tree", 0, 0), item(Kind::Action, "old", 0, 0), item(Kind::Log, "old", 0, 0)];
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
