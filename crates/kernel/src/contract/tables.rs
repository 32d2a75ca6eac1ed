//! All rules. They are data; each table has a file of its own.

use super::rule::Group;
use super::{drivers, engines, k3s, necessary, optional, packet_filter, podman};

/// Every group, in the order of reports.
pub fn rules() -> impl Iterator<Item = &'static Group> {
    let moby = [necessary::GROUPS, optional::GROUPS, drivers::GROUPS];
    let engines = [packet_filter::GROUPS, engines::GROUPS, podman::GROUPS, k3s::GROUPS];
    moby.into_iter().chain(engines).flatten()
}
