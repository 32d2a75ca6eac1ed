//! Names of images, as engines and signatures write them.

/// What Docker's registry was called once, as signatures still call it.
const DOCKER_ONCE: &str = "index.docker.io/";
const DOCKER: &str = "docker.io/";

/// The registry and repository of a whole name: without tag and digest, and with the one name of Docker's registry.
pub fn repository(name: &str) -> String {
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    // A `:` before the last `/` is that of a registry's port.
    let from = name.rfind('/').unwrap_or(0);
    let end = name.get(from..).and_then(|last| last.find(':')).map_or(name.len(), |at| from + at);
    let name = name.get(..end).unwrap_or(name);
    match name.strip_prefix(DOCKER_ONCE) {
        Some(rest) => format!("{DOCKER}{rest}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_digests_and_ports_are_told_apart() {
        for (name, expected) in [
            ("docker.io/library/redis:7", "docker.io/library/redis"),
            ("index.docker.io/library/redis", "docker.io/library/redis"),
            ("10.0.2.2:5000/hello:1", "10.0.2.2:5000/hello"),
            ("10.0.2.2:5000/hello", "10.0.2.2:5000/hello"),
            ("a.test/b:1@sha256:00", "a.test/b"),
            ("a.test/b@sha256:00", "a.test/b"),
            ("a", "a"),
            ("\u{e4}:1", "\u{e4}"),
            ("", ""),
        ] {
            assert_eq!(repository(name), expected, "{name}");
        }
    }
}
