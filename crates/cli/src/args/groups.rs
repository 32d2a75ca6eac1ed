//! The commands in the help, by what they are for.

use std::fmt::Write as _;

/// Commands under their headings. What is in none stands at the end.
pub const GROUPS: [(&str, &[&str]); 4] = [
    ("Build and run", &["init", "add", "build", "run", "ssh", "deploy", "dev", "test", "shell", "report"]),
    ("See and understand", &["ui", "list", "desc", "why", "graph", "log", "diff"]),
    (
        "Lock and release",
        &[
            "lock",
            "flash",
            "bundle",
            "keys",
            "sign",
            "sbom",
            "licenses",
            "audit",
            "sources",
            "provenance",
            "verify",
        ],
    ),
    ("Look after this machine", &["doctor", "store", "clean", "kernel", "completion", "lsp", "man"]),
];

/// Gives a command a help with these groups.
pub fn apply(command: clap::Command) -> clap::Command {
    let groups = text(&command);
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{groups}\nOptions:\n{{options}}{{after-help}}"
    ))
}

fn text(command: &clap::Command) -> String {
    let all: Vec<&clap::Command> =
        command.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    let find = |name: &&str| all.iter().find(|command| command.get_name() == *name).copied();
    let mut grouped: Vec<(&str, Vec<&clap::Command>)> =
        GROUPS.iter().map(|(heading, names)| (*heading, names.iter().filter_map(find).collect())).collect();
    let named =
        |command: &&clap::Command| GROUPS.iter().any(|(_, names)| names.contains(&command.get_name()));
    grouped.push(("Others", all.iter().copied().filter(|command| !named(command)).collect()));
    let width = all.iter().map(|command| command.get_name().len()).max().unwrap_or_default();
    let mut text = String::new();
    for (heading, commands) in grouped.into_iter().filter(|(_, commands)| !commands.is_empty()) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n{heading}:");
        for command in commands {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  {:width$}  {about}", command.get_name());
        }
    }
    text
}
