use super::*;

fn cleaned(pieces: &[&str]) -> String {
    let mut cleaner = Cleaner::default();
    let mut text = Vec::new();
    for piece in pieces {
        cleaner.push(piece.as_bytes(), &mut text);
    }
    String::from_utf8(text).unwrap()
}

#[test]
fn escape_sequences_go() {
    assert_eq!(cleaned(&["a\x1b[0;1;39mb\x1b[6nc\x1b(Bd\x1b]0;title\x07e\x1b]8;;x\x1b\\f\x1b=g"]), "abcdefg");
}

#[test]
fn a_sequence_may_be_split_anywhere() {
    let text = "one\x1b[01;31mtwo\x1b]0;t\x1b\\three\r\nfour";
    for at in 0..text.len() {
        assert_eq!(cleaned(&[&text[..at], &text[at..]]), "onetwothree\nfour", "split at {at}");
    }
}

#[test]
fn a_sequence_without_an_end_takes_its_line_alone() {
    assert_eq!(cleaned(&["a\x1b]0;title\nb"]), "a\nb");
    assert_eq!(cleaned(&["a\x1bP1;2\x1b[0mb\x1b_x\x1b]0;t\x07c"]), "abc");
    assert_eq!(cleaned(&["a\x1b[31\nb\x1b]x\x18c\x1bP\x1ad"]), "a\nbcd");
    assert_eq!(cleaned(&["a\x1b]0;t\x1b\nb"]), "a\nb");
}

#[test]
fn every_line_end_is_one_line_feed() {
    assert_eq!(cleaned(&["a\r\nb\r\r\nc\nd\r", "\ne"]), "a\nb\nc\nd\ne");
    assert_eq!(cleaned(&["10 %\r20 %\r\n\r\n"]), "10 %\n20 %\n\n");
}

#[test]
fn placed_text_falls_on_lines_of_its_own() {
    assert_eq!(cleaned(&["\x1b[2J\x1b[01;01Hboot\x1b[02;01Hentry 1\r\n"]), "boot\nentry 1\n");
}

#[test]
fn other_control_characters_go() {
    assert_eq!(cleaned(&["a\x00b\x07c\x08d\x7fe\tf"]), "abcde\tf");
}
