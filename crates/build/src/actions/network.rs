//! What a program in a sandbox needs of this host to reach other machines.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use yoe_sandbox::Mount;

/// The variable that names a file of certificates in the place of the system's.
const CERTIFICATES: &str = "SSL_CERT_FILE";

/// How a program in a sandbox reaches other machines: by this host's proxies, and trusting whom this host trusts. git has
/// a name of its own for the file of certificates.
pub(super) fn network_variables(
    settings: &BTreeMap<String, String>,
) -> impl Iterator<Item = (String, String)> {
    let network = |name: &str| name == CERTIFICATES || name.to_ascii_lowercase().ends_with("_proxy");
    let own = settings.get(CERTIFICATES).map(|file| ("GIT_SSL_CAINFO".to_owned(), file.clone()));
    let given = settings.iter().filter(move |(name, _)| network(name));
    given.map(|(name, value)| (name.clone(), value.clone())).chain(own)
}

/// What a program needs from the host to find other machines and to trust them.
pub(super) fn host_network_files(settings: &BTreeMap<String, String>) -> Vec<Mount> {
    // They are links on many systems, and this host's own.
    let files = ["/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs"];
    let certificates = settings.get(CERTIFICATES).map(String::as_str);
    let files = files.into_iter().chain(certificates).map(Path::new).filter(|path| path.is_absolute());
    let present = files.into_iter().filter_map(|path| path.canonicalize().ok().map(|source| (source, path)));
    let bind = |(source, path): (PathBuf, &Path)| Mount::bind(source, path.to_string_lossy(), false);
    present.map(bind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_goes_through_the_hosts_proxies_and_trusts_whom_the_host_trusts() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        let given =
            [("GOPROXY", "off"), ("https_proxy", "http://p"), ("NO_PROXY", "x"), ("SSL_CERT_FILE", path)];
        let settings = given.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let mut found: Vec<_> = network_variables(&settings).map(|(name, _)| name).collect();
        found.sort();
        assert_eq!(found, ["GIT_SSL_CAINFO", "NO_PROXY", "SSL_CERT_FILE", "https_proxy"]);
        let bound = |mount: &Mount| matches!(mount, Mount::Bind { dest, .. } if dest == path);
        assert!(host_network_files(&settings).iter().any(bound));
        assert!(!host_network_files(&BTreeMap::new()).iter().any(bound));
    }
}
