//! One test for each row of the table of inputs: a change of the input changes the part that the table names and so
//! the key of the action, and no other part of it.

use std::collections::BTreeMap;

use yoe_model::*;

use super::project::{Sample, file, go_module, locked, suite, trixie};
use crate::{Action, ActionKind, Options, Plan, WorkingTrees, plan};

pub const SIGNER: Options = Options {
    signer: Digest::from_bytes([7; 32]),
    package_rules: 1,
    image_rules: 1,
    oci_rules: 1,
    kernel_rules: 1,
};

fn planned(sample: Sample, options: &Options) -> Plan {
    let trees = sample.trees.clone();
    plan(&sample.locked(), &trees, &["image", "box", "app"].map(str::to_owned), options).unwrap()
}

fn action(plan: &Plan, label: &str) -> Action {
    plan.actions.iter().find(|action| action.label == label).unwrap_or_else(|| panic!("no {label}")).clone()
}

/// Names of the parts of `label` that differ after the change; checks that the key differs when and only when one does.
fn changed(label: &str, change: impl FnOnce(&mut Sample)) -> Vec<String> {
    let before = action(&planned(Sample::new(), &SIGNER), label);
    let mut sample = Sample::new();
    change(&mut sample);
    let after = action(&planned(sample, &SIGNER), label);
    differing(&before, &after)
}

fn differing(before: &Action, after: &Action) -> Vec<String> {
    let names: std::collections::BTreeSet<_> = before.parts.keys().chain(after.parts.keys()).collect();
    let names: Vec<String> =
        names.into_iter().filter(|name| before.parts.get(*name) != after.parts.get(*name)).cloned().collect();
    assert_eq!(names.is_empty(), before.key == after.key, "{names:?}");
    names
}

macro_rules! row {
    ($test:ident, $label:literal, $part:expr, $change:expr) => {
        #[test]
        fn $test() {
            assert_eq!(changed($label, $change), $part);
        }
    };
}

pub fn user() -> User {
    let (name, shell) = ("alice".to_owned(), "/bin/sh".to_owned());
    let (groups, ssh_keys) = (Vec::new(), Vec::new());
    User { name, uid: 1000, groups, ssh_keys, shell, password_hash: None, origin: Origin::default() }
}

fn arm(sample: &mut Sample) {
    sample.parts.machine.arch = Arch::Aarch64;
}

fn retag(sample: &mut Sample) {
    sample.lock.containers.get_mut("env").unwrap().packages[0].file = file(b"other");
}

fn edit_lib(sample: &mut Sample) {
    sample.unit("lib", |lib| lib.tasks.clear());
}

row!(unit_arch, "unit lib", ["arch"], arm);
row!(unit_identity, "unit lib", ["identity"], |s| s.unit("lib", |u| u.version = "2".into()));
row!(unit_release, "unit lib", ["identity"], |s| s.unit("lib", |u| u.release = 1));
row!(unit_container, "unit lib", ["container"], retag);
row!(unit_environment, "unit lib", ["environment"], |s| s
    .unit("lib", |u| u.environment = [("A".into(), "1".into())].into()));
row!(unit_files, "unit lib", ["files"], |s| s.unit("lib", |u| u.files =
    vec![UnitFile { path: "a".into(), executable: false, content: (*b"x").into() }]));
row!(unit_patches, "unit lib", ["patches"], |s| s.unit("lib", |u| u.patches = vec!["a".into()]));
row!(unit_tasks, "unit lib", ["tasks"], edit_lib);
row!(unit_source, "unit lib", ["source 0"], |s| s.lock.sources.get_mut("debian:app@1").unwrap().files =
    vec![file(b"other")]);
row!(unit_directories, "unit lib", ["folders"], |s| s.unit("lib", |u| u.sources[0].into = "sub".into()));
row!(unit_dep, "unit app", ["dep lib"], edit_lib);

#[test]
fn unit_machine_enters_only_when_the_scope_says_so() {
    let rename = |sample: &mut Sample| sample.parts.machine.kernel.cmdline = "loud".into();
    assert!(changed("unit lib", rename).is_empty());
    let scoped = |sample: &mut Sample| sample.unit("lib", |u| u.scope = Scope::Machine);
    let before = {
        let mut sample = Sample::new();
        scoped(&mut sample);
        action(&planned(sample, &SIGNER), "unit lib")
    };
    let mut sample = Sample::new();
    scoped(&mut sample);
    rename(&mut sample);
    assert_eq!(differing(&before, &action(&planned(sample, &SIGNER), "unit lib")), ["machine"]);
}

row!(package_arch, "package app", ["arch", "runtime daemon", "unit"], arm);
row!(package_identity, "package app", ["identity", "unit"], |s| s.unit("app", |u| u.release = 1));
row!(package_unit, "package app", ["unit"], |s| s.unit("app", |u| u.tasks.clear()));
row!(package_runtime, "package app", ["runtime daemon"], |s| s.unit("daemon", |u| u.tasks.clear()));

#[test]
fn package_signer() {
    let before = action(&planned(Sample::new(), &SIGNER), "package app");
    let other = Options { signer: Digest::of(b"another key"), ..SIGNER };
    assert_eq!(differing(&before, &action(&planned(Sample::new(), &other), "package app")), ["signer"]);
}

#[test]
fn rules() {
    let changed = |options: Options, label: &str| {
        differing(
            &action(&planned(Sample::new(), &SIGNER), label),
            &action(&planned(Sample::new(), &options), label),
        )
    };
    let package = Options { package_rules: 2, ..SIGNER };
    assert_eq!(changed(package, "package daemon"), ["rules"]);
    assert_eq!(changed(Options { kernel_rules: 2, ..SIGNER }, "image image"), ["contract"]);
    assert_eq!(changed(Options { oci_rules: 2, ..SIGNER }, "OCI image box"), ["format"]);
    let image = Options { image_rules: 2, ..SIGNER };
    assert_eq!(changed(image, "OCI image box"), ["rules"]);
    assert_eq!(changed(image, "root image"), ["rules"]);
    assert_eq!(changed(image, "image image"), ["root", "rules"]);
}

#[test]
fn package_metadata() {
    let changes: [fn(&mut Unit); 7] = [
        |u| u.description = "other".into(),
        |u| u.license = "ISC".into(),
        |u| u.provides = vec!["x".into()],
        |u| u.replaces = vec!["x".into()],
        |u| u.conffiles = vec!["/etc/x".into()],
        |u| u.setuid = vec!["/usr/bin/x".into()],
        |u| u.host_paths_ok = true,
    ];
    for change in changes {
        assert_eq!(changed("package app", |s| s.unit("app", change)), ["metadata"]);
        assert!(
            changed("unit app", |s| s.unit("app", change)).is_empty(),
            "a package's words do not rebuild it"
        );
    }
}

row!(source_content, "source debian:app@1", ["content"], |s| s
    .lock
    .sources
    .get_mut("debian:app@1")
    .unwrap()
    .files = vec![file(b"other")]);

#[test]
fn source_only() {
    let part = |only: &[&str]| {
        let mut sample = Sample::new();
        for name in ["app", "lib", "daemon", "kernel"] {
            sample.unit(name, |u| u.sources[0].only = only.iter().map(|part| (*part).to_owned()).collect());
        }
        let plan = planned(sample, &SIGNER);
        plan.actions.into_iter().find(|action| action.label.starts_with("source ")).unwrap()
    };
    assert_eq!(differing(&part(&[]), &part(&["sub"])), ["only"]);
    assert_eq!(part(&["sub"]).label, "source debian:app@1 (sub)");
}

#[test]
fn patches_of_a_source_are_part_of_its_content() {
    let of = |patches: DebianPatches, held: &[u8]| {
        let mut sample = Sample::new();
        sample.unit("app", |u| {
            let Source::Debian { patches: output, .. } = &mut u.sources[0].source else {
                panic!("not Debian's")
            };
            *output = patches;
        });
        let source = sample.parts.units["app"].sources[0].source.clone();
        let patches = source_is_patched(&source).then(|| file(held));
        let locked = LockedSource { files: vec![file(b"app")], patches, ..LockedSource::default() };
        sample.lock.sources.insert(source.key(), locked);
        action(&planned(sample, &SIGNER), &format!("source {}", source.key()))
    };
    let unsaid = of(DebianPatches::Unsaid, b"");
    assert!(differing(&unsaid, &of(DebianPatches::None, b"")).is_empty(), "nothing is applied in either");
    let series = of(DebianPatches::Series, b"one");
    assert_eq!(differing(&unsaid, &series), ["content"]);
    assert_eq!(differing(&series, &of(DebianPatches::Series, b"two")), ["content"]);
    let named = |name: &str| of(DebianPatches::Named(vec![name.to_owned()]), b"one");
    assert_eq!(differing(&series, &named("a")), ["content"]);
    assert_eq!(differing(&named("a"), &named("b")), ["content"]);
    assert!(unsaid.inputs.is_empty(), "what is not patched needs no build environment");
    assert_eq!(series.inputs.len(), 1, "the program that applies them is in the unit's build environment");
}

fn source_is_patched(source: &Source) -> bool {
    matches!(source, Source::Debian { patches, .. } if patches.applied())
}

row!(source_of_a_client, "source go:example.org/tool@v1.0.0", ["content"], |s| {
    let key = "go:example.org/tool@v1.0.0".to_owned();
    s.lock.sources.insert(key, LockedSource { tree: Some(Digest::of(b"other")), ..LockedSource::default() });
});

#[test]
fn source_of_a_crate_is_its_digest() {
    let of = |name: &str, version: &str, bytes: &[u8]| {
        let mut sample = Sample::new();
        let sha256 = Digest::of(bytes);
        let source = Source::Crate { name: name.into(), version: version.into(), sha256 };
        let label = format!("source {}", source.key());
        sample.unit("app", |u| u.sources[0].source = source);
        action(&planned(sample, &SIGNER), &label)
    };
    let either = of("either", "1.15.0", b"one");
    assert_eq!(differing(&either, &of("either", "1.15.0", b"two")), ["content"]);
    assert!(differing(&either, &of("other", "2.0.0", b"one")).is_empty());
}

#[test]
fn source_in_a_package_is_its_bytes_and_its_path() {
    let of = |archive: &str, held: &[u8]| {
        let mut sample = Sample::new();
        let source = Source::DebianPackage {
            package: "linux-source".into(),
            version: "1-1".into(),
            file: archive.into(),
            suite: trixie(),
        };
        let key = source.key();
        sample.unit("app", |u| u.sources[0].source = source);
        let locked = LockedSource { files: vec![file(held)], ..LockedSource::default() };
        sample.lock.sources.insert(key.clone(), locked);
        action(&planned(sample, &SIGNER), &format!("source {key}"))
    };
    let one = of("usr/src/a.tar.xz", b"one");
    assert_eq!(differing(&one, &of("usr/src/a.tar.xz", b"two")), ["content"]);
    assert_eq!(differing(&one, &of("usr/src/b.tar.xz", b"one")), ["content"]);
    assert!(one.inputs.is_empty(), "it is unpacked without a build environment");
}

row!(container_content, "container env", ["content"], retag);

fn linked(sample: &mut Sample) {
    let env = sample.parts.containers.get_mut("env").unwrap();
    env.links = BTreeMap::from([("/usr/bin/awk".to_owned(), "gawk".to_owned())]);
    sample.lock.containers.insert("env".into(), locked(&sample.parts.containers["env"]));
}
row!(container_additions, "container env", ["additions"], linked);

#[test]
fn source_of_a_working_tree_follows_its_content() {
    let tree = |sample: &mut Sample, digest: &[u8]| {
        sample.unit("app", |u| {
            u.sources[0].source = Source::Path { path: "tree".into(), exclude: Vec::new() };
        });
        sample.trees = [("path:tree".to_owned(), Digest::of(digest))].into();
        let mut other = Sample::new();
        std::mem::swap(&mut other, sample);
        action(&planned(other, &SIGNER), "source path:tree")
    };
    let (before, after) = (tree(&mut Sample::new(), b"one"), tree(&mut Sample::new(), b"two"));
    assert_eq!(differing(&before, &after), ["content"]);
}

#[test]
fn where_a_working_tree_lies_does_not_matter() {
    let key = |path: &str| {
        let mut sample = Sample::new();
        sample.unit("app", |u| {
            u.sources[0].source = Source::Path { path: path.into(), exclude: Vec::new() };
        });
        sample.trees = [(format!("path:{path}"), Digest::of(b"tree"))].into();
        action(&planned(sample, &SIGNER), &format!("source path:{path}")).key
    };
    assert_eq!(key("tree"), key("vendor/tree"));
}

row!(root_image, "root image", ["image"], |s| s.image().hostname = "other".into());
row!(root_artifacts, "root image", ["artifacts"], |s| s.image().artifacts.push("daemon".into()));
row!(root_budget, "root image", ["budget"], |s| s.image().budget =
    Some(Budget { rootfs: Size(1), growth: 1.0, disk: None }));
row!(root_epoch, "root image", ["epoch"], |s| s.lock.suites =
    [("debian/trixie".to_owned(), suite(200))].into());
row!(root_package, "root image", ["package daemon"], |s| s
    .unit("daemon", |u| u.description = "other".into()));
row!(root_services, "root image", ["services"], |s| s
    .unit("daemon", |u| u.services = vec![Service::new("d", vec!["/usr/bin/d".into()], Origin::default())]));
row!(root_init, "root image", ["init"], |s| s.image().init = Init::OpenRc);
row!(root_etc, "root image", ["etc"], |s| s.image().etc = Etc::Data);
row!(root_users, "root image", ["users"], |s| s.image().users.push(user()));
row!(root_policy, "root image", ["policy"], |s| s.image().policy =
    Some(ImagePolicy { rules: BTreeMap::new(), default: PolicyDefault::Refuse }));
row!(root_timezone, "root image", ["timezone"], |s| s.image().timezone = Some("Etc/UTC".into()));
row!(disk_machine, "image image", ["machine"], |s| s.parts.machine.kernel.cmdline = "loud".into());
row!(disk_container, "image image", ["container"], |s| s
    .lock
    .containers
    .get_mut("tools")
    .unwrap()
    .packages[0]
    .file = file(b"other"));
row!(disk_layout, "image image", ["layout"], |s| s.image().layout =
    Layout::disk(Size(1), RootSize::Fit, RootFormat::Ext4));

#[test]
fn every_size_of_a_verified_layout_enters() {
    let layouts = [
        (1, 2, DataSize::Fill),
        (3, 2, DataSize::Fill),
        (1, 3, DataSize::Fill),
        (1, 2, DataSize::Fixed(Size(4))),
    ]
    .map(|(esp, slot, data)| Layout::verified_ab(Size(esp), Size(slot), data));
    let keys: std::collections::BTreeSet<Digest> = layouts
        .into_iter()
        .map(|layout| {
            let mut sample = Sample::new();
            sample.image().layout = layout;
            action(&planned(sample, &SIGNER), "image image").key
        })
        .collect();
    assert_eq!(keys.len(), 4);
}
row!(disk_boot_manager, "image image", ["boot manager"], |s| s.image().boot_manager = Some("env".into()));
row!(disk_contract, "image image", ["contract"], |s| s.image().kernel_contract.push("docker".into()));
row!(disk_root, "image image", ["root"], |s| s.unit("daemon", |u| u.description = "other".into()));
row!(disk_kernel, "image image", ["kernel"], |s| s.unit("kernel", |u| u.tasks.clear()));
row!(disk_image, "image image", ["image", "root"], |s| s.image().version = "2".into());
row!(oci_image, "OCI image box", ["image"], |s| s.oci_image().version = "2".into());
row!(oci_description, "OCI image box", ["image"], |s| s.oci_image().description = "words".into());
row!(oci_artifacts, "OCI image box", ["image"], |s| s.oci_image().artifacts.push("daemon".into()));
row!(oci_config, "OCI image box", ["config"], |s| s.oci_image().config.user = "nobody".into());
row!(oci_epoch, "OCI image box", ["epoch"], |s| s.lock.suites =
    [("debian/trixie".to_owned(), suite(200))].into());
row!(oci_container, "OCI image box", ["container"], |s| s.oci_image().container = Some("env".into()));
row!(oci_arch, "OCI image box", ["arch", "package app", "package daemon"], arm);
row!(oci_package, "OCI image box", ["package daemon"], |s| s
    .unit("daemon", |u| u.description = "other".into()));

#[test]
fn root_workloads_enter_with_their_images() {
    let root = |text: &str, change: fn(&mut Sample)| {
        let mut sample = Sample::new();
        sample.workload(text);
        change(&mut sample);
        action(&planned(sample, &SIGNER), "root image")
    };
    let before = root("one", |_| ());
    assert_eq!(differing(&before, &root("two", |_| ())), ["workloads"]);
    assert_eq!(
        differing(&before, &root("one", |s| s.oci_image().config.user = "nobody".into())),
        ["OCI image box"]
    );
    let without = action(&planned(Sample::new(), &SIGNER), "root image");
    assert_eq!(differing(&without, &before), ["OCI image box", "services", "workloads"]);
}

#[test]
fn a_registrys_image_is_its_files() {
    let planned = |manifest: &[u8]| {
        let mut sample = Sample::new();
        sample.workload("one");
        sample.registry_image(manifest);
        planned(sample, &SIGNER)
    };
    let label = "registry image docker.io/library/redis:8";
    let (before, after) = (planned(b"one"), planned(b"two"));
    assert_eq!(differing(&action(&before, label), &action(&after, label)), ["content"]);
    assert_eq!(differing(&action(&before, "root image"), &action(&after, "root image")), [label]);
    assert!(crate::texts(&action(&before, label))["content"].starts_with("3 bytes, "));
}

#[test]
fn what_a_workload_is_made_of_is_planned_with_its_image() {
    let mut sample = Sample::new();
    sample.add("page", &["lib"]);
    sample.oci_image().artifacts = vec!["page".into()];
    sample.workload("one");
    let plan = planned(sample, &SIGNER);
    assert!(plan.actions.iter().any(|action| action.label == "package page"));
    let ActionKind::Root(root) = action(&plan, "root image").kind else { panic!("a root") };
    assert_eq!(root.images.keys().collect::<Vec<_>>(), [&WorkloadImage::Oci("box".into())]);
    assert!(root.packages.iter().all(|(unit, _)| unit.name != "page"), "it is in the OCI image alone");
}

#[test]
fn which_client_fetches_a_module_enters_no_key() {
    let other = |sample: &mut Sample| sample.unit("kernel", |u| u.sources[1].source = go_module("env"));
    assert!(changed("source go:example.org/tool@v1.0.0", other).is_empty());
}

#[test]
fn what_is_left_out_enters_no_key() {
    let quiet: [fn(&mut Sample); 14] = [
        |s| s.unit("app", |u| u.origin.line = 7),
        |s| s.lock.sources.get_mut("debian:app@1").unwrap().files[0].path = "pool/elsewhere".into(),
        |s| s.parts.machine.description = "words".into(),
        |s| s.image().description = "words".into(),
        |s| s.image().audit = Some(AuditGate { fail_on: HoleLevel::Low }),
        |s| s.oci_image().audit = Some(AuditGate { fail_on: HoleLevel::Low }),
        |s| s.image().licenses = Some(LicensePolicy { deny: vec!["GPL-3.0-*".into()] }),
        |s| s.oci_image().licenses = Some(LicensePolicy::default()),
        |s| s.unit("app", |u| u.linked_license = Some("MIT".into())),
        |s| s.unit("app", |u| u.license_files = [("COPYING".into(), Digest::of(b"text"))].into()),
        |s| s.release("2", &["lib"], &[]),
        |s| s.unit("app", |u| u.cache = Some("compiler".into())),
        |s| s.image().test_credentials = [("name".into(), "value".into())].into(),
        |s| s.image().tests.push(ImageTest::new("t", "true", Origin::default())),
    ];
    let before: Vec<Digest> =
        planned(Sample::new(), &SIGNER).actions.iter().map(|action| action.key).collect();
    for change in quiet {
        let mut sample = Sample::new();
        change(&mut sample);
        let after: Vec<Digest> = planned(sample, &SIGNER).actions.iter().map(|action| action.key).collect();
        assert_eq!(before, after);
    }
}

/// The sample whose image holds the texts of licences, changed.
fn with_notice(change: impl FnOnce(&mut Sample)) -> Plan {
    let mut sample = Sample::new();
    sample.image().notice = true;
    change(&mut sample);
    planned(sample, &SIGNER)
}

#[test]
fn texts_of_licences_follow_from_what_is_there_and_from_what_units_say() {
    let before = action(&with_notice(|_| ()), "notice image");
    let changed = |change: fn(&mut Sample)| differing(&before, &action(&with_notice(change), "notice image"));
    assert_eq!(changed(|s| s.image().version = "2".into()), ["image"]);
    assert_eq!(changed(|s| s.unit("app", |u| u.license = "ISC".into())), ["licences"]);
    assert_eq!(
        changed(|s| s.unit("kernel", |u| u.license_files = [("COPYING".into(), Digest::of(b"text"))].into())),
        ["licences"]
    );
    assert_eq!(changed(|s| s.unit("daemon", |u| u.tasks.clear())), ["unit daemon"]);
    let source = |s: &mut Sample| {
        s.lock.sources.get_mut("debian:app@1").unwrap().files = vec![file(b"other")];
    };
    // Each is made from it.
    assert_eq!(changed(source), ["source debian:app@1", "unit app", "unit daemon"]);
    // What is linked in without being on the device.
    let contains = |s: &mut Sample| s.unit("app", |u| u.contains = vec!["lib".into()]);
    assert_eq!(changed(contains), ["licences"]);
    assert!(changed(|s| s.unit("app", |u| u.linked_license = Some("MIT".into()))).is_empty());
    assert!(changed(|s| s.image().description = "words".into()).is_empty());
}

#[test]
fn what_else_is_planned_does_not_change_texts_of_licences() {
    let mut sample = Sample::new();
    sample.image().notice = true;
    let alone = plan(&sample.locked(), &WorkingTrees::new(), &["image".to_owned()], &SIGNER).unwrap();
    let with_others = with_notice(|_| ());
    assert_eq!(action(&alone, "notice image").key, action(&with_others, "notice image").key);
    let root = action(&with_others, "root image");
    assert!(root.parts.contains_key("notice"));
    assert!(!action(&planned(Sample::new(), &SIGNER), "root image").parts.contains_key("notice"));
}

#[test]
fn an_oci_image_depends_on_the_packages_of_its_container() {
    let copy = |change: fn(&mut Sample)| {
        let mut sample = Sample::new();
        sample.oci_image().container = Some("env".into());
        change(&mut sample);
        action(&planned(sample, &SIGNER), "OCI image box")
    };
    // Its own package was built in that container too.
    let changed = differing(&copy(|_| ()), &copy(retag));
    assert!(changed.contains(&"container".to_owned()), "{changed:?}");
}

#[test]
fn an_oci_image_takes_no_packages_for_another_processor() {
    let mut sample = Sample::new();
    sample.oci_image().container = Some("env".into());
    let packages = &mut sample.lock.containers.get_mut("env").unwrap().packages;
    packages[0].file.path = "pool/x/x_1.0_arm64.deb".into();
    let name = packages[0].name.clone();
    let error =
        plan(&sample.locked(), &WorkingTrees::new(), &["box".to_owned()], &SIGNER).unwrap_err().to_string();
    assert!(error.contains(&format!("whose package {name:?} is not for x86_64")), "{error}");
}

#[test]
fn an_oci_image_takes_the_packages_of_its_machines_processor_where_the_lock_has_them() {
    let mut sample = Sample::new();
    arm(&mut sample);
    sample.oci_image().container = Some("env".into());
    let locked = sample.lock.containers.get_mut("env").unwrap();
    locked.packages[0].file.path = "pool/x/x_1.0_amd64.deb".into();
    let mut copy = locked.packages.clone();
    copy[0].file.path = "pool/x/x_1.0_arm64.deb".into();
    copy[0].file.sha256 = Digest::of(b"arm64");
    let lacking = Project::new(sample.parts.clone()).uncopied(&sample.lock);
    assert_eq!(lacking, ["container \"env\" is not in the lock for aarch64"]);
    let locked = sample.lock.containers.get_mut("env").unwrap();
    locked.copies.insert(Arch::Aarch64, copy.clone());
    let plan = planned(sample, &SIGNER);
    let packages = |label: &str| match action(&plan, label).kind {
        ActionKind::Container(container) => container.packages,
        other => panic!("{other:?}"),
    };
    assert_eq!(packages("container env for aarch64"), copy);
    // What builds runs here, whatever it builds for.
    assert_ne!(packages("container env"), copy);
    let box_ = action(&plan, "OCI image box");
    let inputs: Vec<&str> = box_.inputs.iter().map(|id| plan.action(*id).label.as_str()).collect();
    assert!(inputs.contains(&"container env for aarch64"), "{inputs:?}");
    assert!(!inputs.contains(&"container env"), "{inputs:?}");
}
