//! What shells complete where a command takes the name of something in the project.

use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use yoe_model::{Project, Release, Unlocked};

use crate::{devices, paths, project};

/// Which names fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    Targets,
    Units,
    Images,
    Machines,
    Devices,
}

/// Arguments that take names: the command, the argument, and the names.
const ARGUMENTS: &[(&str, &str, Names)] = &[
    ("build", "targets", Names::Targets),
    ("run", "image", Names::Images),
    ("ssh", "device", Names::Devices),
    ("deploy", "unit", Names::Units),
    ("deploy", "to", Names::Devices),
    ("test", "image", Names::Images),
    ("report", "images", Names::Images),
    ("desc", "target", Names::Targets),
    ("why", "unit", Names::Units),
    ("why", "image", Names::Images),
    ("why", "rebuilt", Names::Targets),
    ("graph", "target", Names::Targets),
    ("log", "target", Names::Units),
    ("diff", "from", Names::Images),
    ("diff", "to", Names::Images),
    ("flash", "image", Names::Images),
    ("sign", "image", Names::Images),
    ("bundle", "image", Names::Images),
    ("shell", "unit", Names::Units),
];

/// Adds completion by the names of the project of the current directory.
pub fn complete(mut command: clap::Command) -> clap::Command {
    for name in command.get_subcommands().map(|command| command.get_name().to_owned()).collect::<Vec<_>>() {
        command = command.mut_subcommand(&name, |command| {
            command.mut_args(|argument| {
                let of =
                    |(command, id, _): &&(&str, &str, Names)| *command == name && argument.get_id() == *id;
                let names = match ARGUMENTS.iter().find(of) {
                    Some((.., names)) => *names,
                    None if argument.get_id() == "machine" => Names::Machines,
                    None => return argument,
                };
                argument.add(ArgValueCandidates::new(move || candidates(names)))
            })
        });
    }
    command
}

/// The names; none where the project cannot be evaluated: a shell that completes is no place for errors.
fn candidates(names: Names) -> Vec<CompletionCandidate> {
    if names == Names::Devices {
        let running = devices::running().unwrap_or_default();
        return running.into_iter().map(|device| CompletionCandidate::new(device.name)).collect();
    }
    let opened = paths::project_root().and_then(|root| project::open_as_locked(&root, None));
    opened.map(|opened| of(&opened.project, names)).unwrap_or_default()
}

fn of(project: &Project<Unlocked>, names: Names) -> Vec<CompletionCandidate> {
    let mut found = Vec::new();
    let mut add = |name: String, help: &str| {
        let help = Some(help).filter(|help| !help.is_empty());
        found.push(CompletionCandidate::new(name).help(help.map(|help| help.to_owned().into())));
    };
    if matches!(names, Names::Targets | Names::Units) {
        project.units.values().for_each(|unit| add(unit.name.clone(), &unit.description));
    }
    if matches!(names, Names::Targets | Names::Images) {
        for image in project.images.values() {
            add(image.name.clone(), &image.description);
            image
                .releases
                .iter()
                .for_each(|one| add(Release::target(&image.name, &one.version), "a release"));
        }
        project.oci_images.values().for_each(|image| add(image.name.clone(), &image.description));
    }
    if names == Names::Targets {
        project.containers.keys().for_each(|name| add(name.clone(), "container"));
    }
    if names == Names::Machines {
        project.machines.values().for_each(|machine| add(machine.name.clone(), &machine.description));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_argument_is_there() {
        let command = crate::args::command();
        for (name, id, _) in ARGUMENTS {
            let found = command.find_subcommand(name).unwrap();
            assert!(found.get_arguments().any(|argument| argument.get_id() == *id), "{name} {id}");
        }
    }
}
