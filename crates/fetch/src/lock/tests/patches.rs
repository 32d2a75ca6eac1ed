//! Debian's patches: what the lock says of them, and that nobody leaves them out without a word.

use yoe_model::DebianPatches;

use super::*;

const TWO: [(&str, &str); 4] = [
    ("debian/changelog", "text"),
    ("debian/patches/series", "# comment\nfix.patch\nCVE-2026-1234.patch -p0\n"),
    ("debian/patches/fix.patch", "CVE-2025-26519 and more\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"),
    ("debian/patches/CVE-2026-1234.patch", "--- x\n+++ x\n@@ -1 +1 @@\n-b\n+c\n"),
];

fn archive(files: &[(&str, &str)]) -> Archive {
    Archive::new(&[ed25519()]).changes(files)
}

fn musl(patches: DebianPatches) -> Sketch {
    Sketch::new(ed25519()).patched("musl", "1.2.5-3", patches)
}

fn named(names: &[&str]) -> DebianPatches {
    DebianPatches::Named(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn a_series_is_locked_with_the_file_that_holds_it() {
    let lock = locked(&archive(&TWO), &musl(DebianPatches::Series));
    let entry = &lock.sources["debian:musl@1.2.5-3 with its series"];
    let file = entry.patches.as_ref().unwrap();
    assert_eq!(file.path, "pool/musl/musl_1.2.5-3.debian.tar.xz");
    assert_eq!(entry.applied, ["fix.patch", "CVE-2026-1234.patch"]);
    assert_eq!(entry.files.len(), 2, "the tarballs are what they are without patches");
    let again = file::parse(&file::render(&lock)).unwrap();
    assert_eq!(again, lock);
}

#[test]
fn named_patches_come_in_the_order_of_the_series() {
    let lock = locked(&archive(&TWO), &musl(named(&["CVE-2026-1234.patch", "fix.patch"])));
    let entry = &lock.sources["debian:musl@1.2.5-3 with CVE-2026-1234.patch, fix.patch"];
    assert_eq!(entry.applied, ["fix.patch", "CVE-2026-1234.patch"]);
    let error = refusal(&archive(&TWO), &musl(named(&["fix.patch", "other.patch"])));
    assert!(
        error.ends_with(
            "musl_1.2.5-3.debian.tar.xz has no patch \"other.patch\" in its series; it has fix.patch, CVE-2026-1234.patch"
        ),
        "{error}"
    );
}

#[test]
fn a_revision_with_patches_is_refused_while_nothing_is_said_of_them() {
    let message = "units/musl.star:7:1: cannot lock source debian:musl@1.2.5-3 of unit \"musl\": source package musl 1.2.5-3 of \
                debian/trixie contains 2 patches, which its definition neither applies nor rejects:\n  \
                fix.patch (CVE-2025-26519)\n  CVE-2026-1234.patch\n\
                Say patches = \"series\" to apply all of them, patches = [\"fix.patch\"] to apply those that are named, or \
                patches = \"none\" to build upstream's code with the holes that they close";
    assert_eq!(refusal(&archive(&TWO), &musl(DebianPatches::Unsaid)), message);
}

#[test]
fn without_patches_there_is_nothing_to_say() {
    for files in [&TWO[..1], &[("debian/patches/series", "# none yet\n")]] {
        let lock = locked(&archive(files), &musl(DebianPatches::Unsaid));
        assert!(lock.sources["debian:musl@1.2.5-3"].patches.is_none());
    }
    let lock = locked(&archive(&TWO[..1]), &musl(DebianPatches::Series));
    assert!(lock.sources["debian:musl@1.2.5-3 with its series"].applied.is_empty());
}

#[test]
fn none_needs_no_file_of_debians() {
    let archive = archive(&TWO).without_changes();
    let (lock, asked) = try_lock(&archive, &musl(DebianPatches::None), None, LockMode::AddMissing, &[]);
    assert!(lock.unwrap().sources["debian:musl@1.2.5-3 without patches"].patches.is_none());
    assert!(!asked.iter().any(|path| path.contains(".debian.tar")), "{asked:?}");
}

#[test]
fn a_file_that_is_listed_and_not_served_says_what_to_do() {
    for patches in [DebianPatches::Unsaid, DebianPatches::Series] {
        let error = refusal(&archive(&TWO).without_changes(), &musl(patches));
        let message = "the archive lists musl_1.2.5-3.debian.tar.xz but does not serve it, so which patches source package musl \
                    1.2.5-3 carries cannot be known. Use a version whose file is served, or say patches = \"none\"";
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn other_bytes_under_the_name_are_refused() {
    let error = refusal(&archive(&TWO).other_changes(b"short"), &musl(DebianPatches::Series));
    assert!(error.contains("wrong size"), "{error}");
    let length = archive(&TWO).files["pool/musl/musl_1.2.5-3.debian.tar.xz"].len();
    let error = refusal(&archive(&TWO).other_changes(&vec![0; length]), &musl(DebianPatches::Series));
    assert!(error.contains("wrong content: expected SHA-256"), "{error}");
}

#[test]
fn changes_of_another_form_are_refused() {
    let archive = Archive::new(&[ed25519()]);
    for patches in [DebianPatches::Unsaid, DebianPatches::Series] {
        let error = refusal(&archive, &Sketch::new(ed25519()).patched("old", "1-2", patches));
        assert!(error.contains("are one file, old_1-2.diff.gz, of source format 1.0"), "{error}");
    }
    let old = Sketch::new(ed25519()).patched("old", "1-2", DebianPatches::None);
    assert_eq!(locked(&archive, &old).sources["debian:old@1-2 without patches"].files.len(), 1);
    let error = refusal(&archive, &Sketch::new(ed25519()).patched("native", "7", DebianPatches::Series));
    assert!(
        error.ends_with("has no changes of Debian's, so there are no patches to apply. Leave patches out"),
        "{error}"
    );
}

#[test]
fn a_series_that_is_not_understood_is_refused_when_it_is_locked() {
    let files = [("debian/patches/series", "fix.patch -R\n"), ("debian/patches/fix.patch", "")];
    let error = refusal(&archive(&files), &musl(DebianPatches::Series));
    assert!(
        error.ends_with(
            "musl_1.2.5-3.debian.tar.xz: debian/patches/series, line 1: patch \"fix.patch\" is to be applied in reverse (-R), \
             which is not done"
        ),
        "{error}"
    );
}

/// A lock of before names the tarballs of sources, and says nothing of patches.
#[test]
fn of_a_lock_of_before_the_tarballs_of_unpatched_sources_stay() {
    let archive = archive(&TWO);
    let mut old = locked(&archive, &musl(DebianPatches::None));
    let mut entry = old.sources.remove("debian:musl@1.2.5-3 without patches").unwrap();
    entry.files.truncate(1);
    old.sources.insert("debian:musl@1.2.5-3".to_owned(), entry);
    old.version = 1;
    let after = |patches| try_lock(&archive, &musl(patches), Some(&old), LockMode::AddMissing, &[]).0;
    let lock = after(DebianPatches::None).unwrap();
    assert_eq!((lock.version, lock.sources["debian:musl@1.2.5-3 without patches"].files.len()), (2, 1));
    assert_eq!(lock.containers, old.containers);
    let lock = after(DebianPatches::Series).unwrap();
    assert_eq!(lock.sources["debian:musl@1.2.5-3 with its series"].files.len(), 2, "looked up anew");
    assert!(after(DebianPatches::Unsaid).is_err(), "what it said nothing of is looked at now");
    let mismatch = musl(DebianPatches::Series).project("").lock(old.clone()).unwrap_err();
    assert_eq!(
        mismatch[0].to_string(),
        "the lock was written before Debian's patches were part of it, so 1 of the project's sources are without an entry \
         that says whether they are applied"
    );
}
