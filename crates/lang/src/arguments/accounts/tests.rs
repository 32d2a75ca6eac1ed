use super::*;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g a@b";

#[test]
fn keys_are_whole() {
    assert!(ssh_key(KEY).is_ok());
    let half = &KEY[..50];
    for wrong in [
        "",
        "AAAA",
        half,
        &KEY.replace("AAAAC3", "AAAAD3"),
        &format!("no-pty {KEY}"),
        &KEY.replace(' ', "\n"),
    ] {
        assert!(ssh_key(wrong).is_err(), "{wrong}");
    }
    let private = ssh_key("-----BEGIN OPENSSH PRIVATE KEY-----").unwrap_err();
    assert!(private.hint.unwrap().starts_with("this is a private key"));
}

#[test]
fn clear_text_is_no_hash() {
    for right in [
        "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/",
        "$2b$12$abcdefghijklmnopqrstuABCDEFGHIJKLMNOPQRSTUVWXYZ012345",
    ] {
        assert_eq!(hash(right), Ok(()), "{right}");
    }
    for (wrong, why) in [
        ("secret", "clear text"),
        ("", "clear text"),
        ("$6$saltsalt$", "missing"),
        ("$y$j9T$abc$def", "yescrypt"),
        ("$1$salt$qJH7.N4xYta3aEG/dfqo/0", "MD5"),
        ("$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/:0:root", "missing"),
    ] {
        assert!(hash(wrong).unwrap_err().contains(why), "{wrong}");
    }
}

#[test]
fn zones_are_found_by_their_city() {
    use super::super::text::Form as _;
    let hint = |text: &str| Zone::check(text).unwrap_err().hint;
    assert!(Zone::check("Europe/Vienna").is_ok() && Zone::check("UTC").is_ok());
    assert_eq!(hint("vienna").as_deref(), Some("write \"Europe/Vienna\""));
    assert_eq!(hint("america/new york").as_deref(), Some("write \"America/New_York\""));
    assert_eq!(hint("Europe/Viena").as_deref(), Some("did you mean \"Europe/Vienna\"?"));
    assert_eq!(hint("../../etc/passwd"), None);
}
