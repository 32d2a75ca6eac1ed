//! Where an image is asked for: the mirrors of its registry, then the registry itself.

use yoe_model::{Digest, ImageName, Mirrors};

use super::error::RegistryError;

/// What the registry of docker is reached at; its name is that of a web site.
const DOCKER: (&str, &str) = ("docker.io", "registry-1.docker.io");

/// A repository at one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Scheme and host, with a port.
    pub(super) server: String,
    /// The registry by the name that credentials are kept under.
    pub(super) registry: String,
    /// The repository there.
    pub(super) repository: String,
}

impl Place {
    /// Where this file of the repository is.
    pub(super) fn blob(&self, digest: &Digest) -> String {
        format!("{}blobs/sha256:{digest}", self.below())
    }

    /// Where the manifest or index of this tag or digest is.
    pub(super) fn manifest(&self, reference: &str) -> String {
        format!("{}manifests/{reference}", self.below())
    }

    /// Whether this address is one of the repository.
    pub(super) fn has(&self, url: &str) -> bool {
        url.starts_with(&self.below())
    }

    fn below(&self) -> String {
        format!("{}/v2/{}/", self.server, self.repository)
    }
}

/// The places of an image, in the order they are asked. A mirror is an address; a path in it stands before the repository.
pub(super) fn places(name: &ImageName, mirrors: &Mirrors) -> Result<Vec<Place>, RegistryError> {
    let registry = name.registry();
    let named = mirrors.get(registry).into_iter().flatten();
    let mirrors = named.map(|address| {
        mirror(address, name.repository())
            .ok_or_else(|| RegistryError::Mirror { address: address.clone(), registry: registry.to_owned() })
    });
    let host = if registry == DOCKER.0 { DOCKER.1 } else { registry };
    let own = Place {
        server: format!("{}://{host}", scheme(host)),
        registry: registry.to_owned(),
        repository: name.repository().to_owned(),
    };
    mirrors.chain([Ok(own)]).collect()
}

fn mirror(address: &str, repository: &str) -> Option<Place> {
    let (given, rest) = address.split_once("://")?;
    let (host, path) = rest.trim_end_matches('/').split_once('/').unwrap_or((rest.trim_end_matches('/'), ""));
    if host.is_empty() || host.contains('@') || !(given == "https" || given == "http" && is_loopback(host)) {
        return None;
    }
    let repository = if path.is_empty() { repository.to_owned() } else { format!("{path}/{repository}") };
    let registry = if host == DOCKER.1 { DOCKER.0 } else { host };
    Some(Place { server: format!("{given}://{host}"), registry: registry.to_owned(), repository })
}

/// A registry of this machine is asked in clear, any other is not.
fn scheme(host: &str) -> &'static str {
    if is_loopback(host) { "http" } else { "https" }
}

/// Whether a host, with or without a port, is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    }
    let host = host.split(':').next().unwrap_or(host);
    host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Whether something may be said at this address: it is asked by TLS, or is on this machine.
pub(super) fn is_safe(url: &str) -> bool {
    match url.split_once("://") {
        Some(("https", _)) => true,
        Some(("http", rest)) => is_loopback(rest.split(['/', '?', '#']).next().unwrap_or(rest)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, mirrors: &[&str]) -> Vec<String> {
        let name: ImageName = name.parse().unwrap();
        let mirrors = mirrors.iter().map(|one| (*one).to_owned()).collect();
        let mirrors = [(name.registry().to_owned(), mirrors)].into();
        let all = places(&name, &mirrors).unwrap();
        all.iter().map(|place| format!("{} as {}", place.manifest("1"), place.registry)).collect()
    }

    #[test]
    fn a_registry_is_asked_after_its_mirrors() {
        assert_eq!(
            asked(
                "redis",
                &["https://mirror.invalid/", "https://proxy.invalid:8443/hub", "http://127.0.0.1:1"]
            ),
            [
                "https://mirror.invalid/v2/library/redis/manifests/1 as mirror.invalid",
                "https://proxy.invalid:8443/v2/hub/library/redis/manifests/1 as proxy.invalid:8443",
                "http://127.0.0.1:1/v2/library/redis/manifests/1 as 127.0.0.1:1",
                "https://registry-1.docker.io/v2/library/redis/manifests/1 as docker.io",
            ]
        );
        assert_eq!(asked("ghcr.io/a/b", &[]), ["https://ghcr.io/v2/a/b/manifests/1 as ghcr.io"]);
    }

    #[test]
    fn only_this_machine_is_asked_in_clear() {
        for host in ["localhost", "localhost:5000", "127.0.0.1:1", "127.9.9.9", "[::1]:5000"] {
            assert_eq!(scheme(host), "http", "{host}");
        }
        for host in ["localhost.invalid", "127.0.0.1.invalid", "10.0.0.1:5000", "registry:5000", "[::2]:5000"]
        {
            assert_eq!(scheme(host), "https", "{host}");
        }
        for address in ["http://mirror.invalid", "mirror.invalid", "https://", "ftp://x", "https://a@b", ""] {
            let mirrors = [("docker.io".to_owned(), vec![address.to_owned()])].into();
            let problem = places(&"redis".parse().unwrap(), &mirrors).unwrap_err().to_string();
            assert!(problem.contains("cannot stand in for the registry docker.io"), "{problem}");
        }
        assert!(is_safe("https://a.invalid/token") && is_safe("http://127.0.0.1:1?x"));
        assert!(
            !is_safe("http://127.0.0.1@a.invalid/") && !is_safe("http://a.invalid/") && !is_safe("token")
        );
    }
}
