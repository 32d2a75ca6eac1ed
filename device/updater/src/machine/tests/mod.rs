//! Power cuts at every write of every installation, on a model of the disk.

mod disk;
mod life;

use disk::{Content, Disk, File, Table};
use yoe_disk::entry::{Counter, EntryName, State};
use yoe_disk::partition::{Slot, empty};

use super::*;

const TRIES: Counter = Counter { left: 3, done: 0 };
/// Of a version that was found good.
const GOOD_TRIES: u32 = 2;

fn install() -> Install {
    install_of(&Disk::new(Slot::A, 1))
}

/// What this device is offered.
fn install_of(disk: &Disk) -> Install {
    let version = disk.offered;
    let entry = EntryName::new("box", &version.to_string(), Some(TRIES));
    Install { entry, root: Content::Version(version).uuid() }
}

/// Version 1 runs, as a good one; what else may be on the disk: every version and every leftover.
fn beginnings() -> Vec<Disk> {
    let mut all = Vec::new();
    let entries = [
        "box_2.efi",
        "box_2+3.efi",
        "box_2+1-2.efi",
        "box_2+0-3.efi",
        "box_3+0-3.efi",
        "box_3+2-1.efi",
        "box_0.efi",
        "box_2,good+8.efi",
        "box_2,good+0-8.efi",
        "box_3,good+0-8.efi",
    ];
    for running in Slot::BOTH {
        let mut fresh = Disk::new(running, 1);
        fresh.slot_mut(running.other()).uuid = empty(running.other());
        all.push(fresh.clone());
        // Written but not named; named but not yet written to; a copy of the slot that runs.
        for content in [Content::Garbage, Content::Version(2), Content::Version(3), Content::Version(1)] {
            for uuid in [
                empty(running.other()),
                content.uuid(),
                Content::Version(3).uuid(),
                Content::Version(1).uuid(),
            ] {
                let mut disk = fresh.clone();
                *disk.slot_mut(running.other()) = disk::SlotModel { uuid, content };
                // A version that runs was found by its identifier, so no other content has that.
                let possible = uuid != Content::Version(1).uuid() || content == Content::Version(1);
                all.extend(possible.then_some(disk));
            }
        }
        for entry in entries {
            let version = EntryName::parse(entry).unwrap().version().parse().unwrap();
            let mut disk = fresh.clone();
            *disk.slot_mut(running.other()) = disk::SlotModel::whole(version);
            disk.files.insert(entry.to_owned(), File::Kernel(version));
            all.push(disk);
        }
    }
    let leftovers = [
        ("box_3.efi.part", File::Garbage),
        ("box_3.efi.part", File::Kernel(3)),
        ("box_2.efi.part", File::Kernel(2)),
        // An entry whose kernel image is none any more.
        ("box_9,good+0-8.efi", File::Garbage),
    ];
    let with = |disk: &Disk, (name, file): (&str, File)| {
        let mut disk = disk.clone();
        disk.files.insert(name.to_owned(), file);
        disk
    };
    let mut more: Vec<Disk> = all.iter().flat_map(|disk| leftovers.map(|file| with(disk, file))).collect();
    // An entry whose partition is nowhere.
    more.extend(all.iter().map(|disk| with(disk, ("box_7+3.efi", File::Kernel(7)))));
    let torn = |table| all.iter().map(move |disk| Disk { table, ..disk.clone() });
    more.extend(torn(Table::PrimaryTorn).chain(torn(Table::BackupTorn)));
    all.extend(more);
    all
}

/// Goes on until nothing is to do; the states between the steps.
fn run(disk: Disk) -> Vec<Disk> {
    let mut disk = disk.mended();
    let (mut states, install) = (vec![disk.clone()], install_of(&disk));
    let mut done = Done::default();
    for _ in 0..20 {
        let view = disk.view();
        admit(&view, &install).unwrap_or_else(|why| panic!("{why}: {disk:#?}"));
        let Some(step) = next(&view, &install) else { return states };
        done.note(&step).unwrap_or_else(|why| panic!("{why}: {states:#?}"));
        disk = disk.after(&step);
        states.push(disk.clone());
    }
    panic!("it does not come to an end: {states:#?}");
}

fn complete(disk: &Disk) {
    let entry = install().entry.to_string();
    let waits = disk.files.get(&entry).or_else(|| disk.files.get("box_3+2-1.efi"));
    assert_eq!(waits, Some(&File::Kernel(3)), "{disk:#?}");
    assert_eq!(*disk.slot(disk.running.other()), disk::SlotModel::whole(3), "{disk:#?}");
    assert!(disk.files.keys().all(|file| EntryName::parse(file).is_some()), "{disk:#?}");
    assert_eq!(disk.files.len(), 2, "{disk:#?}");
    assert_eq!(disk.boots(|_| true), Some(3));
}

#[test]
fn every_installation_completes() {
    for beginning in beginnings() {
        let states = run(beginning);
        states.iter().for_each(Disk::can_always_boot);
        complete(states.last().unwrap());
    }
}

#[test]
fn a_power_cut_in_any_write_leaves_a_device_that_boots_and_completes() {
    let mut cuts = 0;
    for beginning in beginnings() {
        for state in run(beginning) {
            let Some(step) = next(&state.view(), &install()) else { continue };
            for torn in state.torn(&step) {
                cuts += 1;
                torn.can_always_boot();
                let again = run(torn);
                again.iter().for_each(Disk::can_always_boot);
                complete(again.last().unwrap());
            }
        }
    }
    assert!(cuts > 2000, "{cuts}");
}

#[test]
fn two_power_cuts_are_no_worse_than_one() {
    let fresh = beginnings().remove(0);
    for state in run(fresh) {
        let Some(step) = next(&state.view(), &install()) else { continue };
        for torn in state.torn(&step) {
            for second in run(torn) {
                let Some(step) = next(&second.view(), &install()) else { continue };
                for torn in second.torn(&step) {
                    torn.can_always_boot();
                    complete(run(torn).last().unwrap());
                }
            }
        }
    }
}

/// The device after an update was started: the new version runs, and was tried once.
fn on_trial() -> Disk {
    let mut disk = run(beginnings().remove(0)).pop().unwrap();
    disk.running = disk.running.other();
    disk.files.remove(&install().entry.to_string());
    disk.files.insert("box_3+2-1.efi".to_owned(), File::Kernel(3));
    disk
}

#[test]
fn a_good_version_stays_and_the_older_one_is_kept() {
    let disk = on_trial();
    let step = good(&disk.view(), GOOD_TRIES).unwrap().unwrap();
    for torn in disk.torn(&step) {
        torn.can_always_boot();
    }
    let after = disk.after(&step);
    assert_eq!(after.boots(|_| true), Some(3));
    assert_eq!(good(&after.view(), GOOD_TRIES), Ok(None));
    assert_eq!(after.files.keys().collect::<Vec<_>>(), ["box_1.efi", "box_3,good+2.efi"]);
}

#[test]
fn a_rollback_boots_the_older_version() {
    let trial = on_trial();
    let kept = trial.after(&good(&trial.view(), GOOD_TRIES).unwrap().unwrap());
    let uncounted = trial.after(&good(&trial.view(), 0).unwrap().unwrap());
    let mut last_try = kept.clone();
    last_try.boot_once();
    last_try.boot_once();
    for disk in [trial, kept, uncounted, last_try] {
        let step = rollback(&disk.view()).unwrap().unwrap();
        for torn in disk.torn(&step) {
            torn.can_always_boot();
        }
        let after = disk.after(&step);
        assert_eq!(after.boots(|_| true), Some(1));
        assert_eq!(rollback(&after.view()), Ok(None), "once is enough");
        assert_eq!(after.files.keys().collect::<Vec<_>>(), ["box_1.efi", "box_3+0-1.efi"]);
        assert_eq!(keep(&after.view(), GOOD_TRIES), None, "nor is it taken back");
    }
}

#[test]
fn what_is_refused() {
    let disk = on_trial();
    let view = Disk { offered: 4, ..disk }.view();
    let new = Install { root: Content::Version(4).uuid(), ..install() };
    assert_eq!(admit(&view, &new), Err(AdmitError::OnTrial));
    let fresh = beginnings().remove(0);
    assert_eq!(rollback(&fresh.view()), Err(AdmitError::NothingToReturnTo));
    assert_eq!(
        admit(&fresh.view(), &Install { root: Content::Version(1).uuid(), ..install() }),
        Err(AdmitError::SameRoot)
    );
    let mut lost = fresh;
    lost.files.clear();
    assert_eq!(admit(&lost.view(), &install()), Err(AdmitError::NoEntry));
    assert_eq!(good(&lost.view(), GOOD_TRIES), Err(AdmitError::NoEntry));
}

#[test]
fn tries_run_out_and_the_older_version_boots() {
    let mut disk = run(beginnings().remove(0)).pop().unwrap();
    let mut booted = Vec::new();
    for _ in 0..5 {
        booted.push(disk.boot_once().unwrap());
    }
    assert_eq!(booted, [3, 3, 3, 1, 1]);
    let state = disk.view().entries.iter().find(|entry| entry.is_new).map(|entry| entry.name.state());
    assert!(matches!(state, Some(State::Failed(_))));
}
