//! Whether the engine still has what the root gave it.

use yoe_workload_format::Record;

use crate::Report;
use crate::args::Places;
use crate::client::Client;
use crate::error::WorkloadError;
use crate::root::Root;
use crate::start::mend;

/// Gives the engine again what it lost of the images of these workloads. Returns what is said of it.
///
/// # Errors
/// When the engine cannot be asked, or refuses.
pub fn verify(
    client: &Client,
    root: &Root,
    places: &Places,
    records: &[&Record],
    report: Report<'_>,
) -> Result<String, WorkloadError> {
    let mut lines = Vec::new();
    for record in records {
        let mended = mend(client, root, places, record, report)?;
        lines.push(match mended.len() {
            0 => format!("{}: {} images, all whole", record.name, record.images.len()),
            count => format!("{}: {count} of {} images were given again", record.name, record.images.len()),
        });
    }
    Ok(lines.join("\n"))
}
