//! What names stand for.

use serde_json::json;

use super::registry::{DOCKER, DOCKER_LIST, OCI, OCI_INDEX, whole};
use super::*;

#[test]
fn a_tag_is_an_index_with_a_manifest_for_each_architecture() {
    let server = whole().serve();
    let found = resolve(&server, "a/b:1", None).unwrap();
    assert!(found.index.is_some() && found.lacks.is_empty());
    let digest = |text: &str| Digest::of(text.as_bytes());
    let layers = |arch| found.manifests[&arch].layers.iter().map(|layer| layer.sha256).collect::<Vec<_>>();
    assert_eq!(layers(Arch::X86_64), [digest("layer for amd64")]);
    assert_eq!(layers(Arch::Aarch64), [digest("layer for arm64")]);
    let asked: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(asked.len(), 5, "no layer is fetched: {asked:?}");
    let accepted = &server.requests()[0].headers["accept"];
    assert!(accepted.contains(OCI_INDEX) && accepted.contains(DOCKER_LIST), "{accepted}");
    let whole = resolve(&server, &format!("a/b@sha256:{}", found.digest().unwrap()), None).unwrap();
    assert_eq!(whole, found);
}

/// Of the form that docker.io serves: a list of manifests of docker's, and an index with attestations.
#[test]
fn real_indexes_of_both_kinds_are_read() {
    for (text, there) in [
        (
            include_str!("docker-list.json"),
            "linux/amd64, linux/arm/v6, linux/arm/v7, linux/arm64/v8, linux/386",
        ),
        (include_str!("oci-index.json"), "linux/amd64, linux/arm/v7, linux/arm64/v8, linux/s390x"),
    ] {
        let document::Document::Index(entries) = document::read(text.as_bytes()).unwrap() else { panic!() };
        assert!(document::there(&entries).contains(there), "{}", document::there(&entries));
        for arch in Arch::ALL {
            let chosen = document::choose(&entries, arch).unwrap().unwrap();
            assert!(text.contains(&chosen.sha256.to_string()));
        }
    }
}

#[test]
fn dockers_own_documents_are_read() {
    let mut shelf = Shelf::default();
    let amd64 = shelf.image("amd64", DOCKER);
    shelf.tagged(DOCKER_LIST, &[amd64]);
    let found = resolve(&shelf.serve(), "a/b:1", None).unwrap();
    assert_eq!(found.manifests.keys().collect::<Vec<_>>(), [&Arch::X86_64]);
    assert_eq!(found.lacks, [Arch::Aarch64].into());
}

#[test]
fn a_tag_may_be_one_manifest() {
    let mut shelf = Shelf::default();
    let amd64 = shelf.image("amd64", OCI);
    let path = format!("v2/a/b/manifests/{}", amd64["digest"].as_str().unwrap());
    let manifest = shelf.files[&path].clone();
    shelf.tag(&manifest);
    let found = resolve(&shelf.serve(), "a/b:1", None).unwrap();
    assert_eq!((found.index, found.digest()), (None, Some(Digest::of(&manifest))));
    assert_eq!(found.lacks, [Arch::Aarch64].into());
}

#[test]
fn the_variant_that_fits_most_machines_is_taken() {
    let mut shelf = Shelf::default();
    let mut newer = shelf.image("amd64", DOCKER);
    newer["platform"]["variant"] = "v3".into();
    let plain = shelf.image("amd64", OCI);
    let mut v8 = shelf.image("arm64", OCI);
    v8["platform"]["variant"] = "v8".into();
    let mut windows = shelf.image("amd64", DOCKER);
    windows["platform"] = json!({ "os": "windows", "architecture": "amd64", "os.version": "10.0.20348" });
    shelf.tagged(OCI_INDEX, &[windows, newer, v8, plain.clone()]);
    let found = resolve(&shelf.serve(), "a/b:1", None).unwrap();
    let digest = format!("sha256:{}", found.manifests[&Arch::X86_64].manifest.sha256);
    assert_eq!(plain["digest"], digest.as_str());
    assert!(found.manifests.contains_key(&Arch::Aarch64));
}

#[test]
fn a_mirror_is_asked_first_and_its_registry_then() {
    let shelf = whole();
    let mirror = Server::new({
        let shelf = shelf.clone();
        move |request| {
            let below = request.path.strip_prefix("v2/hub/").map(|rest| format!("v2/{rest}"));
            let path = below.unwrap_or_default();
            let has = path.contains("manifests") && shelf.files.contains_key(&path);
            if has { Reply::Bytes(shelf.files[&path].clone()) } else { Reply::Status(404) }
        }
    });
    let server = shelf.serve();
    let name: ImageName = format!("{}/a/b:1", server.host()).parse().unwrap();
    let mirrors = [(server.host(), vec![mirror.url("hub")])].into();
    let found = registries(None, mirrors).resolve(&name, &Arch::ALL.into(), Arch::X86_64).unwrap();
    assert_eq!(found.manifests.len(), 2);
    let asked: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    assert!(
        asked.iter().all(|path| path.contains("/blobs/")),
        "what the mirror has comes from it: {asked:?}"
    );
    assert_eq!(asked.len(), 2);
}
