use super::*;

fn entry(name: &str, strip: u8, line: usize) -> Entry {
    Entry { name: name.to_owned(), strip, line }
}

#[test]
fn patches_options_and_comments_are_read() {
    let text = "# one\n\na.patch\n  sub/b.diff -p0 # why\n#c.patch\nd -pab\ne\t-p2\r\nno#comment\n";
    let expected = [
        entry("a.patch", 1, 3),
        entry("sub/b.diff", 0, 4),
        entry("d", 1, 6),
        entry("e", 2, 7),
        entry("no#comment", 1, 8),
    ];
    assert_eq!(parse(text).unwrap(), expected);
    assert_eq!(parse("").unwrap(), []);
    assert_eq!(parse("# nothing\n \n").unwrap(), []);
}

#[test]
fn what_is_not_understood_is_refused_with_its_line() {
    let refused = [
        ("a\n../b\n", 2, "refusing \"../b\", which leads out of debian/patches"),
        ("/etc/passwd\n", 1, "refusing \"/etc/passwd\", which leads out of debian/patches"),
        ("x/../../b\n", 1, "refusing \"x/../../b\", which leads out of debian/patches"),
        ("a -R\n", 1, "patch \"a\" is to be applied in reverse (-R), which is not done"),
        (
            "a -p1 --fuzz=3\n",
            1,
            "patch \"a\" has the option \"--fuzz=3\"; -p0 to -p9 and -pab are understood",
        ),
        ("a -p\n", 1, "patch \"a\" has the option \"-p\"; -p0 to -p9 and -pab are understood"),
        ("a.gz\n", 1, "patch \"a.gz\" is compressed, which dpkg-source does not read either"),
        ("a\nb\na\n", 3, "patch \"a\" is named in line 1 already"),
    ];
    for (text, line, problem) in refused {
        assert_eq!(parse(text).unwrap_err(), (line, problem.to_owned()), "{text}");
    }
}
