//! The packages of a build environment, for scanners and for the manifest.

use std::fmt::Write as _;

use yoe_model::LockedPackage;

use crate::Package;

/// The text of `/var/lib/dpkg/status`: a stanza for each package, with the fields that scanners go by.
pub(super) fn status(packages: &[LockedPackage]) -> String {
    let mut text = String::new();
    for package in packages {
        let LockedPackage { name, version, .. } = package;
        let arch = package.architecture().unwrap_or("all");
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "Package: {name}\nStatus: install ok installed\nArchitecture: {arch}\nVersion: {version}\n"
        );
    }
    text
}

/// The packages by name. What a package is made from and its licence are not in the lock.
pub(super) fn packages(packages: &[LockedPackage]) -> Vec<Package> {
    let package = |package: &LockedPackage| Package {
        name: package.name.clone(),
        version: package.version.clone(),
        origin: package.name.clone(),
        license: "NOASSERTION".to_owned(),
        installed_size: package.file.size,
        identity: package.file.sha256.to_string(),
    };
    let mut packages: Vec<Package> = packages.iter().map(package).collect();
    packages.sort_by(|one, other| one.name.cmp(&other.name));
    packages
}

#[cfg(test)]
mod tests {
    use super::*;
    use yoe_model::{ArchiveFile, Digest};

    #[test]
    fn scanners_find_their_fields() {
        let locked = |name: &str, path: &str| LockedPackage {
            name: name.to_owned(),
            version: "1:2.3-4".to_owned(),
            file: ArchiveFile {
                archive: "debian".to_owned(),
                path: path.to_owned(),
                size: 7,
                sha256: Digest::of(b"x"),
            },
        };
        let all = [
            locked("zlib1g", "pool/z/zlib1g_2.3-4_amd64.deb"),
            locked("base-files", "pool/b/base-files_2.3-4_all.deb"),
        ];
        insta::assert_snapshot!(status(&all), @r"
        Package: zlib1g
        Status: install ok installed
        Architecture: amd64
        Version: 1:2.3-4

        Package: base-files
        Status: install ok installed
        Architecture: all
        Version: 1:2.3-4
        ");
        assert_eq!(
            packages(&all).iter().map(|package| package.name.as_str()).collect::<Vec<_>>(),
            ["base-files", "zlib1g"]
        );
    }
}
