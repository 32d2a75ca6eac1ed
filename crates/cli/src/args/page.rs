//! The reference of the command line, written from the parser's own data.

use std::fmt::Write as _;

use super::examples::EXAMPLES;
use super::groups::GROUPS;

/// The page as Markdown.
pub fn page() -> String {
    let mut text = String::from(
        "# Commands\n\n<!-- Written from the command line's own definition: `YOE_BLESS=1 cargo test --package yoe page` writes it anew. \
         -->\n\nResults go to standard output, everything else to standard error. `--json` is for programs.\n",
    );
    let command = super::command();
    // Writing to a string does not fail.
    let _ = write!(text, "\n## Options of every command\n\n{}", options(&command, true));
    for (heading, names) in GROUPS {
        let _ = write!(text, "\n## {heading}\n");
        for name in names.iter().filter_map(|name| command.find_subcommand(name)) {
            one(&mut text, name, "yoe", 3);
        }
    }
    text.push_str(EXITS);
    text
}

const EXITS: &str = "
## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | a wrong command, project or machine; what `yoe doctor` found |
| 2 | a wrong option |
| 3 | a failed build |
| 4 | failed tests |
| 5 | a question that what was given does not decide |
| 6 | a result that was made again and is not the same |
| 70 | a mistake of yoe's |
| 130 | interrupted |

`yoe run IMAGE -- COMMAND`, `yoe ssh -- COMMAND` and `yoe shell UNIT -- COMMAND` end with the command's own status; 255 when it was killed,
or when ssh(1) failed.
";

fn one(text: &mut String, command: &clap::Command, before: &str, level: usize) {
    let name = format!("{before} {}", command.get_name());
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let usage = command.clone().bin_name(name.clone()).render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).trim_end();
    let _ = write!(
        text,
        "\n{} `{name}`\n\n{}.\n\n```text\n{usage}\n```\n",
        "#".repeat(level),
        about.trim_end_matches('.')
    );
    let options = options(command, false);
    if !options.is_empty() {
        let _ = write!(text, "\n{options}");
    }
    if let Some((_, examples)) = EXAMPLES.iter().find(|(of, _)| before == "yoe" && *of == command.get_name())
    {
        let lines: Vec<String> = examples.iter().map(|(line, does)| format!("# {does}\n{line}")).collect();
        let _ = write!(text, "\n```sh\n{}\n```\n", lines.join("\n"));
    }
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        one(text, inner, &name, level + 1);
    }
}

/// A table of the arguments; the options of every command stand in the first one alone.
fn options(command: &clap::Command, top: bool) -> String {
    let shown = |argument: &&clap::Arg| {
        !argument.is_hide_set() && (top || !argument.is_global_set()) && argument.get_id() != "help"
    };
    let rows: Vec<String> = command.get_arguments().filter(shown).map(row).collect();
    match rows.is_empty() {
        true => String::new(),
        false => format!("| argument | meaning |\n|---|---|\n{}\n", rows.join("\n")),
    }
}

fn row(argument: &clap::Arg) -> String {
    let takes = argument.get_action().takes_values();
    let value = argument
        .get_value_names()
        .map(|names| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" "));
    let value = value.unwrap_or_else(|| argument.get_id().as_str().to_uppercase());
    let flags = [
        argument.get_short().map(|short| format!("-{short}")),
        argument.get_long().map(|long| format!("--{long}")),
    ];
    let flags = flags.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let name = match (flags.is_empty(), takes) {
        (true, _) => value,
        (false, true) => format!("{flags} {value}"),
        (false, false) => flags,
    };
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default().replace('|', "\\|");
    let values: Vec<String> = match takes {
        true => {
            argument.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect()
        }
        false => Vec::new(),
    };
    let values = if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
    let defaults: Vec<&str> = match argument.is_hide_default_value_set() {
        true => Vec::new(),
        false => argument.get_default_values().iter().filter_map(|value| value.to_str()).collect(),
    };
    let default = if !takes || defaults.is_empty() {
        String::new()
    } else {
        format!(" [default: {}]", defaults.join(" "))
    };
    format!("| `{name}` | {help}{values}{default} |")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[test]
    fn the_page_of_the_command_line_is_up_to_date() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/commands.md");
        let page = super::page();
        if std::env::var_os("YOE_BLESS").is_some() {
            fs::write(&path, &page).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == page,
            "YOE_BLESS=1 cargo test --package yoe page writes docs/reference/commands.md anew"
        );
    }

    #[test]
    fn every_command_and_option_is_on_the_page() {
        let page = super::page();
        let command = crate::args::command();
        for top in command.get_subcommands() {
            assert!(page.contains(&format!("\n### `yoe {}`\n", top.get_name())), "{}", top.get_name());
            for long in top.get_arguments().filter_map(|argument| argument.get_long()) {
                assert!(
                    long == "help"
                        || page.contains(&format!("`--{long}"))
                        || page.contains(&format!(", --{long}")),
                    "{long}"
                );
            }
        }
    }
}
