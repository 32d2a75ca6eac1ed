//! Papers of the version that runs, from where it is published.

use yoe_bundle::{Role, Time, TrustError};
use yoe_notation::hex;

use crate::config::Config;
use crate::disk::{Purpose, System};
use crate::error::UpdaterError;
use crate::search::believe;
use crate::source;
use crate::state::State;
use crate::update::{self, Device};

/// The bill of materials of the version that runs: signed by those who sign updates, and of this very root. Nothing of it is on the
/// device itself, where it would take room that few devices have for it.
///
/// # Errors
/// When the repository is not believed, or has no bill of this root.
pub fn bill(config: &Config, from: &str) -> Result<String, UpdaterError> {
    let state = State::new(&config.paths.state);
    let System { image, version, epoch, root, .. } = System::open(&config.paths, Purpose::Read)?;
    let device = Device { image: &image, machine: &config.machine, version: &version };
    let repository = source::open(from, &config.network)?;
    let believed = believe(config, Time(epoch), &state, repository.as_ref())?;
    let root_hash = hex::encode(&root.root_hash);
    let bytes = update::bill(repository.as_ref(), &believed.verified, &device, &root_hash)?;
    let problem = || TrustError::Malformed {
        role: Role::Targets,
        problem: "the bill of materials is no text".to_owned(),
    };
    String::from_utf8(bytes).map_err(|_| UpdaterError::Metadata(problem()))
}
