//! Images of a device's workloads.

use super::*;
use crate::cyclonedx::{Options, document};

fn service(name: &str, image: WorkloadImage) -> WorkloadService {
    WorkloadService {
        name: name.into(),
        image,
        containers: 1,
        may_end: false,
        health: WorkloadHealth::OfImage,
        awaited: false,
        log: Workload::LOG,
    }
}

/// Gives the image a workload of the project's OCI image and of a registry's.
pub(super) fn with_workload(definitions: &mut Definitions, lock: &mut Lock) {
    let name: ImageName = "redis:8".parse().unwrap();
    let own = WorkloadImage::Oci("debian".into());
    let workload = Workload {
        name: "shop".into(),
        project: "shop".into(),
        version: None,
        data_version: None,
        engine_volumes: Vec::new(),
        compose: "compose.yaml".into(),
        required: true,
        services: vec![service("own", own), service("store", WorkloadImage::Registry(name.clone()))],
        volumes: BTreeMap::new(),
        files: Vec::new(),
        origin: Origin::default(),
    };
    definitions.workloads.insert("shop".into(), Arc::new(workload));
    let image = definitions.images.get_mut("demo").unwrap();
    image.workloads = vec!["shop".into()];
    let blob = |text: &str| LockedBlob { size: 1, sha256: Digest::of(text.as_bytes()) };
    let manifest = LockedManifest { manifest: blob("of redis"), config: blob("c"), layers: vec![blob("l")] };
    let entry = LockedImage { manifests: [(Arch::X86_64, manifest)].into(), ..LockedImage::default() };
    lock.images.insert(name.to_string(), entry);
}

#[test]
fn images_of_workloads_are_named_and_the_projects_own_are_listed() {
    let (inventory, _root) = collected(&changed("demo", with_workload));
    let inventory = inventory.unwrap();
    let purl = |reference: &str| inventory.components[reference].purl.clone();
    let digest = |text: &str| Digest::of(text.as_bytes());
    assert_eq!(
        purl("image:docker.io/library/redis:8"),
        format!(
            "pkg:oci/redis@sha256:{}?arch=amd64&repository_url=docker.io/library/redis&tag=8",
            digest("of redis")
        )
    );
    assert_eq!(
        purl("image:debian"),
        format!("pkg:oci/debian@sha256:{}?arch=amd64&tag=13", digest("manifest"))
    );
    let held: Vec<&str> = inventory.held("image:debian", Link::Contains).collect();
    assert!(held.iter().any(|reference| reference.contains("make")), "{held:?}");
    assert!(inventory.held("image:demo", Link::Contains).any(|held| held == "image:debian"));
    let gap =
        "what the image docker.io/library/redis:8 of a workload holds is not listed; whoever made it knows";
    assert!(inventory.gaps.iter().any(|known| known == gap), "{:?}", inventory.gaps);
    let bill = document(&inventory, &Options { all_files: false, tool_version: "1" });
    assert_eq!(bill.matches("\"type\": \"container\"").count(), 2, "{bill}");
}
