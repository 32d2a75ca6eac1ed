use super::examples::EXAMPLES;
use super::groups::GROUPS;
use super::*;

fn help(path: &[&str]) -> String {
    let arguments = ["yoe"].iter().chain(path).chain(&["--help"]).map(OsString::from);
    let shown = parse(arguments).unwrap_err();
    assert!(!shown.use_stderr(), "{shown}");
    shown.to_string()
}

/// The paths of all commands, such as `keys make`.
fn paths() -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for top in command().get_subcommands() {
        paths.push(vec![top.get_name().to_owned()]);
        let inner =
            top.get_subcommands().map(|inner| vec![top.get_name().to_owned(), inner.get_name().to_owned()]);
        paths.extend(inner);
    }
    paths
}

#[test]
fn the_parser_is_consistent() {
    command().debug_assert();
}

#[test]
fn the_help_is_a_page() {
    let help = help(&[]);
    let wide: Vec<&str> = help.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
    assert!(help.lines().count() <= 57, "{help}");
    for (heading, _) in GROUPS {
        assert!(help.contains(&format!("\n{heading}:\n")), "{help}");
    }
    for command in command().get_subcommands() {
        assert_eq!(help.matches(&format!("\n  {} ", command.get_name())).count(), 1, "{help}");
    }
}

#[test]
fn the_help_of_each_command_fits_a_narrow_terminal() {
    for path in paths() {
        let help = help(&path.iter().map(String::as_str).collect::<Vec<_>>());
        let wide = help.lines().find(|line| line.chars().count() > 80 && !line.starts_with("  yoe "));
        assert_eq!(wide, None, "{path:?}");
    }
}

#[test]
fn each_command_has_examples_that_parse() {
    for top in command().get_subcommands() {
        let name = top.get_name();
        let (_, examples) =
            EXAMPLES.iter().find(|(of, _)| *of == name).unwrap_or_else(|| panic!("{name} has no example"));
        assert!(help(&[name]).contains("Examples:"), "{name}");
        for (line, _) in *examples {
            // What follows belongs to the shell.
            let line = line.split(" > ").next().unwrap_or_default();
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(words[1], name, "{line}");
            if let Err(error) = parse(words) {
                panic!("{line}: {error}");
            }
        }
    }
}

#[test]
fn colours_are_known_before_the_arguments_are_parsed() {
    let choice = |line: &str| color(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
    assert_eq!(choice("yoe build --color never"), ColorChoice::Never);
    assert_eq!(choice("yoe --color=always build"), ColorChoice::Always);
    assert_eq!(choice("yoe run -- ls --color=always"), ColorChoice::Auto);
    assert_eq!(choice("yoe build --color"), ColorChoice::Auto);
}
