//! Every life of a device, as far as two power cuts and a damaged slot: from each state everything is tried that may happen
//! next, and each state is checked against the promises.

use std::collections::BTreeSet;

use super::*;

/// Power cuts in the middle of a write, in one life.
const CUTS: u8 = 2;
/// There is no newer version than this.
const NEWEST: u8 = 4;

/// A device at one moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Life {
    disk: Disk,
    on: bool,
    cuts: u8,
    /// A slot was damaged.
    rotten: bool,
}

impl Life {
    fn off(&self, mut disk: Disk) -> Self {
        // What ran is forgotten, so that states that do not differ are one.
        disk.running = Slot::A;
        Self { disk, on: false, ..self.clone() }
    }

    fn cut(&self, disk: Disk) -> Self {
        Self { cuts: self.cuts + 1, ..self.off(disk) }
    }

    /// What may come of it.
    fn next(&self) -> Vec<Self> {
        let mut all = if self.on { self.works() } else { self.starts() };
        all.retain(|life| life.cuts <= CUTS);
        all
    }

    fn starts(&self) -> Vec<Self> {
        let mut all: Vec<Self> = self.disk.torn_boot().into_iter().map(|disk| self.cut(disk)).collect();
        let mut disk = self.disk.clone();
        let on = start(&mut disk);
        all.push(if on { Self { disk, on, ..self.clone() } } else { self.off(disk) });
        all
    }

    fn works(&self) -> Vec<Self> {
        let mended = self.disk.mended();
        if mended != self.disk {
            let torn = self.disk.mendings().into_iter().map(|disk| self.cut(disk));
            return torn
                .chain([self.off(self.disk.clone()), Self { disk: mended, ..self.clone() }])
                .collect();
        }
        let (view, install) = (self.disk.view(), install_of(&self.disk));
        let mut steps = vec![keep(&view, GOOD_TRIES)];
        steps.extend(good(&view, GOOD_TRIES));
        steps.extend(rollback(&view));
        steps.extend(admit(&view, &install).is_ok().then(|| next(&view, &install)));
        let mut all = vec![self.off(self.disk.clone())];
        for step in steps.into_iter().flatten() {
            all.push(Self { disk: self.disk.after(&step), ..self.clone() });
            all.extend(self.disk.torn(&step).into_iter().map(|disk| self.cut(disk)));
        }
        // What is promised is to get over one damaged slot, of a version that is armed and can be counted.
        let is_armed = |entry: &Entry| matches!(entry.name.state(), State::Armed(_));
        let hindered = |entry: &Entry| view.is_hindered(entry, &entry.name);
        let counted = !view.entries_of(self.disk.running).any(hindered);
        if !self.rotten && counted && view.entry(self.disk.running).is_some_and(is_armed) {
            all.push(Self { rotten: true, ..self.off(rot(&self.disk)) });
        }
        all
    }
}

/// The boot manager's next try, and whether it comes to run.
fn start(disk: &mut Disk) -> bool {
    let version = disk.boot_once().expect("there is an entry");
    if !disk.starts(version) {
        return false;
    }
    let holds = |slot: &Slot| disk.slot(*slot).content == Content::Version(version);
    disk.running = Slot::BOTH.into_iter().find(holds).expect("it has its slot");
    disk.offered = NEWEST.min(version + 1);
    true
}

/// A bit flips in the slot that runs.
fn rot(disk: &Disk) -> Disk {
    let mut disk = disk.clone();
    disk.slot_mut(disk.running).content = Content::Garbage;
    disk
}

/// Left alone, it runs, counts as it should, would survive a damaged slot, and takes the next update.
fn recovers(mut disk: Disk) {
    while !start(&mut disk) {}
    disk = disk.mended();
    while let Some(step) = good(&disk.view(), GOOD_TRIES).unwrap() {
        disk = disk.after(&step);
    }
    let view = disk.view();
    if let Some(fallback) = view.fallback() {
        let state = view.entry(disk.running).unwrap().name.state();
        assert!(matches!(state, State::Armed(Counter { left: GOOD_TRIES, .. })), "{disk:#?}");
        let older = rot(&disk).boots(|_| true).unwrap_or_else(|| panic!("nothing boots: {disk:#?}"));
        assert_eq!(older.to_string(), fallback.name.version(), "{disk:#?}");
    } else {
        assert!(view.uncounted(disk.running).is_some(), "{disk:#?}");
    }
    if disk.version() == disk.offered {
        return;
    }
    let states = run(disk);
    states.iter().for_each(Disk::can_always_boot);
    let last = states.last().unwrap();
    assert_eq!(*last.slot(last.running.other()), disk::SlotModel::whole(last.offered), "{last:#?}");
    assert_eq!(last.boots(|_| true), Some(last.offered), "{last:#?}");
}

/// Version 1 runs, as a good one, and there is no other.
fn fresh() -> Disk {
    let mut disk = Disk::new(Slot::A, 1);
    disk.slot_mut(Slot::B).uuid = empty(Slot::B);
    disk.offered = 2;
    disk
}

#[test]
fn no_life_ends_with_a_device_that_does_not_boot() {
    let mut waiting = vec![Life { disk: fresh(), on: true, cuts: 0, rotten: false }];
    let mut seen: BTreeSet<Life> = waiting.iter().cloned().collect();
    let mut names = BTreeSet::new();
    while let Some(life) = waiting.pop() {
        life.disk.can_always_boot();
        if !life.on {
            recovers(life.disk.clone());
        }
        names.extend(life.disk.files.keys().cloned());
        waiting.extend(life.next().into_iter().filter(|next| seen.insert(next.clone())));
    }
    assert!(seen.len() > 3000, "{}", seen.len());
    for name in ["box_3.efi", "box_4+0-1.efi", "box_4+0-3.efi", "box_4,good+1-1.efi", "box_3,good+0-2.efi"] {
        assert!(names.contains(name), "{name} was never seen");
    }
}

/// The device on which version 3 was found good next to version 1.
fn armed() -> Disk {
    let disk = on_trial();
    disk.after(&good(&disk.view(), GOOD_TRIES).unwrap().unwrap())
}

#[test]
fn a_good_version_that_rots_is_left_for_the_older_one() {
    let mut disk = rot(&armed());
    let started: Vec<_> = (0..5).map(|_| disk.boot_once().unwrap()).collect();
    assert_eq!(started, [3, 3, 1, 1, 1]);
    disk.running = Slot::A;
    assert_eq!(disk.files.keys().collect::<Vec<_>>(), ["box_1.efi", "box_3,good+0-2.efi"]);
    assert_eq!(keep(&disk.view(), GOOD_TRIES), None, "the only good version is not counted");
    assert_eq!(rollback(&disk.view()), Err(AdmitError::NothingToReturnTo));
    // And the same version can be had again.
    complete(run(disk).last().unwrap());
}

#[test]
fn starts_that_come_far_enough_are_forgotten() {
    let mut disk = armed();
    for _ in 0..9 {
        assert_eq!(disk.boot_once(), Some(3));
        let step = keep(&disk.view(), GOOD_TRIES).unwrap();
        disk = disk.after(&step);
        assert_eq!(disk, armed());
        assert_eq!(keep(&disk.view(), GOOD_TRIES), None);
    }
}

#[test]
fn what_runs_is_counted_only_beside_an_older_good_version() {
    let names = |disk: &Disk| disk.files.keys().cloned().collect::<Vec<_>>();
    let kept = |disk: &Disk, tries| keep(&disk.view(), tries).map(|step| names(&disk.after(&step)));
    assert_eq!(kept(&fresh(), GOOD_TRIES), None);
    let disk = armed();
    assert_eq!(kept(&disk, 0), Some(vec!["box_1.efi".to_owned(), "box_3.efi".to_owned()]), "turned off");
    let with = |from: &str, to: &str| {
        let mut disk = disk.clone();
        let file = disk.files.remove(from).unwrap();
        disk.files.insert(to.to_owned(), file);
        disk
    };
    for other in ["box_1+2.efi", "box_1+0-2.efi", "box_1,good+2.efi", "box_1,good+0-2.efi"] {
        let expected = vec![other.to_owned(), "box_3.efi".to_owned()];
        assert_eq!(kept(&with("box_1.efi", other), GOOD_TRIES), Some(expected));
    }
    // The older one was chosen by hand: the boot manager takes the newer one first.
    let older = Disk { running: Slot::A, ..with("box_3,good+2.efi", "box_3.efi") };
    assert_eq!(kept(&older, GOOD_TRIES), None);
    // What somebody left is not taken back.
    assert_eq!(kept(&with("box_3,good+2.efi", "box_3+0-1.efi"), GOOD_TRIES), None);
}

/// Somebody keeps the partition mounted, so both names stay.
#[test]
fn where_nothing_is_mended_one_of_two_names_goes_out_of_the_others_way() {
    let mut disk = armed();
    disk.link("box_3,good+2.efi", "box_3,good+1-1.efi");
    assert_eq!(disk.clone().boot_once(), Some(3));
    assert_eq!(disk.torn_boot(), [], "firmware renames over no file, so nothing is counted");
    while let Some(step) = keep(&disk.view(), GOOD_TRIES) {
        disk = disk.after(&step);
    }
    let names: Vec<_> = disk.files.keys().cloned().collect();
    assert_eq!(names.len(), 3, "both are there: {names:?}");
    let started: Vec<_> = (0..9).map(|_| disk.boot_once().unwrap()).collect();
    // Each name has its own tries: two, and one.
    assert_eq!(started, [3, 3, 3, 1, 1, 1, 1, 1, 1], "{names:?}");
}
