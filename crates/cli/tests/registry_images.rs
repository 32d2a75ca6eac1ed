//! Workloads of registries' images: locked, fetched, put into a root, kept in an archive.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;
use support::registry::Registry;
use support::{Sandbox, printed};
use yoe_model::Digest;

const PASSWORD: &str = "geheim-7";
const FILES: [(&str, &str); 2] = [("etc/motd", "hello\n"), ("usr/bin/broker", "#!/bin/sh\n")];
const COMPOSE: &str = "services:\n  broker: {image: broker, restart: always}\n";

/// A project with an image whose workload is of the registry's `team/broker:2.0`; its disk cannot be made here, its root can.
fn project(registry: &Registry, compose: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.unit(
        "hello",
        &["mkdir -p $DESTDIR/boot; echo kernel >$DESTDIR/boot/vmlinuz"],
        "scope = \"noarch\"",
    );
    sandbox.unit(
        "workload",
        &["mkdir -p $DESTDIR/usr/bin; mkdir -p $DESTDIR/usr/sbin; for program in bin/yoe-workload sbin/finit; do echo program >$DESTDIR/usr/$program; chmod 755 $DESTDIR/usr/$program; done; ln -s usr/sbin $DESTDIR/sbin"],
        "scope = \"noarch\", services = [service(name = \"workloads\", kind = \"task\", command = [\"/usr/bin/yoe-workload\", \"clear\"])]",
    );
    sandbox.write(
        "images/host.star",
        &format!(
            "workload(name = \"shop\", images = {{\"broker\": oci_registry(\"{}/team/broker:2.0\")}})\n\
             image(name = \"host\", artifacts = [\"workload\"], layout = disk(), container = \"env\", workloads = [\"shop\"])\n",
            registry.address
        ),
    );
    sandbox.write("images/host/compose.yaml", compose);
    sandbox.lock();
    log_in(&sandbox, registry);
    sandbox
}

/// Docker's settings name a helper, which knows a user and a password.
fn log_in(sandbox: &Sandbox, registry: &Registry) {
    let at = |path: &str| sandbox.directory().join("login").join(path);
    fs::create_dir_all(at("bin")).unwrap();
    let settings = json!({ "credHelpers": { registry.address.clone(): "test" }, "credsStore": "of-nobody" });
    fs::write(at("config.json"), settings.to_string()).unwrap();
    let answer = format!("{{\"ServerURL\": \"x\", \"Username\": \"alice\", \"Secret\": \"{PASSWORD}\"}}");
    let script = format!(
        "#!/bin/sh\nread -r asked\n[ \"$1\" = get ] && [ $# = 1 ] && [ \"$asked\" = {} ] || exit 1\necho '{answer}'\n",
        registry.address
    );
    helper(sandbox, &script);
}

fn helper(sandbox: &Sandbox, script: &str) {
    let program = sandbox.directory().join("login/bin/docker-credential-test");
    fs::write(&program, script).unwrap();
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
}

fn yoe(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    let login = sandbox.directory().join("login");
    let path = format!("{}:/usr/bin:/bin", login.join("bin").display());
    sandbox.command(arguments).env("DOCKER_CONFIG", login).env("PATH", path).output().unwrap()
}

#[track_caller]
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", printed(output));
    printed(output)
}

/// Without what differs between runs.
fn shown(sandbox: &Sandbox, registry: &Registry, output: &Output) -> String {
    sandbox.shown(output).replace(&registry.address, "REGISTRY")
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.file_type().unwrap().is_dir() {
            true => files_below(&entry.path()),
            false => vec![entry.path()],
        })
        .collect()
}

/// Builds the image as far as it goes here, and gives what its root has below the workloads' directory.
fn root(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    let built = yoe(sandbox, &["build", "host"]);
    assert_eq!(built.status.code(), Some(3), "{}", printed(&built));
    assert!(printed(&built).contains("image host failed"), "{}", printed(&built));
    let roots = files_below(sandbox.store().root());
    let roots: Vec<&PathBuf> = roots.iter().filter(|path| path.ends_with("root.tar")).collect();
    let [root] = roots.as_slice() else { panic!("{roots:?}: {}", printed(&built)) };
    let to = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar").arg("-xf").arg(root).arg("-C").arg(to.path()).status().unwrap();
    assert!(unpacked.success());
    let below = to.path().join("usr/share/yoe/workloads");
    let files = files_below(&below)
        .into_iter()
        .map(|path| (path.strip_prefix(&below).unwrap().display().to_string(), fs::read(&path).unwrap()));
    files.collect()
}

/// An entry of a lock without sizes and digests: programs that compress differ between machines.
fn plain(text: &str) -> String {
    let word = |word: &str| match word.trim_matches(['"', ',', ' ', '\n']) {
        core if core.len() == 64 => word.replace(core, "[DIGEST]"),
        core if core.parse::<u64>().is_ok() => word.replace(core, "[SIZE]"),
        _ => word.to_owned(),
    };
    text.split_inclusive([' ', '\n']).map(word).collect()
}

fn lock_text(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.project().join("yoe.lock")).unwrap()
}

#[test]
fn an_image_is_locked_and_its_files_are_in_the_root() {
    let registry = Registry::new();
    let layer = registry.push("2.0", &FILES, json!({ "Cmd": ["/usr/bin/broker"] }));
    let sandbox = project(&registry, COMPOSE);
    let stale = shown(&sandbox, &registry, &yoe(&sandbox, &["lock", "--check"]));
    let locked = shown(&sandbox, &registry, &yoe(&sandbox, &["lock"]));
    assert_eq!(registry.asked().len(), 3, "index, manifest, configuration");
    let text = lock_text(&sandbox).replace(&registry.address, "REGISTRY");
    let at = text.find("\n[image").unwrap();
    insta::assert_snapshot!("locked", format!("{stale}{locked}{}", plain(&text[at..])));
    assert!(
        done(&yoe(&sandbox, &["lock"]))
            .contains("yoe.lock: nothing changed; 1 containers, 0 sources, 1 images")
    );
    done(&yoe(&sandbox, &["lock", "--check"]));
    let list = yoe(&sandbox, &["lock", "--list", "--json"]);
    let list: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
    let image = list.as_array().unwrap().iter().find(|entry| entry["kind"] == "image").unwrap();
    assert_eq!(image["name"], format!("{}/team/broker", registry.address));
    assert_eq!((&image["version"], &image["from"]), (&json!("2.0"), &json!(registry.address)));
    assert_eq!(registry.asked(), [""; 0], "what is locked is not asked for");

    let dry = yoe(&sandbox, &["build", "host", "--dry-run"]);
    assert!(String::from_utf8_lossy(&dry.stdout).contains("registry image"), "{}", printed(&dry));
    // The first connection that gives the layer ends in the middle of it.
    registry.cut(layer.len() / 2);
    let files = root(&sandbox);
    let asked = registry.asked();
    assert!(asked.iter().any(|path| path.ends_with(&format!(" from {}", layer.len() / 2))), "{asked:?}");
    let blob = |bytes: &[u8]| format!("blobs/sha256/{}", Digest::of(bytes));
    assert_eq!(files[&blob(&layer)], layer);
    let record: serde_json::Value = serde_json::from_slice(&files["shop/workload.json"]).unwrap();
    let image = &record["images"][0];
    assert_eq!(image["media_type"], "application/vnd.docker.distribution.manifest.v2+json");
    let name = image["name"].as_str().unwrap();
    let path = registry.address.replace(':', "-");
    assert!(name.starts_with(&format!("yoe.internal/{path}/team/broker:")), "{name}");
    let blobs = ["manifest", "config"].map(|part| image[part]["sha256"].as_str().unwrap().to_owned());
    for digest in blobs {
        assert_eq!(Digest::of(&files[&format!("blobs/sha256/{digest}")]).to_string(), digest);
    }
    assert_eq!(files.keys().filter(|path| path.starts_with("blobs/")).count(), 3);
    // What was said of who asks is in nothing that was written.
    for path in files_below(sandbox.directory()).into_iter().filter(|path| path.is_file()) {
        let bytes = fs::read(&path).unwrap();
        for secret in [PASSWORD, "YWxpY2U6Z2VoZWltLTc=", "of-the-token-server"] {
            let there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!there || path.ends_with("docker-credential-test"), "{secret} is in {}", path.display());
        }
    }
}

#[test]
fn a_tag_that_moved_is_noticed_by_an_update_alone() {
    let registry = Registry::new();
    registry.push("2.0", &FILES, json!({}));
    let sandbox = project(&registry, COMPOSE);
    done(&yoe(&sandbox, &["lock"]));
    let before = lock_text(&sandbox);
    registry.push("2.0", &[("etc/motd", "hello, world\n")], json!({}));
    done(&yoe(&sandbox, &["lock"]));
    assert_eq!(lock_text(&sandbox), before);
    let name = format!("{}/team/broker", registry.address);
    done(&yoe(&sandbox, &["lock", "--update", &name]));
    let after = lock_text(&sandbox);
    assert_ne!(after, before);
    assert_eq!(after.split("\n[image").next(), before.split("\n[image").next(), "nothing else moved");
    // A project that does not use it any more drops it.
    sandbox.write(
        "images/host.star",
        "image(name = \"host\", artifacts = [\"workload\"], layout = disk(), container = \"env\")\n",
    );
    let left = yoe(&sandbox, &["lock", "--check"]);
    assert!(printed(&left).contains("is not used any more"), "{}", printed(&left));
    done(&yoe(&sandbox, &["lock"]));
    assert!(!lock_text(&sandbox).contains("[image"));
}

#[test]
fn from_an_archive_of_sources_the_same_root_is_made_without_the_registry() {
    let registry = Registry::new();
    let layer = registry.push("2.0", &FILES, json!({}));
    let sandbox = project(&registry, COMPOSE);
    done(&yoe(&sandbox, &["lock"]));
    let first = root(&sandbox);
    done(&yoe(&sandbox, &["sources", "host", "--output", "../archive"]));
    let kept = files_below(&sandbox.directory().join("archive/images"));
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(kept.iter().any(|path| fs::read(path).unwrap() == layer));
    registry.leave();
    fs::rename(sandbox.directory().join("cache"), sandbox.directory().join("old-cache")).unwrap();
    let text = lock_text(&sandbox);
    sandbox.lock();
    sandbox.write("yoe.lock", &text);
    assert!(
        printed(&yoe(&sandbox, &["build", "host"])).contains("registry image"),
        "without the archive it is not there"
    );
    let imported = done(&yoe(&sandbox, &["store", "import", "../archive"]));
    assert!(imported.contains("../archive: 3 files, 0 trees"), "{imported}");
    assert_eq!(root(&sandbox), first);
}

#[test]
fn who_may_not_read_it_is_told_what_to_do() {
    let registry = Registry::new();
    registry.push("2.0", &FILES, json!({}));
    let sandbox = project(&registry, COMPOSE);
    let mut all = String::new();
    let refused = |script: &str| {
        helper(&sandbox, script);
        let output = yoe(&sandbox, &["lock"]);
        assert!(!printed(&output).contains(PASSWORD));
        shown(&sandbox, &registry, &output)
    };
    all += &refused("#!/bin/sh\necho 'credentials not found in native keychain'; exit 1\n");
    all += &refused("#!/bin/sh\necho 'the keyring is locked'; exit 1\n");
    all += &refused("#!/bin/sh\necho '{\"Username\": \"alice\", \"Secret\": \"wrong\"}'\n");
    all += &refused("#!/bin/sh\necho '{\"Secret\": \"geheim-7\"'; exit 1\n");
    fs::remove_file(sandbox.directory().join("login/bin/docker-credential-test")).unwrap();
    all += &shown(&sandbox, &registry, &yoe(&sandbox, &["lock"]));
    log_in(&sandbox, &registry);
    sandbox.write(
        "images/host.star",
        &format!(
            "workload(name = \"shop\", images = {{\"broker\": oci_registry(\"{}/team/brocker:2.0\")}})\n",
            registry.address
        ),
    );
    all += &shown(&sandbox, &registry, &yoe(&sandbox, &["lock"]));
    insta::assert_snapshot!("refused", all);
}

#[test]
fn an_image_that_no_engine_would_run_fails_the_build() {
    let registry = Registry::new();
    let layer = registry.push("1.0", &FILES, json!({}));
    registry.push_layer("2.0", &layer, Digest::of(b"something else"), json!({}));
    let sandbox = project(&registry, COMPOSE);
    done(&yoe(&sandbox, &["lock"]));
    let built = yoe(&sandbox, &["build", "host"]);
    assert_eq!(built.status.code(), Some(3));
    let text = shown(&sandbox, &registry, &built);
    assert!(
        text.contains(
            "images/host.star:1:1: registry image REGISTRY/team/broker:2.0 of workload \"shop\" failed"
        ),
        "{text}"
    );
    assert!(text.contains("layer 1 is not what the image's configuration says"), "{text}");
}

#[test]
fn health_may_be_checked_as_the_image_says() {
    let registry = Registry::new();
    let compose = "services:\n  broker: {image: broker}\n  other:\n    image: broker\n    depends_on: {broker: {condition: service_healthy}}\n";
    registry.push("2.0", &FILES, json!({ "Healthcheck": { "Test": ["CMD", "true"] } }));
    let sandbox = project(&registry, compose);
    done(&yoe(&sandbox, &["lock"]));
    let record: serde_json::Value = serde_json::from_slice(&root(&sandbox)["shop/workload.json"]).unwrap();
    assert_eq!(
        (&record["services"][0]["name"], &record["services"][0]["checked"]),
        (&json!("broker"), &json!(true))
    );
    for config in [json!({}), json!({ "Healthcheck": { "Test": ["NONE"] } })] {
        registry.push("2.0", &FILES, config);
        done(&yoe(&sandbox, &["lock", "--update", &format!("image:{}/team/broker", registry.address)]));
        let built = yoe(&sandbox, &["build", "host"]);
        let text = printed(&built);
        assert!(text.contains("waits until \"broker\" is healthy, and its image"), "{text}");
    }
}
