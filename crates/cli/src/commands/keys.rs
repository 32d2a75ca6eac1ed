//! `yoe keys`.

use yoe_bundle::Role;

use crate::args::KeysCommand;
use crate::context::project_name;
use crate::error::CommandError;
use crate::output::Output;
use crate::ui;
use crate::update_keys::UpdateKeys;

pub fn run(command: &KeysCommand) -> Result<(), CommandError> {
    let project = project_name()?;
    match command {
        KeysCommand::Make { root_keys, root_threshold } => make(&project, *root_keys, *root_threshold),
        KeysCommand::List => list(&UpdateKeys::required(&project)?),
        KeysCommand::Rotate { roles } => rotate(&project, roles),
        KeysCommand::Export { file } => export(&project, file),
    }
}

fn make(project: &str, root_keys: usize, root_threshold: usize) -> Result<(), CommandError> {
    let keys = UpdateKeys::make(project, root_keys, root_threshold)?;
    list(&keys)?;
    ui::note(&format!(
        "the keys are in {}: keep a copy where nobody else gets at it",
        keys.folder().display()
    ));
    ui::note("`yoe keys export FILE` writes the public part, which belongs into images");
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
    let mut keys = UpdateKeys::required(project)?;
    keys.rotate(&roles)?;
    list(&keys)?;
    ui::note("devices learn of the new keys with the next update; export the public part for new images");
    ui::note(
        "the next `yoe bundle --repository DIR` signs the list anew that this machine published there last; for any other \
         repository say --from-old-keys once, unless somebody else may have the old keys",
    );
    Ok(())
}

fn export(project: &str, file: &std::path::Path) -> Result<(), CommandError> {
    let keys = UpdateKeys::required(project)?;
    Output::at(file)?.write_all(keys.newest()?.bytes())
}
