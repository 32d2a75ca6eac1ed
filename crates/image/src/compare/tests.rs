use super::*;
use yoe_model::Digest;

fn contents(packages: &[(&str, &str, u64)], services: &[&str]) -> Contents {
    let entry = |(name, version, bytes): &(&str, &str, u64)| {
        ((*name).to_owned(), PackageEntry { version: (*version).to_owned(), bytes: Some(*bytes) })
    };
    Contents {
        image: "host".into(),
        version: "1".into(),
        packages: packages.iter().map(entry).collect(),
        services: services.iter().map(|name| (*name).to_owned()).collect(),
        installed: Some(packages.iter().map(|(_, _, bytes)| bytes).sum()),
        ..Contents::default()
    }
}

#[test]
fn packages_are_added_removed_and_changed() {
    let from = contents(&[("a", "1-r0", 5), ("b", "1-r0", 5), ("same", "1-r0", 9)], &["one", "two"]);
    let to = contents(&[("b", "2-r0", 6), ("c", "1-r0", 5), ("same", "1-r0", 9)], &["two", "three"]);
    let found = Comparison::new(&from, &to);
    let versions = |changed: &Changed<PackageEntry>| {
        let version = |entry: &Option<PackageEntry>| entry.as_ref().map(|entry| entry.version.clone());
        format!("{} {:?} {:?}", changed.name, version(&changed.from), version(&changed.to))
    };
    let packages: Vec<_> = found.packages.iter().map(versions).collect();
    assert_eq!(
        packages,
        ["a Some(\"1-r0\") None", "b Some(\"1-r0\") Some(\"2-r0\")", "c None Some(\"1-r0\")"]
    );
    assert_eq!((found.services_added, found.services_removed), (vec!["three".into()], vec!["one".into()]));
    assert_eq!(found.installed, Some(Amounts { from: 19, to: 20 }));
    assert_eq!((found.kernel, found.files), (None, None), "of these nothing is known");
}

#[test]
fn an_image_is_like_itself() {
    let one = contents(&[("a", "1-r0", 5)], &["one"]);
    assert!(Comparison::new(&one, &one).is_empty());
    let mut grown = one.clone();
    grown.packages.get_mut("a").unwrap().bytes = Some(6);
    assert!(!Comparison::new(&one, &grown).is_empty(), "a package of the same version that grew differs");
}

#[test]
fn the_files_of_an_archive_are_told_by_content_mode_and_target() {
    let directory = tempfile::tempdir().unwrap();
    let archive = |name: &str, text: &str, mode: u32, target: &str| {
        let path = directory.path().join(name);
        let mut tar = tar::Builder::new(std::fs::File::create(&path).unwrap());
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(mode);
        tar.append_data(&mut header, "etc/motd", text.as_bytes()).unwrap();
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        tar.append_link(&mut header, "etc/link", target).unwrap();
        tar.finish().unwrap();
        files(&path).unwrap()
    };
    let first = archive("1", "hello", 0o644, "motd");
    assert_eq!(first["/etc/motd"].content, Some(Digest::of(b"hello").to_string()));
    let differs = |other: &BTreeMap<String, FileEntry>| -> Vec<String> {
        changed(&first, other).into_iter().map(|changed| changed.name).collect()
    };
    assert_eq!(differs(&archive("2", "hello", 0o644, "motd")), [""; 0]);
    assert_eq!(differs(&archive("3", "hullo", 0o644, "motd")), ["/etc/motd"]);
    assert_eq!(differs(&archive("4", "hello", 0o755, "motd")), ["/etc/motd"]);
    assert_eq!(differs(&archive("5", "hello", 0o644, "other")), ["/etc/link"]);
    assert!(files(&directory.path().join("none")).is_err());
}
