//! Strings of OCI images (image specification 1.1, distribution specification 1.1).

use yoe_model::ImageName;
use yoe_workload_format::PREFIX;

use super::text::{Unfit, fits, form, made_of};

fn lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// One component of a repository's name: runs of letters and digits, joined by `.`, `_`, `__` or dashes.
fn is_repository(text: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(lower);
    let joins = text.split(|letter: char| lower(letter as u8)).filter(|join| !join.is_empty());
    text.is_ascii()
        && text.len() <= 128
        && ends(text.bytes().next())
        && ends(text.bytes().last())
        && joins
            .into_iter()
            .all(|join| matches!(join, "." | "_" | "__") || join.bytes().all(|byte| byte == b'-'))
}

form! {
    /// The name of an OCI image, which is that of its repository.
    OciName, "the name of an OCI image", "lower-case letters and digits, joined by `.`, `_` or `-`",
    |text| fits(is_repository(text))
}

form! {
    /// The name of an image of a registry.
    RegistryImage, "the name of an image of a registry", "REGISTRY/REPOSITORY:TAG, or @sha256: and a digest in the place of the tag",
    |text| text.parse::<ImageName>().map(|_| ()).map_err(|problem| Unfit::hint(problem.to_string()))
}

form! {
    /// What a rule of a policy is for.
    PolicyScope, "a repository or what lies below one", "REGISTRY/REPOSITORY, or a path that ends in `/` for all below it, without a tag",
    check_scope
}

fn check_scope(text: &str) -> Result<(), Unfit> {
    // Below a path lies what has a longer name.
    let below = text.ends_with('/');
    let longer = if below { format!("{text}x/x") } else { text.to_owned() };
    let name: ImageName =
        longer.parse().map_err(|problem: yoe_model::ImageNameError| Unfit::hint(problem.to_string()))?;
    if longer.starts_with(PREFIX) {
        let own = name.registry();
        return Err(Unfit::hint(format!(
            "names of {own} are those of the device's own workloads, which always run"
        )));
    }
    let whole = name.place();
    match whole == longer {
        true => Ok(()),
        false if below => {
            Err(Unfit::hint(format!("write {:?}", whole.strip_suffix("x/x").unwrap_or(&whole))))
        }
        false => Err(Unfit::hint(format!("write {whole:?}"))),
    }
}

form! {
    /// A tag.
    OciTag, "a tag", "up to 128 letters, digits and . _ -, starting with a letter, digit or _",
    |text| fits(text.len() <= 128 && made_of(
        text,
        |b| b.is_ascii_alphanumeric() || b == b'_',
        |b| b.is_ascii_alphanumeric() || b"._-".contains(&b),
    ))
}

form! {
    /// A port that a container listens on.
    OciPort, "a port of a container", "a number from 1 to 65535, with `/tcp` or `/udp` behind it",
    |text| fits(match text.split_once('/') {
        Some((port, "tcp" | "udp")) => port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with(['0', '+']),
        _ => false,
    })
}

form! {
    /// A user of a container, with or without a group.
    User, "a user of a container", "NAME, UID, NAME:GROUP or UID:GID",
    |text| {
        let word = |text: &str| made_of(
            text,
            |b| b.is_ascii_alphanumeric() || b == b'_',
            |b| b.is_ascii_alphanumeric() || b"_.-".contains(&b),
        );
        let mut parts = text.split(':');
        fits(parts.by_ref().take(2).all(word) && parts.next().is_none())
    }
}

form! {
    /// A signal by its name.
    Signal, "a signal", "SIG and upper-case letters, such as \"SIGTERM\"",
    |text| fits(text.strip_prefix("SIG").is_some_and(|name| {
        made_of(name, |b| b.is_ascii_uppercase(), |b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"+-".contains(&b))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::text::Form;

    #[test]
    fn names_are_those_that_registries_take() {
        for good in ["a", "hello", "test-box", "a--b", "a_b", "a__b", "1.2"] {
            assert!(OciName::check(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a..b", "a___b", "a._b", "A", "a/b", "\u{e4}"] {
            assert!(OciName::check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rule_is_for_whole_names() {
        for good in
            ["a.test/b", "a.test/", "a.test:5000/b/", "docker.io/", "docker.io/library/redis", "localhost/x/"]
        {
            assert!(PolicyScope::check(good).is_ok(), "{good}");
        }
        for (bad, hint) in [
            ("redis", "write \"docker.io/library/redis\""),
            ("team/", "write \"docker.io/team/\""),
            ("a.test/b:1", "write \"a.test/b\""),
            ("index.docker.io/a/", "write \"docker.io/a/\""),
            (
                "yoe.internal/a",
                "names of yoe.internal are those of the device's own workloads, which always run",
            ),
        ] {
            assert_eq!(PolicyScope::check(bad).unwrap_err().hint.as_deref(), Some(hint), "{bad}");
        }
        assert!(
            ["", "/", "*", "https://a.test/", "A.test/B", "a.test//"]
                .iter()
                .all(|text| PolicyScope::check(text).is_err())
        );
    }

    #[test]
    fn ports_users_and_signals_have_their_forms() {
        assert!(["80/tcp", "65535/udp"].iter().all(|text| OciPort::check(text).is_ok()));
        assert!(
            ["80", "0/tcp", "65536/tcp", "+1/tcp", "80/sctp"]
                .iter()
                .all(|text| OciPort::check(text).is_err())
        );
        assert!(["root", "0", "nobody:nobody", "65534:65534"].iter().all(|text| User::check(text).is_ok()));
        assert!(["", ":", "a:b:c", "a b", "a:"].iter().all(|text| User::check(text).is_err()));
        assert!(["SIGTERM", "SIGRTMIN+3"].iter().all(|text| Signal::check(text).is_ok()));
        assert!(["TERM", "SIG", "15", "SIGterm"].iter().all(|text| Signal::check(text).is_err()));
    }
}
