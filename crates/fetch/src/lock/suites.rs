//! Suites as they are opened, and the keys that may sign them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use pgp::composed::SignedPublicKey;
use yoe_model::{Container, Project, Unlocked};

use crate::debian::{self, Access, DebianError, Suite, Trust};

/// An archive and one of its suites.
pub(super) type Place = (String, String);

/// The keys that may sign a suite, as far as they are needed: from key files, from its archive's keyring package, then from
/// those of the other suites that containers are made of. Debian's archive of security updates has no such package; its keys are
/// in that of the main archive. Who serves a key makes no difference, since its fingerprint is known.
pub(super) fn find_keys(
    project: &Project<Unlocked>,
    suites: &mut BTreeMap<Place, Suite>,
    access: &Access<'_>,
    place: &Place,
    trust: &Trust<'_>,
    report: debian::Report<'_>,
) -> Result<Vec<SignedPublicKey>, DebianError> {
    let others: BTreeSet<Place> =
        project.containers.values().map(place_of).filter(|other| other != place).collect();
    let mut keys = debian::keys_of_files(trust)?;
    let mut looked_in = Vec::new();
    for other in std::iter::once(place).chain(&others) {
        let signed = open(suites, access, place)?.is_signed_by(&keys, trust.now);
        if signed || debian::has_all(&keys, trust.keys) {
            break;
        }
        let found =
            open(suites, access, other).and_then(|suite| suite.keys(access, trust.keys, &mut *report));
        let outcome = match found {
            Ok(Some(found)) => {
                keys.extend(found);
                String::new()
            }
            Ok(None) => ", which has none".to_owned(),
            Err(problem) if other == place => return Err(problem),
            Err(problem) => format!(", which cannot be read: {problem}"),
        };
        looked_in.push(format!("{}{outcome}", named(other)));
    }
    if keys.is_empty() {
        let accepted = trust.keys.iter().cloned().collect::<Vec<_>>().join(", ");
        return Err(DebianError::NoKey { suite: named(place), accepted, looked_in: looked_in.join("; ") });
    }
    Ok(keys)
}

/// The suite that a container is made of.
pub(super) fn place_of(container: &Container) -> Place {
    (container.archive.clone(), container.suite.clone())
}

/// A suite as messages and the lock name it.
pub(super) fn named((archive, suite): &Place) -> String {
    format!("{archive}/{suite}")
}

/// Opens a suite at its first use.
pub(super) fn open<'s>(
    suites: &'s mut BTreeMap<Place, Suite>,
    access: &Access<'_>,
    place: &Place,
) -> Result<&'s mut Suite, DebianError> {
    Ok(match suites.entry(place.clone()) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert(Suite::open(access, &place.0, &place.1)?),
    })
}
