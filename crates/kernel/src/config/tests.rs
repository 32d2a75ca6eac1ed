use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn reported(text: &str) -> String {
    Config::parse(text.as_bytes()).unwrap_err().to_string()
}

const SMALL: &str = "#\n# Linux/x86 6.12.107 Kernel Configuration\n#\nCONFIG_VETH=y\nCONFIG_BRIDGE=m\n\
    # CONFIG_BTRFS_FS is not set\nCONFIG_PANIC_TIMEOUT=-10\nCONFIG_BASE=0x1000000\nCONFIG_LSM=\"a,\\\"b\\\\\"\n";

#[test]
fn every_kind_of_value() {
    let config = Config::parse(SMALL.as_bytes()).unwrap();
    assert_eq!(config.value("VETH"), &Value::Yes);
    assert_eq!(config.value("BRIDGE"), &Value::Module);
    assert_eq!(config.get("BTRFS_FS").unwrap(), &Entry { value: Value::No, line: 6 });
    assert_eq!(config.value("PANIC_TIMEOUT"), &Value::Int(-10));
    assert_eq!(config.value("BASE"), &Value::Hex(0x100_0000));
    assert_eq!(config.value("LSM"), &Value::Text("a,\"b\\".into()));
    assert_eq!((config.value("ABSENT"), config.get("ABSENT")), (&Value::No, None));
    assert_eq!(config.version().unwrap().to_string(), "6.12.107");
    assert_eq!(config.arch(), Some("x86"));
    assert_eq!((config.len(), config.is_empty()), (6, false));
}

#[test]
fn gzip_crlf_and_a_byte_order_mark_make_no_difference() {
    let plain = Config::parse(SMALL.as_bytes()).unwrap();
    assert_eq!(Config::parse(&gzip(SMALL.as_bytes())).unwrap(), plain);
    assert_eq!(Config::parse(SMALL.replace('\n', "\r\n").as_bytes()).unwrap(), plain);
    assert_eq!(Config::parse(format!("\u{feff}{SMALL}").as_bytes()).unwrap(), plain);
}

#[test]
fn the_last_of_duplicates_counts() {
    let config =
        Config::parse(b"CONFIG_A=y\nCONFIG_B=y\nCONFIG_A=m\n# CONFIG_A is not set\nCONFIG_B=y\n").unwrap();
    assert_eq!((config.value("A"), config.value("B")), (&Value::No, &Value::Yes));
    let lines: Vec<_> = config.iter().map(|(symbol, entry)| (symbol, entry.line)).collect();
    assert_eq!(lines, [("A", 4), ("B", 5)]);
}

#[test]
fn what_only_looks_like_unset_is_a_comment() {
    let config = Config::parse(b"#CONFIG_A is not set\n# CONFIG_B is not set here\n# CONFIG_C=y\n").unwrap();
    assert!(config.is_empty());
}

#[test]
fn a_comment_may_follow_a_value_but_no_number() {
    let config = Config::parse(b"CONFIG_A=y # why\nCONFIG_B=\"x\" # why\n").unwrap();
    assert_eq!((config.value("A"), config.value("B")), (&Value::Yes, &Value::Text("x".into())));
    assert!(
        reported("CONFIG_N=4 # four")
            .contains("CONFIG_N: Kconfig reads a comment after a number as part of it")
    );
}

#[test]
fn each_mistake_names_its_line() {
    for (text, expected) in [
        ("\nhello", "line 2: `hello` is not a setting"),
        ("VETH=y", "line 1: `VETH=y` is not a setting"),
        ("CONFIG_A B=y", "line 1: `CONFIG_A B` is not a symbol name"),
        ("CONFIG_=y", "line 1: `CONFIG_` is not a symbol name"),
        ("CONFIG_A=", "line 1: CONFIG_A has no value"),
        ("CONFIG_A=yes", "line 1: CONFIG_A has the value `yes`; expected y, m, n"),
        ("CONFIG_A=0x", "line 1: CONFIG_A has the value `0x`"),
        ("CONFIG_A=99999999999999999999", "line 1: CONFIG_A: the number"),
        ("CONFIG_A=\"x", "line 1: CONFIG_A: the string has no closing quote"),
        ("CONFIG_A=\"x\\", "line 1: CONFIG_A: the string has no closing quote"),
        ("CONFIG_A=y z", "line 1: CONFIG_A: `z` stands after the value"),
        ("CONFIG_A=y\n\u{7f}ELF", "line 2 holds binary data"),
    ] {
        let message = reported(text);
        assert!(message.contains(expected), "{text:?}: {message}");
    }
}

#[test]
fn a_line_of_a_megabyte_is_told_shortly() {
    let message = reported(&format!("CONFIG_A=y\nCONFIG_B=\"{}\"\n", "x".repeat(1 << 20)));
    assert_eq!(message, "line 2 is 1048587 bytes long; a line of a configuration has at most 65536");
}

#[test]
fn binary_junk_and_other_encodings_are_told() {
    let junk = Config::parse(b"\x7fELF\x02\x01\x01\0\0\0").unwrap_err().to_string();
    assert!(junk.contains("line 1 holds binary data"), "{junk}");
    let latin = Config::parse(b"CONFIG_A=y\nCONFIG_B=\"f\xfcr\"\n").unwrap_err().to_string();
    assert!(latin.contains("line 2 is not UTF-8"), "{latin}");
}

#[test]
fn a_comment_in_another_encoding_is_a_comment() {
    let config = Config::parse(b"CONFIG_A=y\n  # f\xfcr\nCONFIG_B=m\n").unwrap();
    assert_eq!((config.value("A"), config.get("B").unwrap().line), (&Value::Yes, 3));
    let packed = Config::parse(&gzip(b"# f\xfcr\nCONFIG_A=y\n")).unwrap();
    assert_eq!(packed.value("A"), &Value::Yes);
}

#[test]
fn what_follows_a_gzip_stream_does_not_count() {
    let plain = Config::parse(SMALL.as_bytes()).unwrap();
    for tail in [&[0; 512][..], b"IKCFG_ED", b"\n"] {
        assert_eq!(Config::parse(&[&gzip(SMALL.as_bytes())[..], tail].concat()).unwrap(), plain, "{tail:?}");
    }
    let (head, tail) = SMALL.as_bytes().split_at(40);
    assert_eq!(Config::parse(&[gzip(head), gzip(tail)].concat()).unwrap(), plain, "two streams are one text");
}

#[test]
fn a_kernel_that_keeps_its_configuration_is_read() {
    let plain = Config::parse(SMALL.as_bytes()).unwrap();
    // The mark alone, as in the strings of the code that looks for it, is not a configuration.
    let kernel = [&b"\x7fELF\0\0IKCFG_ST\0\0IKCFG_ST"[..], &gzip(SMALL.as_bytes()), b"IKCFG_ED\0\0"].concat();
    assert_eq!(Config::parse(&kernel).unwrap(), plain);
    for (at, magic) in [(0x202, b"HdrS"), (56, b"ARMd")] {
        let mut packed = vec![0; 4096];
        packed[at..at + 4].copy_from_slice(magic);
        let reported = Config::parse(&packed).unwrap_err().to_string();
        assert!(reported.contains("scripts/extract-ikconfig"), "{reported}");
    }
}

#[test]
fn a_whole_configuration_is_known_by_what_kconfig_writes() {
    let whole = |text: &str| Config::parse(text.as_bytes()).unwrap().is_whole();
    assert!(whole(SMALL));
    assert!(whole("CONFIG_A=y\nCONFIG_INIT_ENV_ARG_LIMIT=32\n"));
    assert!(!whole("CONFIG_MEMCG=y\n"));
    // As in collections of defconfigs.
    assert!(!whole("# Armbian defconfig generated with 6.12\nCONFIG_MEMCG=y\n# CONFIG_VETH is not set\n"));
}

#[test]
fn a_gzip_bomb_ends_at_the_limit() {
    // 256 MiB of one line, packed into a quarter of a megabyte.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let block = vec![b'#'; 1 << 20];
    for _ in 0..256 {
        encoder.write_all(&block).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    let message = Config::parse(&bomb).unwrap_err().to_string();
    assert!(message.contains("longer than 16777216 bytes when unpacked"), "{message}");
}

#[test]
fn a_damaged_gzip_stream_has_a_cause() {
    let mut cut = gzip(SMALL.as_bytes());
    cut.truncate(cut.len() / 2);
    let error = Config::parse(&cut).unwrap_err();
    assert!(error.to_string().contains("cannot be unpacked"), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_text_at_the_limit_is_read_in_bounded_time() {
    let line = "CONFIG_A=y\n";
    let text = line.repeat(MAX_TEXT / line.len());
    let start = Instant::now();
    let config = Config::parse(text.as_bytes()).unwrap();
    assert_eq!(config.get("A").unwrap().line, MAX_TEXT / line.len());
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::No),
        Just(Value::Module),
        Just(Value::Yes),
        any::<i64>().prop_map(Value::Int),
        any::<u64>().prop_map(Value::Hex),
        "[ -~äß]{0,40}".prop_map(Value::Text),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(values in prop::collection::btree_map("[A-Za-z0-9_]{1,20}", any_value(), 0..20)) {
        let text: String = values.iter().map(|(symbol, value)| value.line(symbol) + "\n").collect();
        let config = Config::parse(text.as_bytes()).unwrap();
        let read: BTreeMap<_, _> = config.iter().map(|(symbol, entry)| (symbol.to_owned(), entry.value.clone())).collect();
        prop_assert_eq!(read, values);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        let _ = Config::parse(&bytes);
        let _ = Config::parse(&gzip(&bytes));
        let _ = Config::parse(&[&[0x1f, 0x8b, 8, 0][..], &bytes].concat());
    }

    #[test]
    fn nearly_right_text_never_panics(text in "((# )?CONFIG_[A-Z\"=# ]{0,6}[=ymn0x\"\\\\ #-]{0,8}( is not set)?\r?\n){0,20}") {
        let _ = Config::parse(text.as_bytes());
    }

    #[test]
    fn a_flipped_byte_is_an_error_or_a_configuration(at in 0..SMALL.len(), byte in any::<u8>()) {
        let mut bytes = SMALL.as_bytes().to_vec();
        bytes[at] = byte;
        if let Err(error) = Config::parse(&bytes) {
            prop_assert!(error.to_string().contains("line "), "{}", error);
        }
    }
}
