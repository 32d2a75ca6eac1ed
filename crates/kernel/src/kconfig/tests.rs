use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::config::Config;

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn read(text: &str) -> Result<Tree, KconfigError> {
    parse(&files(&[("Kconfig", text)]), "Kconfig", &Environment::kernel("x86_64"))
}

fn reported(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

const SMALL: &str = r#"
mainmenu "Toy/$(ARCH) Configuration"
comma := ,
have-flag = $(success,cc $(1))
$(error-if,$(failure,command -v cc),no compiler)

config MODULES
	bool "Loadable modules"
	modules

menu "Links"
	depends on NET && \
		!TINY
	visible if EXPERT

config VETH
	tristate "Pairs" if NET
	depends on (A || B) && C != "x$(comma)y"
	select MII if A
	imply PTP
	default m
	help
	  config NOT_A_SYMBOL is text here.

	   So is this line.
	  endmenu

endmenu # Links

if NET
choice
	prompt "One of"
	default ONE
config ONE
	bool "One"
config TWO
	bool "Two"
endchoice
endif

config MII
	tristate
config PROBED
	def_bool $(have-flag,-fwhatever) || "$(ARCH)" = "x86_64"
config WIDTH
	int "Width"
	range 1 64 if NET
	range 1 8
source "arch/$(SRCARCH)/Kconfig"
source "$(shell,ls)/Kconfig"
"#;

fn small() -> Tree {
    let sources = files(&[("Kconfig", SMALL), ("arch/x86/Kconfig", "config X86\n\tdef_bool y\n")]);
    parse(&sources, "Kconfig", &Environment::kernel("x86_64")).unwrap()
}

#[test]
fn entries_carry_what_stands_around_them() {
    let tree = small();
    let veth = tree.symbol("VETH").unwrap();
    let definition = &veth.definitions[0];
    assert_eq!((veth.kind, definition.at.to_string()), (Some(Kind::Tristate), "Kconfig:16".to_owned()));
    let depends: Vec<_> = definition.depends.iter().map(|c| format!("{}: {}", c.at, c.expr)).collect();
    assert_eq!(depends, ["Kconfig:12: NET && !TINY", "Kconfig:18: (A || B) && C != \"x,y\""]);
    assert_eq!(definition.visible[0].expr.to_string(), "EXPERT");
    assert_eq!(definition.prompt.as_ref().unwrap().when.as_ref().unwrap().expr.to_string(), "NET");
    let mii = &tree.symbol("MII").unwrap().selected_by[0];
    assert_eq!((mii.by.as_str(), mii.at.to_string()), ("VETH", "Kconfig:19".to_owned()));
    assert!(tree.symbol("PTP").is_none() && tree.symbol("NOT_A_SYMBOL").is_none());
    assert!(tree.symbol("X86").unwrap().definitions[0].depends.is_empty());
}

#[test]
fn choices_know_their_members() {
    let tree = small();
    let one = &tree.symbol("ONE").unwrap().definitions[0];
    assert_eq!(tree.choice(one.choice.unwrap()).unwrap().members, ["ONE", "TWO"]);
    assert_eq!(one.depends[0].expr.to_string(), "NET");
}

#[test]
fn what_would_run_a_program_is_a_probe_or_a_note() {
    let tree = small();
    let default = &tree.symbol("PROBED").unwrap().definitions[0].defaults[0];
    assert_eq!(default.value.to_string(), "$(have-flag,-fwhatever) || \"x86_64\" = \"x86_64\"");
    assert_eq!(
        tree.notes(),
        ["Kconfig:50: `source \"$(shell,ls)/Kconfig\"` is skipped: its path is not known here"]
    );
    assert_eq!(tree.files(), 2);
}

#[test]
fn expressions_have_the_values_of_the_configuration() {
    let tree = read("config A\n\ttristate\nconfig B\n\tbool\nconfig S\n\tstring\nconfig N\n\tint\nconfig MODULES\n\tbool\n").unwrap();
    let config = Config::parse(b"CONFIG_A=m\nCONFIG_S=\"x\"\nCONFIG_N=12\nCONFIG_MODULES=y\n").unwrap();
    let values = Values { tree: &tree, config: &config };
    for (text, least, most) in [
        ("A", Level::Module, Level::Module),
        ("!A", Level::Module, Level::Module),
        ("A && B", Level::No, Level::No),
        ("A || B", Level::Module, Level::Module),
        ("A && !B", Level::Module, Level::Module),
        ("A = m", Level::Yes, Level::Yes),
        ("B = n && B != y", Level::Yes, Level::Yes),
        ("S = \"x\"", Level::Yes, Level::Yes),
        ("N > 9 && N <= 0xc", Level::Yes, Level::Yes),
        ("N < 9", Level::No, Level::No),
        ("UNDEFINED", Level::No, Level::No),
        ("m", Level::Module, Level::Module),
        ("$(cc-option,-x)", Level::No, Level::Yes),
        ("A && $(cc-option,-x)", Level::No, Level::Module),
        ("y || $(cc-option,-x)", Level::Yes, Level::Yes),
        ("!$(cc-option,-x) && B", Level::No, Level::No),
        ("N > $(cc-version)", Level::No, Level::Yes),
    ] {
        let tree = read(&format!("config X\n\tdef_bool {text}\n")).unwrap();
        let expr = &tree.symbol("X").unwrap().definitions[0].defaults[0].value;
        assert_eq!(values.reach(expr), Reach { least, most }, "{text}");
    }
}

#[test]
fn newer_and_older_words_are_known() {
    let tree = read("config A\n\tboolean \"a\"\n\tdepends on B if C\n\toption modules\n\ttransitional\n\t---help---\n\t  text\nchoice FOO\n\toptional\nendchoice\n").unwrap();
    assert_eq!(tree.symbol("A").unwrap().definitions[0].depends[0].expr.to_string(), "B || !C");
}

#[test]
fn each_mistake_names_its_line() {
    for (text, expected) in [
        ("\nnonsense A\n", "Kconfig:2: `nonsense` is not a statement"),
        ("bool \"x\"\n", "Kconfig:1: `bool` belongs below an entry"),
        ("config\n", "Kconfig:1: found the end of the line, expected the symbol's name"),
        ("config A B\n", "Kconfig:1: found `B`, expected the end of the line"),
        ("config A\n\tdepends B\n", "Kconfig:2: found `B`, expected `on`"),
        ("config A\n\tdepends on B &&\n", "Kconfig:2: found the end of the line, expected a symbol"),
        ("config A\n\tdepends on (B\n", "Kconfig:2: found the end of the line, expected `)`"),
        ("config A\n\tbool \"x\n", "Kconfig:2: a string has no closing quote"),
        ("config A\n\tdefault $(x\n", "Kconfig:2: `$(` has no closing parenthesis"),
        ("config A\n\tdepends on B ; C\n", "Kconfig:2: the character ';' has no meaning here"),
        ("if A\n", "Kconfig:1: the block that begins here has no end"),
        ("if A\nendmenu\n", "Kconfig:2: `endmenu` does not end what is open: see Kconfig:1"),
        ("endif\n", "Kconfig:1: `endif` does not end what is open"),
        ("source \"missing\"\n", "Kconfig:1: cannot read missing"),
        ("source \"Kconfig\"\n", "Kconfig:1: Kconfig is read again while it is being read"),
    ] {
        let message = reported(text);
        assert!(message.contains(expected), "{text:?}: {message}");
    }
}

#[test]
fn a_directory_gives_no_file_outside() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("Kconfig"), "source \"../secret\"\n").unwrap();
    let error = parse(&Directory(directory.path()), "Kconfig", &Environment::default()).unwrap_err();
    assert!(error.to_string().contains("Kconfig:1: `../secret` leads out of the directory"), "{error}");
    assert!(Directory(directory.path()).read("/etc/hostname").is_err());
}

#[test]
fn deep_and_large_input_ends_in_an_error() {
    let parens = format!("config A\n\tdepends on {}B\n", "(".repeat(100_000));
    assert!(reported(&parens).contains("nested parentheses"));
    assert!(
        reported(&format!("config A\n\tdepends on {}B\n", "!".repeat(100_000)))
            .contains("nested parentheses")
    );
    assert!(reported(&"if A\n".repeat(10_000)).contains("blocks deep"));
    let chain = files(
        &(0..100)
            .map(|n| (n.to_string(), format!("source \"{}\"\n", n + 1)))
            .collect::<Vec<_>>()
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect::<Vec<_>>(),
    );
    assert!(parse(&chain, "0", &Environment::default()).unwrap_err().to_string().contains("files deep"));
    let start = Instant::now();
    read(&"x\\\n".repeat(1 << 20)).unwrap_err();
    read(&format!("config A\n\tdepends on {}B\n", "B && ".repeat(700_000))).unwrap();
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn random_text_never_panics(text in "((config|menu|if|choice|endif|endmenu|depends on|default|bool|range|select|source|help|visible if|prompt)?[ \t]{0,2}[A-C\"'$()!=<>&|#\\\\,m ]{0,8}\n){0,16}") {
        if let Ok(tree) = read(&text) {
            let config = Config::default();
            for (_, symbol) in tree.symbols() {
                for condition in symbol.definitions.iter().flat_map(|definition| &definition.depends) {
                    let reach = Values { tree: &tree, config: &config }.reach(&condition.expr);
                    prop_assert!(reach.least <= reach.most);
                }
            }
        }
    }

    #[test]
    fn random_bytes_never_panic(text in prop::collection::vec(any::<u8>(), 0..512)) {
        let _ = read(&String::from_utf8_lossy(&text));
    }

    #[test]
    fn an_expression_is_read_back_as_it_is_shown(text in "(!?[A-C]( (&&|\\|\\|) !?[A-C]){0,3})") {
        let expr = |text: &str| read(&format!("config X\n\tdef_bool {text}\n")).unwrap().symbol("X").unwrap().definitions[0].defaults[0].value.clone();
        let first = expr(&text);
        prop_assert_eq!(&expr(&first.to_string()), &first);
    }
}

/// 456 bytes that once took half a minute: each macro stands for two of those before it, and all of them for nothing.
#[test]
fn macros_that_double_without_end_are_an_error() {
    let mut text = "a0 =\n".to_owned();
    (1..=24).for_each(|n| text.push_str(&format!("a{n} = $(a{0})$(a{0})\n", n - 1)));
    text.push_str("config X\n\tbool \"$(a24)\"\n");
    assert!(text.len() < 520, "{}", text.len());
    let sources = BTreeMap::from([("Kconfig".to_owned(), text)]);
    let began = std::time::Instant::now();
    let error = parse(&sources, "Kconfig", &Environment::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Kconfig:27: more than 8388608 units of work on macros; no kernel has that many"
    );
    assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
}
