use proptest::prelude::*;

use super::*;

fn fragment(file: &str, text: &str) -> Fragment {
    Fragment::parse(file, text.as_bytes()).unwrap()
}

fn conflicts(fragments: &[Fragment]) -> Vec<String> {
    merge(fragments).unwrap_err().conflicts.iter().map(ToString::to_string).collect()
}

const LINKS: &str = "\
# This line belongs to the file, not to an option.

## Networking: links

# A pair of interfaces joins
# each container to the bridge.
CONFIG_VETH=y
CONFIG_BRIDGE=y  # where the other ends meet

CONFIG_TUN=y
# Off: nothing here uses it.
# CONFIG_BTRFS_FS is not set
";

#[test]
fn reasons_come_from_the_block_above_and_from_behind() {
    let parsed = fragment("links.cfg", LINKS);
    let reasons: Vec<_> =
        parsed.options.iter().map(|o| (o.symbol.as_str(), o.line, o.reason.as_deref())).collect();
    assert_eq!(
        reasons,
        [
            ("VETH", 7, Some("A pair of interfaces joins each container to the bridge.")),
            (
                "BRIDGE",
                8,
                Some("where the other ends meet A pair of interfaces joins each container to the bridge.")
            ),
            ("TUN", 10, None),
            ("BTRFS_FS", 12, Some("Off: nothing here uses it.")),
        ]
    );
    assert!(parsed.options.iter().all(|option| option.group.as_deref() == Some("Networking: links")));
}

#[test]
fn the_lint_names_each_option_without_a_reason() {
    let message: Vec<_> = lint(&fragment("links.cfg", LINKS)).iter().map(ToString::to_string).collect();
    assert_eq!(message.len(), 1, "{message:?}");
    assert!(message[0].starts_with("links.cfg:10: CONFIG_TUN has no reason"), "{message:?}");
}

#[test]
fn the_lint_finds_repeats_and_comments_meant_as_settings() {
    let text =
        "# Why.\nCONFIG_A=y\nCONFIG_A=y\n#CONFIG_B is not set\n# CONFIG_C=y\n# CONFIG_D is a fine option.\n";
    let message: Vec<_> = lint(&fragment("a.cfg", text)).iter().map(ToString::to_string).collect();
    assert_eq!(message.len(), 3, "{message:?}");
    assert!(message[0].starts_with("a.cfg:3: CONFIG_A is already set in line 2"), "{message:?}");
    assert!(
        message[1].starts_with("a.cfg:4: `#CONFIG_B is not set` is a comment for Kconfig"),
        "{message:?}"
    );
    assert!(message[2].starts_with("a.cfg:5: `# CONFIG_C=y` is a comment"), "{message:?}");
}

#[test]
fn a_conflict_names_both_files_and_lines() {
    let message = conflicts(&[
        fragment("base.cfg", "\nCONFIG_VT=y\n"),
        fragment("board.cfg", "# CONFIG_VT is not set\n"),
    ]);
    assert_eq!(
        message,
        [
            "CONFIG_VT is y in base.cfg:2 and n in board.cfg:1; take one out, or write `# overrides base.cfg` above the \
          later line"
        ]
    );
}

#[test]
fn every_conflict_is_told_also_within_one_file() {
    let message = conflicts(&[
        fragment("a.cfg", "CONFIG_A=y\nCONFIG_B=1\nCONFIG_A=m\n"),
        fragment("b.cfg", "CONFIG_B=2\n"),
    ]);
    assert_eq!(message.len(), 2, "{message:?}");
    assert!(message[0].contains("CONFIG_A is y in a.cfg:1 and m in a.cfg:3"), "{message:?}");
    assert!(message[1].contains("CONFIG_B is 1 in a.cfg:2 and 2 in b.cfg:1"), "{message:?}");
}

#[test]
fn an_override_wins_and_remembers_what_it_replaced() {
    for later in [
        "# overrides base.cfg: no screen here\nCONFIG_VT=n\n",
        "CONFIG_VT=n # overrides base.cfg: no screen here\n",
    ] {
        let merged =
            merge(&[fragment("base.cfg", "# A screen.\nCONFIG_VT=y\n"), fragment("board.cfg", later)])
                .unwrap();
        let requested = merged.get("VT").unwrap();
        assert_eq!(requested.value, Value::No);
        assert_eq!(requested.reason.as_deref(), Some("no screen here"));
        assert_eq!(requested.replaces, [Origin { file: "base.cfg".into(), line: 2 }]);
    }
}

#[test]
fn an_override_of_nothing_is_told() {
    let base = fragment("base.cfg", "CONFIG_VT=y\n");
    for (later, named) in [
        ("# overrides other.cfg\nCONFIG_VT=n\n", "other.cfg"),
        ("# overrides base.cfg\nCONFIG_VT=y\n", "base.cfg"),
        ("# overrides base.cfg\nCONFIG_NEW=y\n", "base.cfg"),
    ] {
        let message = conflicts(&[base.clone(), fragment("board.cfg", later)]);
        assert_eq!(message.len(), 1, "{message:?}");
        assert!(
            message[0].contains("board.cfg:2") && message[0].contains(&format!("overrides {named}")),
            "{message:?}"
        );
    }
}

#[test]
fn an_override_may_name_any_fragment_that_set_the_value() {
    let [a, b] = ["a.cfg", "b.cfg"].map(|file| fragment(file, "CONFIG_VT=y\n"));
    let merged = merge(&[a, b, fragment("c.cfg", "# overrides a.cfg\nCONFIG_VT=n\n")]).unwrap();
    assert_eq!(merged.get("VT").unwrap().value, Value::No);
}

#[test]
fn repeats_across_fragments_agree_and_keep_the_first_reason() {
    let merged =
        merge(&[fragment("a.cfg", "# Why.\nCONFIG_A=y\n"), fragment("b.cfg", "CONFIG_A=y\n")]).unwrap();
    let reasons: Vec<_> = merged.iter().map(|(symbol, asked)| (symbol, asked.reason.as_deref())).collect();
    assert_eq!(reasons, [("A", Some("Why."))]);
    assert_eq!(merged.get("A").unwrap().origin.to_string(), "b.cfg:1");
}

#[test]
fn the_merged_text_is_a_configuration() {
    let merged = merge(&[fragment("a.cfg", "CONFIG_B=n\nCONFIG_A=\"x\"\n")]).unwrap();
    assert_eq!(merged.text(), "CONFIG_A=\"x\"\n# CONFIG_B is not set\n");
}

#[test]
fn a_mistake_names_the_fragment() {
    let error = Fragment::parse("base.cfg", b"CONFIG_A=y\nCONFIG_B=maybe\n").unwrap_err();
    assert_eq!(error.to_string(), "base.cfg: the fragment cannot be read");
    assert!(error.problem.to_string().starts_with("line 2: CONFIG_B has the value `maybe`"));
}

proptest! {
    #[test]
    fn random_text_never_panics(text in "((#{0,3} ?)?(overrides [a-z.:]{0,6}|CONFIG_[AB]|[a-z ]{0,5})(=[ymn\"]{0,2})?( is not set)?( # ?[a-z]{0,4})?\r?\n){0,16}") {
        if let Ok(parsed) = Fragment::parse("a.cfg", text.as_bytes()) {
            lint(&parsed);
            let _ = merge(&[parsed.clone(), parsed]);
        }
    }

    #[test]
    fn without_conflicts_the_last_value_of_each_symbol_is_requested(values in prop::collection::vec(("[A-D]", any::<bool>()), 0..8)) {
        let text = |on: &bool| if *on { Value::Yes } else { Value::No };
        let fragments: Vec<_> = values.iter().map(|(symbol, on)| fragment("a.cfg", &text(on).line(symbol))).collect();
        match merge(&fragments) {
            Ok(merged) => for (symbol, on) in &values {
                prop_assert_eq!(&merged.get(symbol).unwrap().value, &text(on));
            },
            Err(_) => prop_assert!(values.iter().any(|(a, x)| values.iter().any(|(b, y)| a == b && x != y))),
        }
    }
}
