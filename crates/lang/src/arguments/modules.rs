//! Where modules come from.

use super::paths::check_below;
use super::text::{Unfit, fits, form};

/// Hosts that are this machine: nobody stands between (as "Secure Contexts" of the W3C has it, 3.1).
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Whether this is an `http://` address of this machine.
fn of_this_machine(text: &str) -> bool {
    let host = |rest: &str| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
        let port = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        port.map_or(authority.clone(), |(host, _)| host.to_owned())
    };
    text.strip_prefix("http://").is_some_and(|rest| LOOPBACK.contains(&host(rest).as_str()))
}

fn with_host(text: &str, schemes: &[&str]) -> bool {
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '-']) && printable(rest))
}

fn printable(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What to do about an address whose server is not known for sure.
fn insecure(text: &str) -> Result<(), Unfit> {
    match text.starts_with("http://") || text.starts_with("git://") {
        true => Err(Unfit::hint("use https: what is locked first must come from this server for sure")),
        false => Err(Unfit::default()),
    }
}

form! {
    /// The address of a git repository with modules.
    RepositoryUrl, "the address of a git repository", "`https://` or `ssh://` and a host, or `file://` and an absolute path",
    |text| {
        let file = text.strip_prefix("file://").is_some_and(|path| path.starts_with('/') && printable(path));
        if file || with_host(text, &["https://", "ssh://"]) || (of_this_machine(text) && printable(text)) {
            return Ok(());
        }
        match text.split_once(':') {
            Some((host, path)) if host.contains('@') && !path.starts_with("//") => {
                Err(Unfit::hint(format!("write \"ssh://{host}/{path}\"")))
            }
            _ => insecure(text),
        }
    }
}

form! {
    /// The address of an archive with modules.
    ArchiveUrl, "an https address", "`https://` and a host",
    |text| match with_host(text, &["https://"]) || (of_this_machine(text) && printable(text)) {
        true => Ok(()),
        false => insecure(text),
    }
}

form! {
    /// The name of a tag or a branch (git-check-ref-format(1)).
    RefName, "the name of a tag or a branch", "letters, digits and + . _ - / @, as git takes them",
    |text| {
        let part = |part: &str| !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with(".lock");
        fits(
            text != "@"
                && !text.contains("..")
                && !text.ends_with('.')
                && text.split('/').all(part)
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+._-/@".contains(&b)),
        )
    }
}

form! {
    /// A module's directory in what is fetched; empty for its top.
    ModuleDirectory, "a directory of the repository or the archive",
    "a path such as `modules/core`, without `.`, `..` or a `/` at its start or end",
    |text| if text.is_empty() { Ok(()) } else { check_below(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::text::Form as _;

    #[test]
    fn an_address_names_its_server_for_sure() {
        for text in [
            "https://a.invalid/x.git",
            "ssh://git@a.invalid/x.git",
            "file:///srv/x.git",
            "http://127.0.0.1:80/x.git",
            "http://localhost/x.git",
            "http://[::1]:8080/x.git",
        ] {
            assert!(RepositoryUrl::check(text).is_ok(), "{text}");
        }
        for text in [
            "http://a.invalid/x.git",
            "http://127.0.0.1.a.invalid/x.git",
            "http://127.0.0.1:80@a.invalid/x.git",
            "git://a.invalid/x.git",
            "git@a.invalid:x.git",
            "https://",
            "https:///x.git",
            "ssh://-oProxyCommand=x/y",
            "file://x.git",
            "../x.git",
            "ext::sh -c x",
            "https://a.invalid/x y",
        ] {
            assert!(RepositoryUrl::check(text).is_err(), "{text}");
        }
        assert!(ArchiveUrl::check("https://a.invalid/x.tar.gz").is_ok());
        assert!(ArchiveUrl::check("file:///x.tar.gz").is_err());
    }

    #[test]
    fn a_tag_is_never_an_option_or_a_pattern() {
        for text in ["v1.0", "release/2026.1", "a-b_c+d", "user@x"] {
            assert!(RefName::check(text).is_ok(), "{text}");
        }
        for text in ["", "-x", "a/-x", "a..b", "a/", "/a", "a.lock", "@", "*", "a b", "a^{}", "refs:x", "."] {
            assert!(RefName::check(text).is_err(), "{text}");
        }
    }
}
