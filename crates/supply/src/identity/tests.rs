use yoe_model::{ArchiveFile, DebianSuite, GoModule, Origin, UnitFile};

use super::*;
use crate::collect::tests::container;

const MUSL: &str = "1.2.5-3.1~deb13u1";

fn unit(name: &str, version: &str, source: Source) -> Unit {
    let mut unit = Unit::new(name, version, Origin::default());
    unit.license = "MIT".to_owned();
    unit.sources =
        vec![SourceEntry { source, into: String::new(), only: Vec::new(), origin: Origin::default() }];
    unit
}

fn debian(package: &str, version: &str, patches: DebianPatches) -> Source {
    let suite =
        DebianSuite { archive: "debian".to_owned(), name: "trixie".to_owned(), keys: Default::default() };
    Source::Debian { package: package.to_owned(), version: version.to_owned(), suite, patches }
}

fn locked(path: &str) -> LockedSource {
    let file = ArchiveFile {
        archive: "debian".to_owned(),
        path: path.to_owned(),
        size: 1,
        sha256: Digest::of(b"x"),
    };
    LockedSource { files: vec![file], ..LockedSource::default() }
}

/// The addresses that the text of a project gives.
fn mirrors() -> Mirrors {
    [("debian".to_owned(), vec!["https://mirror.example/debian/".to_owned()])].into()
}

fn names(mirrors: &Mirrors) -> Names<'_> {
    Names { project: "demo", version: "2.0", arch: "x86_64", publisher: Some("https://example.com"), mirrors }
}

fn named(unit: &Unit, locked: Option<&LockedSource>) -> Component {
    let mirrors = mirrors();
    let names = names(&mirrors);
    names.source(unit, &unit.sources[0], locked).unwrap().1
}

fn x() -> String {
    Digest::of(b"x").to_string()
}

#[test]
fn a_package_is_the_projects_own() {
    let mirrors = mirrors();
    let names = names(&mirrors);
    let unit = unit("musl", "1.2.5", debian("musl", MUSL, DebianPatches::Series));
    assert_eq!(names.package(&unit, false).1.purl, "pkg:apk/demo/musl@1.2.5-r0?arch=x86_64&distro=demo-2.0");
    assert_eq!(names.package(&unit, true).1.purl, "pkg:apk/demo/musl@1.2.5-r0?arch=noarch&distro=demo-2.0");
}

#[test]
fn a_debian_source_without_its_series_is_upstreams_and_debians_name_is_an_ancestor() {
    let mut unit =
        unit("zlib", "1.3.1", debian("zlib", "1:1.3.dfsg+really1.3.1-1+deb13u1", DebianPatches::None));
    unit.cpe = Some("cpe:2.3:a:zlib:zlib:*:*:*:*:*:*:*:*".to_owned());
    let named = named(&unit, Some(&locked("pool/z.orig.tar.gz")));
    let address = "https://mirror.example/debian/pool/z.orig.tar.gz";
    assert_eq!(named.purl, format!("pkg:generic/zlib@1.3.1?checksum=sha256:{}&download_url={address}", x()));
    assert_eq!(named.cpe.as_deref(), Some("cpe:2.3:a:zlib:zlib:1.3.1:*:*:*:*:*:*:*"));
    assert_eq!(
        named.ancestors[0].purl,
        "pkg:deb/debian/zlib@1:1.3.dfsg%2Breally1.3.1-1%2Bdeb13u1?arch=source&distro=trixie"
    );
}

#[test]
fn a_debian_source_with_its_series_has_debians_name() {
    let mut entry = locked("pool/musl.orig.tar.gz");
    entry.applied = vec!["CVE-2025-26519-0001_iconv.patch".to_owned(), "static-pie.patch".to_owned()];
    let named = named(&unit("musl", "1.2.5", debian("musl", MUSL, DebianPatches::Series)), Some(&entry));
    assert_eq!(named.purl, "pkg:deb/debian/musl@1.2.5-3.1~deb13u1?arch=source&distro=trixie");
    assert!(named.ancestors.is_empty());
    assert_eq!(named.patches[0].closes, ["CVE-2025-26519"]);
    assert!(named.patches[1].closes.is_empty());
}

#[test]
fn a_debian_source_with_some_patches_is_upstreams_still() {
    let some = DebianPatches::Named(vec!["a.patch".to_owned()]);
    let named = named(&unit("busybox", "1.38.0", debian("busybox", "1:1.38.0-3", some)), None);
    assert_eq!((named.purl.as_str(), named.ancestors.len()), ("pkg:generic/busybox@1.38.0", 1));
}

#[test]
fn the_units_own_patches_say_what_they_close() {
    let mut unit = unit("dhcpcd", "10.1.0", debian("dhcpcd", "1:10.1.0-11", DebianPatches::None));
    unit.patches = vec!["fix.patch".to_owned()];
    let content = b"CVE: CVE-2026-56113\nOrigin: own\n--- a/x\n".as_slice().into();
    unit.files = vec![UnitFile { path: "fix.patch".to_owned(), executable: false, content }];
    let patch = &named(&unit, None).patches[0];
    assert_eq!(
        (patch.name.as_str(), patch.closes.as_slice(), patch.debian),
        ("fix.patch", &["CVE-2026-56113".to_owned()][..], false)
    );
}

#[test]
fn the_main_module_has_the_version_of_the_lock() {
    let module = GoModule {
        path: "github.com/containerd/containerd/v2".to_owned(),
        version: "v2.3.7".to_owned(),
        gomod: None,
        stubs: Default::default(),
        upgrade: Default::default(),
        container: "go-tools".to_owned(),
    };
    let named = named(&unit("containerd", "2.3.7", Source::GoModule(module)), None);
    assert_eq!(named.purl, "pkg:golang/github.com/containerd/containerd/v2@v2.3.7");
}

#[test]
fn modules_that_are_linked_in_and_gos_own_library() {
    assert_eq!(module("golang.org/x/net", "v0.62.0").1.purl, "pkg:golang/golang.org/x/net@v0.62.0");
    assert_eq!(
        module("github.com/docker/docker", "v28.5.2+incompatible").1.purl,
        "pkg:golang/github.com/docker/docker@v28.5.2%2Bincompatible"
    );
    assert_eq!(stdlib("1.27.3").1.purl, "pkg:golang/stdlib@1.27.3");
}

#[test]
fn a_crate() {
    let source =
        Source::Crate { name: "ring".to_owned(), version: "0.17.14".to_owned(), sha256: Digest::of(b"x") };
    assert_eq!(
        named(&unit("ring", "0.17.14", source), None).purl,
        format!("pkg:cargo/ring@0.17.14?checksum=sha256:{}", x())
    );
}

#[test]
fn a_file_of_a_web_server() {
    let url = "https://example.com/tool-1.0.tar.gz".to_owned();
    let source = Source::Https {
        url,
        mirrors: Vec::new(),
        name: "tool-1.0.tar.gz".to_owned(),
        sha256: Digest::of(b"x"),
        unpack: true,
    };
    let purl = named(&unit("tool", "1.0", source), None).purl;
    assert_eq!(
        purl,
        format!(
            "pkg:generic/tool@1.0?checksum=sha256:{}&download_url=https://example.com/tool-1.0.tar.gz",
            x()
        )
    );
}

#[test]
fn a_commit() {
    let commit = "0123456789012345678901234567890123456789";
    let of = |url: &str| {
        let source =
            Source::Git { url: url.to_owned(), commit: commit.to_owned(), container: "git".to_owned() };
        named(&unit("tool", "1.0", source), None).purl
    };
    assert_eq!(of("https://github.com/Example/Tool.git"), format!("pkg:github/example/tool@{commit}"));
    assert_eq!(
        of("https://git.example.com/tool"),
        format!("pkg:generic/tool@1.0?vcs_url=git%2Bhttps://git.example.com/tool%40{commit}")
    );
}

#[test]
fn the_kernel() {
    let suite = DebianSuite {
        archive: "debian-security".to_owned(),
        name: "trixie-security".to_owned(),
        keys: Default::default(),
    };
    let (package, version) = ("linux-source-6.12".to_owned(), "6.12.118-1".to_owned());
    let source = Source::DebianPackage { package, version, file: "usr/src/linux.tar.xz".to_owned(), suite };
    let mut linux = unit("linux", "6.12.118", source);
    linux.cpe = Some("cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*".to_owned());
    let named = named(&linux, None);
    assert_eq!(named.purl, "pkg:generic/linux@6.12.118");
    assert_eq!(named.cpe.as_deref(), Some("cpe:2.3:o:linux:linux_kernel:6.12.118:*:*:*:*:*:*:*"));
}

#[test]
fn a_binary_package_of_debian_names_its_source() {
    let mirrors = mirrors();
    let names = names(&mirrors);
    let file = locked("pool/main/s/systemd/systemd-boot-efi_257.9-1_amd64.deb").files.remove(0);
    let package = LockedPackage { name: "systemd-boot-efi".to_owned(), version: "257.9-1".to_owned(), file };
    let named = names.debian(&package, Some(&container("tools"))).1;
    assert_eq!(named.purl, "pkg:deb/debian/systemd-boot-efi@257.9-1?arch=amd64&distro=trixie");
    assert_eq!(named.ancestors[0].name, "systemd");
    // What its author alone knows is said in the container.
    assert_eq!(named.license.as_deref(), Some("LGPL-2.1-or-later"));
    assert_eq!(named.homepage.as_deref(), Some("https://systemd.io"));
}

#[test]
fn the_projects_own_code() {
    let source = Source::Path { path: "device/updater".to_owned(), exclude: Vec::new() };
    let named = named(&unit("updater", "0.1.0", source), None);
    assert_eq!(
        (named.purl.as_str(), named.homepage.as_deref()),
        ("pkg:generic/demo/updater@0.1.0", Some("https://example.com"))
    );
}

#[test]
fn a_projects_own_mirror_is_where_a_source_is_served() {
    let mirrors = mirrors();
    let names = names(&mirrors);
    let unit = unit("zlib", "1.3.1", debian("zlib", "1:1.3.1-1", DebianPatches::None));
    let (_, named) = names.source(&unit, &unit.sources[0], Some(&locked("pool/z.tar.gz"))).unwrap();
    assert_eq!(named.source.unwrap().url.as_deref(), Some("https://mirror.example/debian/pool/z.tar.gz"));
    // Without one it is not known: a bill is the same on every machine.
    let none = Mirrors::new();
    let (_, named) = super::Names { mirrors: &none, ..names }
        .source(&unit, &unit.sources[0], Some(&locked("pool/z.tar.gz")))
        .unwrap();
    assert_eq!(named.purl, format!("pkg:generic/zlib@1.3.1?checksum=sha256:{}", x()));
    assert_eq!(named.source.unwrap().url, None);
}
