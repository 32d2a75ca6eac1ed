//! File systems of the workloads that can be updated apart from the system.

use super::{DiskRequest, ToolRun, environment, quote, root_fs};
use crate::WorkloadPart;
use crate::identity::workload_fs;

/// Describes the making of a file system of each; nothing when there is none.
pub fn workloads(request: &DiskRequest<'_>) -> Option<ToolRun> {
    let parts = &request.manifest.workloads;
    if parts.is_empty() {
        return None;
    }
    let command = |part: &WorkloadPart| {
        // It does not follow from the disk: the same workload has the same bytes, whatever system it comes with.
        let uuid = workload_fs(&part.name, &part.version);
        let to = quote(&format!("/build/dest/{}", part.file()));
        let from = quote(&format!("/build/in/{}", part.archive()));
        // No device looks for it by its identifier: what it is, its digest says.
        root_fs::erofs(request.manifest.epoch, &uuid, "workload", &to, &from) + "\n"
    };
    Some(ToolRun {
        script: parts.iter().map(command).collect(),
        inputs: parts.iter().map(WorkloadPart::archive).collect(),
        environment: environment(request.manifest.epoch),
        outputs: parts.iter().map(WorkloadPart::file).collect(),
    })
}
