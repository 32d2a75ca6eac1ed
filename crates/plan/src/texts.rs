//! What the inputs of an action say, for a person who asks which of them changed. None of it enters a key: the digests do.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use yoe_model::{Image, LockedBlob, LockedPackage, Step, Task, Unit, User, Workload};

use crate::action::{Action, ActionKind, ContainerAction, Fetch, SourceAction, UnitAction};

/// Most of one text, in bytes; the rest of a longer one is left out.
const LONGEST: usize = 32 * 1024;

/// The texts of an action's parts, by the names of the parts. A part without a text stands for the result of another action, or
/// for a number of this program's own.
pub fn texts(action: &Action) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    match &action.kind {
        ActionKind::Source(source) => put(&mut texts, "content", content(source)),
        ActionKind::Container(container) => of_container(container, &mut texts),
        ActionKind::Unit(unit) => of_unit(unit, &mut texts),
        ActionKind::Package(package) => {
            put(&mut texts, "identity", identity(&package.unit));
            put(&mut texts, "metadata", metadata(&package.unit));
        }
        ActionKind::Notice(notice) => {
            let image = &notice.image;
            put(&mut texts, "image", lines(&[image.name.clone(), image.version.clone()]));
            put(&mut texts, "licences", lines(&notice.said));
        }
        ActionKind::Root(root) => {
            of_image(&root.image, root.epoch, &mut texts);
            put(&mut texts, "artifacts", lines(&root.image.artifacts));
            put(&mut texts, "init", root.image.init.as_str().to_owned());
            put(&mut texts, "etc", root.image.etc.as_str().to_owned());
            of_accounts(&root.image, &mut texts);
            put(&mut texts, "workloads", workloads(&root.workloads));
            let services: Vec<_> = root.packages.iter().flat_map(|(unit, _)| &unit.services).collect();
            put(&mut texts, "services", format!("{services:#?}"));
        }
        ActionKind::Disk(disk) => {
            of_image(&disk.image, disk.epoch, &mut texts);
            put(&mut texts, "layout", format!("{:#?}", disk.image.layout));
            put(&mut texts, "contract", lines(&disk.image.kernel_contract));
            let kernel = &disk.machine.kernel;
            let machine = [&disk.machine.name, &kernel.unit, &kernel.cmdline].map(Clone::clone);
            put(&mut texts, "machine", lines(&machine));
        }
        ActionKind::OciImage(oci) => {
            let mut image =
                vec![oci.image.name.clone(), oci.image.version.clone(), oci.image.description.clone()];
            image.extend(oci.image.artifacts.iter().cloned());
            put(&mut texts, "image", lines(&image));
            put(&mut texts, "config", format!("{:#?}", oci.image.config));
            put(&mut texts, "epoch", oci.epoch.to_string());
        }
        ActionKind::RegistryImage(image) => {
            let blob = |blob: &LockedBlob| format!("{} bytes, {}", blob.size, blob.sha256);
            put(&mut texts, "content", lines(&image.image.blobs().iter().map(blob).collect::<Vec<_>>()));
        }
    }
    // Of what is not a part there is nothing to say.
    texts.retain(|name, _| action.parts.contains_key(name));
    texts
}

fn put(texts: &mut BTreeMap<String, String>, part: &str, mut text: String) {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
    }
    texts.insert(part.to_owned(), text);
}

fn workloads(all: &[Arc<Workload>]) -> String {
    let text = |workload: &Arc<Workload>| {
        let files: Vec<String> =
            workload.files.iter().map(|file| format!("{} {}", file.path, file.digest())).collect();
        format!(
            "{} ({}, required: {})\n{}",
            workload.name,
            workload.project,
            workload.required,
            lines(&files)
        )
    };
    lines(&all.iter().map(text).collect::<Vec<_>>())
}

fn lines(items: &[String]) -> String {
    items.join("\n")
}

fn identity(unit: &Unit) -> String {
    format!("{} {}", unit.name, unit.package_version())
}

fn of_unit(action: &UnitAction, texts: &mut BTreeMap<String, String>) {
    let unit = &action.unit;
    put(texts, "arch", action.arch.to_string());
    put(texts, "identity", identity(unit));
    let environment: Vec<String> =
        unit.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    put(texts, "environment", lines(&environment));
    let files: Vec<String> =
        unit.files.iter().map(|file| format!("{} {}", file.path, file.digest())).collect();
    put(texts, "files", lines(&files));
    put(texts, "patches", lines(&unit.patches));
    put(texts, "tasks", tasks(&unit.tasks));
    let directories: Vec<String> = unit.sources.iter().map(|entry| format!("{}/", entry.into)).collect();
    put(texts, "folders", lines(&directories));
}

fn tasks(tasks: &[Task]) -> String {
    let mut text = String::new();
    for task in tasks {
        // Writing to a string does not fail.
        let _ = writeln!(text, "task {}", task.name);
        for step in &task.steps {
            match step {
                Step::Shell(script) => {
                    script.lines().for_each(|line| _ = writeln!(text, "  {line}"));
                }
                other => _ = writeln!(text, "  {other:?}"),
            }
        }
    }
    text
}

fn metadata(unit: &Unit) -> String {
    let list = |name: &str, items: &[String]| format!("{name}: {}", items.join(", "));
    lines(&[
        format!("description: {}", unit.description),
        format!("license: {}", unit.license),
        format!("scope: {}", unit.scope.as_str()),
        list("runtime_deps", &unit.runtime_deps),
        list("provides", &unit.provides),
        list("replaces", &unit.replaces),
        list("conffiles", &unit.conffiles),
        list("setuid", &unit.setuid),
        format!("host_paths_ok: {}", unit.host_paths_ok),
    ])
}

/// Which bytes are fetched. A source's label names its version, and so do these.
fn content(source: &SourceAction) -> String {
    let mut all = vec![source.key.clone()];
    match &source.fetch {
        Fetch::Https { sha256, .. } | Fetch::Crate { sha256, .. } => all.push(sha256.to_string()),
        Fetch::Debian { files, patches } => {
            let files = files.iter().chain(patches.iter().map(|patches| &patches.file));
            all.extend(files.map(|file| format!("{} {}", file.path, file.sha256)));
        }
        Fetch::DebianPackage { package, .. } => all.push(format!("{} {}", package.path, package.sha256)),
        Fetch::Git { commit, .. } => all.push(commit.clone()),
        Fetch::GoModule { tree, .. } | Fetch::Path { tree, .. } => all.push(format!("tree {tree}")),
    }
    lines(&all)
}

fn of_container(container: &ContainerAction, texts: &mut BTreeMap<String, String>) {
    let package = |package: &LockedPackage| format!("{} {}", package.name, package.version);
    put(texts, "content", lines(&container.packages.iter().map(package).collect::<Vec<_>>()));
    let links = container.links.iter().map(|(path, target)| format!("{path} -> {target}"));
    let files = container.files.iter().map(|(path, text)| format!("{path}:\n{text}"));
    put(texts, "additions", lines(&links.chain(files).collect::<Vec<_>>()));
}

/// Without the hashes of passwords: what is kept of them here would be guessed at like those of an image.
fn of_accounts(image: &Image, texts: &mut BTreeMap<String, String>) {
    let user = |user: &User| {
        let User { name, uid, groups, ssh_keys, shell, password_hash, .. } = user;
        let password = if password_hash.is_some() { "a password" } else { "no password" };
        let keys = ssh_keys.join("\n  ");
        format!("{name} {uid} {shell} {password}\n  groups: {}\n  {keys}", groups.join(", "))
    };
    if !image.users.is_empty() {
        put(texts, "users", lines(&image.users.iter().map(user).collect::<Vec<_>>()));
    }
    if let Some(policy) = &image.policy {
        put(texts, "policy", format!("{policy:#?}"));
    }
    if let Some(zone) = &image.timezone {
        put(texts, "timezone", zone.clone());
    }
}

fn of_image(image: &Image, epoch: u64, texts: &mut BTreeMap<String, String>) {
    put(texts, "image", lines(&[image.name.clone(), image.version.clone(), image.hostname.clone()]));
    put(texts, "budget", format!("{:#?}", image.budget));
    put(texts, "epoch", epoch.to_string());
}
