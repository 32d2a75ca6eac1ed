//! What registries send and nobody can use.

use serde_json::{Value, json};

use super::registry::{DOCKER, DOCKER_LIST, OCI, OCI_INDEX, whole};
use super::*;

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

fn refusal(shelf: &Shelf) -> String {
    resolve(&shelf.serve(), "a/b:1", None).unwrap_err()
}

/// What is said of an image for amd64 with this layer's media type.
fn with_layer(media_type: &str) -> String {
    let mut shelf = Shelf::default();
    let layer = shelf.file(media_type, b"layer");
    let image = shelf.image_of("amd64", OCI, CONFIG, &[layer]);
    shelf.tagged(OCI_INDEX, &[image]);
    resolve(&shelf.serve(), "a/b:1", None).err().unwrap_or_default()
}

#[track_caller]
fn has(message: &str, text: &str) {
    assert!(message.contains(text), "{message}");
}

#[test]
fn a_missing_architecture_is_named_with_those_that_there_are() {
    let mut shelf = Shelf::default();
    let (arm64, mut other) = (shelf.image("arm64", OCI), shelf.image("s390x", OCI));
    other["platform"]["variant"] = "\u{1b}[31m".into();
    shelf.tagged(OCI_INDEX, &[arm64.clone(), other]);
    let message = refusal(&shelf);
    assert_eq!(
        message,
        "REGISTRY/a/b:1 is not there for x86_64 (linux/amd64); it is there for linux/arm64, linux/s390x/\\u{1b}[31m"
    );
    let path = format!("v2/a/b/manifests/{}", arm64["digest"].as_str().unwrap());
    let manifest = shelf.files[&path].clone();
    shelf.tag(&manifest);
    has(&refusal(&shelf), "is not there for x86_64 (linux/amd64); it is there for \"linux/arm64\" alone");
    shelf.tagged(OCI_INDEX, &[]);
    has(&refusal(&shelf), "its index names no platform");
}

#[test]
fn what_is_no_image_is_refused_with_what_it_is() {
    let tagged = |document: Value| {
        let mut shelf = Shelf::default();
        shelf.tag(document.to_string().as_bytes());
        refusal(&shelf)
    };
    has(
        &tagged(json!({ "schemaVersion": 1, "fsLayers": [] })),
        "it is a manifest of schema 1, which names no configuration",
    );
    has(
        &tagged(json!({ "schemaVersion": 3 })),
        "it is \"schema 3\"; expected an index or a manifest of an image",
    );
    has(&tagged(json!({ "schemaVersion": 2 })), "expected an index or a manifest of an image");
    has(
        &tagged(json!({ "schemaVersion": 2, "mediaType": "application/x", "manifests": [] })),
        "it is \"application/x\"",
    );
    let both = json!({ "schemaVersion": 2, "manifests": [], "layers": [] });
    has(&tagged(both), "so that two programs would see two images");
    has(&tagged(json!([])), "REGISTRY/a/b:1 cannot be used: line 1, column");
    let chart =
        json!({ "mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": "sha256:0", "size": 1 });
    let chart = tagged(json!({ "schemaVersion": 2, "mediaType": OCI, "config": chart, "layers": [] }));
    has(
        &chart,
        "its configuration is \"application/vnd.cncf.helm.config.v1+json\", so it is not a container image",
    );
    let config = json!({ "mediaType": CONFIG, "digest": "sha512:00", "size": 1 });
    let config = tagged(json!({ "schemaVersion": 2, "mediaType": OCI, "config": config, "layers": [] }));
    has(&config, "it names its configuration by \"sha512:00\"; expected sha256:");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let mut shelf = Shelf::default();
    shelf.tag(deep.as_bytes());
    has(&refusal(&shelf), "cannot be used: line 1, column");
}

#[test]
fn layers_that_no_device_can_use_are_refused() {
    for known in [
        "application/vnd.oci.image.layer.v1.tar",
        "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.oci.image.layer.v1.tar+zstd",
        "application/vnd.docker.image.rootfs.diff.tar",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "application/vnd.docker.image.rootfs.diff.tar.zstd",
    ] {
        assert_eq!(with_layer(known), "", "{known}");
    }
    for foreign in [
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
    ] {
        has(&with_layer(foreign), "its layer 1 is foreign (");
    }
    for unknown in ["application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "application/vnd.wasm.v1", ""] {
        has(&with_layer(unknown), "expected a tar archive, as it is or compressed by gzip or zstd");
    }
}

#[test]
fn sizes_and_digests_that_lie_are_found_out() {
    // The index lies about the size of the manifest.
    let changed = |change: fn(&mut Value)| {
        let mut shelf = Shelf::default();
        let mut image = shelf.image("amd64", OCI);
        change(&mut image);
        shelf.tagged(OCI_INDEX, &[image]);
        refusal(&shelf)
    };
    has(&changed(|image| image["size"] = 7.into()), "wrong size: expected 7 bytes, the server has");
    has(
        &changed(|image| image["size"] = (1_u64 << 40).into()),
        "a manifest in it is said to have 1099511627776 bytes",
    );
    has(&changed(|image| image["size"] = (-1).into()), "cannot be used: line 1, column");
    has(
        &changed(|image| image["digest"] = "sha256:zz".into()),
        "it names the manifest of x86_64 by \"sha256:zz\"",
    );
    // The registry serves other bytes under the digest.
    let mut shelf = whole();
    for (_, bytes) in shelf.files.iter_mut().filter(|(path, _)| path.contains("manifests/sha256")) {
        let last = bytes.len() - 1;
        bytes[last] = b' ';
    }
    has(&refusal(&shelf), "wrong content: expected SHA-256");
    // What it says of the tag is not what it sends.
    let shelf = whole();
    let liar = Server::new(move |request| match shelf.reply(request) {
        Reply::Bytes(bytes) => {
            Reply::With(200, format!("Docker-Content-Digest: sha256:{}\r\n", Digest::of(b"another")), bytes)
        }
        other => other,
    });
    let message = resolve(&liar, "a/b:1", None).unwrap_err();
    has(&message, "the registry says that REGISTRY/a/b:1 is sha256:");
}

#[test]
fn a_configuration_for_something_else_is_refused() {
    let mut shelf = Shelf::default();
    let mut image = shelf.image("arm64", OCI);
    image["platform"]["architecture"] = "amd64".into();
    shelf.tagged(OCI_INDEX, &[image]);
    has(&refusal(&shelf), "its configuration is for \"linux/arm64\", and what names it says \"linux/amd64\"");
    let mut shelf = Shelf::default();
    let config = json!({ "os": "linux", "architecture": "amd64", "rootfs": { "diff_ids": [] } });
    let (config, layer) =
        (shelf.document(CONFIG, &config), shelf.file("application/vnd.oci.image.layer.v1.tar", b"x"));
    let mut image = shelf.document(OCI, &json!({ "schemaVersion": 2, "config": config, "layers": [layer] }));
    image["platform"] = json!({ "os": "linux", "architecture": "amd64" });
    shelf.tagged(OCI_INDEX, &[image]);
    has(&refusal(&shelf), "its configuration has the digests of 0 layers, and it has 1");
    // An index in the place of a manifest.
    let mut shelf = Shelf::default();
    let mut inner =
        shelf.document(DOCKER, &json!({ "schemaVersion": 2, "mediaType": DOCKER_LIST, "manifests": [] }));
    inner["platform"] = json!({ "os": "linux", "architecture": "amd64" });
    shelf.tagged(OCI_INDEX, &[inner.clone()]);
    has(&refusal(&shelf), "it is \"an index\"; expected the manifest of an image");
    inner["mediaType"] = DOCKER_LIST.into();
    shelf.tagged(OCI_INDEX, &[inner]);
    has(&refusal(&shelf), "expected the manifest of an image");
}

#[test]
fn a_document_without_end_is_left() {
    let endless = Server::new(|_| Reply::Bytes(vec![b' '; 5 << 20]));
    has(&resolve(&endless, "a/b:1", None).unwrap_err(), "larger than the accepted 4194304 bytes");
}

#[test]
fn each_refusal_says_what_to_do() {
    let with =
        |status: u16| resolve(&Server::new(move |_| Reply::Status(status)), "a/b:1", None).unwrap_err();
    let from = "cannot fetch REGISTRY/a/b:1 from http://REGISTRY/v2/a/b/manifests/1: the server answered";
    for (status, advice) in [
        (
            401,
            "401 Unauthorized; it is private, or there is no such repository: log in with `docker login REGISTRY`",
        ),
        (403, "403 Forbidden; who is logged in to REGISTRY may not read it"),
        (404, "404 Not Found; there is no such repository, tag or file"),
        (
            429,
            "429 Too Many Requests; it answers no more for a while: wait, log in with `docker login REGISTRY`, or name a mirror",
        ),
        (503, "503 Service Unavailable"),
    ] {
        has(&with(status), &format!("{from} {advice}"));
    }
}
