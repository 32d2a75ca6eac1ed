//! `yoe keys`.

use clap::{Args, Subcommand};
use yoe_bundle::{Role, Time};
use yoe_keys::UpdateKeys;
use yoe_keys::updates::RootKeys;

use crate::error::CommandError;
use crate::output::Output;
use crate::{paths, project, ui};

/// The arguments of `yoe keys`.
#[derive(Debug, Args)]
pub struct Keys {
    /// Which of its commands.
    #[command(subcommand)]
    pub command: KeysCommand,
}

/// The commands of `yoe keys`.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Create the keys that sign this project's updates
    Make {
        /// Number of root keys
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        root_keys: usize,
        /// How many root keys must sign a change of keys
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        root_threshold: usize,
    },
    /// List the keys and which of them are on this machine
    List,
    /// Replace keys with new ones; devices learn of them with the next update
    Rotate {
        /// Roles whose keys to replace: root, targets, snapshot, timestamp
        #[arg(required = true)]
        roles: Vec<String>,
    },
    /// Write the public part of the keys, which belongs in images
    Export {
        /// The file to write
        file: std::path::PathBuf,
    },
}

/// Carries `yoe keys` out.
pub fn run(command: &KeysCommand) -> Result<(), CommandError> {
    let project = project::name()?;
    match command {
        KeysCommand::Make { root_keys, root_threshold } => {
            make(&project, RootKeys { count: *root_keys, threshold: *root_threshold })
        }
        KeysCommand::List => list(&UpdateKeys::required(&paths::keys()?, &project)?),
        KeysCommand::Rotate { roles } => rotate(&project, roles),
        KeysCommand::Export { file } => export(&project, file),
    }
}

fn make(project: &str, root: RootKeys) -> Result<(), CommandError> {
    let keys = UpdateKeys::make(&paths::keys()?, project, root, Time(paths::now()))?;
    list(&keys)?;
    ui::note(&format!("the keys are in {}: keep a backup in a safe place", keys.directory().display()));
    ui::note("`yoe keys export FILE` writes the public part, which belongs in images");
    Ok(())
}

fn list(keys: &UpdateKeys) -> Result<(), CommandError> {
    let root = keys.newest()?.root();
    ui::result(&format!("root metadata version {}, valid until {}", root.version, root.expires));
    for (role, id, here) in keys.list()? {
        let threshold = root.roles.get(role.as_str()).map_or(0, |keys| keys.threshold);
        let of = root.roles.get(role.as_str()).map_or(0, |keys| keys.keyids.len());
        let place = if here { "here" } else { "elsewhere" };
        ui::result(&format!("{:9}  {threshold} of {of}  {id}  {place}", role.as_str()));
    }
    Ok(())
}

fn rotate(project: &str, names: &[String]) -> Result<(), CommandError> {
    let mut roles = Vec::new();
    for name in names {
        let role = Role::ALL.into_iter().find(|role| role.as_str() == name);
        roles.push(role.ok_or_else(|| {
            CommandError::user(format!("there is no role {name:?}"))
                .hint("the roles are root, targets, snapshot and timestamp")
        })?);
    }
    let mut keys = UpdateKeys::required(&paths::keys()?, project)?;
    keys.rotate(&roles, Time(paths::now()))?;
    list(&keys)?;
    ui::note("devices learn of the new keys with the next update; export the public part for new images");
    ui::note(
        "the next `yoe bundle --repository DIR` re-signs the list that this machine last published there; for any other \
         repository pass --from-old-keys once, unless somebody else may have the old keys",
    );
    Ok(())
}

fn export(project: &str, file: &std::path::Path) -> Result<(), CommandError> {
    let keys = UpdateKeys::required(&paths::keys()?, project)?;
    Output::at(file)?.write_all(keys.newest()?.bytes())
}
