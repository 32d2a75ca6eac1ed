//! Whether a device of an image can be logged in to.

use std::collections::BTreeSet;

use yoe_model::{Image, Project};

use crate::error::CommandError;

/// The service that is an SSH server, by whichever unit.
const SERVICE: &str = "sshd";

/// Makes sure that an image holds an SSH server.
pub fn ssh_server<State>(project: &Project<State>, image: &Image) -> Result<(), CommandError> {
    let mut open: Vec<&str> = image.artifacts.iter().map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    while let Some(unit) = open.pop().and_then(|name| project.units.get(name)) {
        if unit.services.iter().any(|service| service.name == SERVICE) {
            return Ok(());
        }
        let further = unit.runtime_deps.iter().map(String::as_str).filter(|name| seen.insert(*name));
        open.extend(further);
    }
    Err(CommandError::user(format!(
        "nobody can log in to {} by SSH: it has no service {SERVICE:?}",
        image.name
    ))
    .hint("add \"dropbear\", and \"dhcpcd\" for an address, to its artifacts"))
}
