use std::fs;
use std::os::unix::fs::symlink;

use super::*;

/// A tree, and a file of the host next to it that nobody must reach.
struct Rig {
    directory: tempfile::TempDir,
}

impl Rig {
    fn new() -> Self {
        let this = Self { directory: tempfile::tempdir().unwrap() };
        this.write("host", "secret");
        this.write("tree/usr/lib/real", "text");
        this
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn link(&self, name: &str, target: &str) {
        symlink(target, self.path("tree").join(name)).unwrap();
    }

    fn host(&self) -> String {
        self.path("host").to_str().unwrap().to_owned()
    }

    fn root(&self) -> Tree {
        Tree::root(&self.path("tree")).unwrap()
    }

    fn directory(&self) -> Tree {
        Tree::directory(&self.path("tree")).unwrap()
    }
}

fn read(tree: &Tree, path: &str) -> Result<Vec<u8>, TreeError> {
    tree.read(Path::new(path), 100)
}

#[test]
fn links_are_followed_inside() {
    let rig = Rig::new();
    rig.link("relative", "usr/lib/real");
    rig.link("absolute", "/usr/lib/real");
    for tree in [rig.root(), rig.directory()] {
        assert_eq!(read(&tree, "relative").unwrap(), b"text");
    }
    assert_eq!(read(&rig.root(), "absolute").unwrap(), b"text");
    assert_eq!(read(&rig.root(), "/absolute").unwrap(), b"text");
    let refused = read(&rig.directory(), "absolute").unwrap_err();
    assert!(matches!(refused, TreeError::Link { .. }), "{refused}");
}

#[test]
fn no_link_leads_to_a_file_of_the_host() {
    let rig = Rig::new();
    rig.link("absolute", &rig.host());
    rig.link("climbing", "../host");
    rig.link("out", rig.directory.path().to_str().unwrap());
    rig.link("chain", "absolute");
    rig.link("magic", "/proc/self/root/etc/passwd");
    for tree in [rig.root(), rig.directory()] {
        for path in ["absolute", "climbing", "out/host", "chain", "magic", "../host", "usr/../../host"] {
            assert!(read(&tree, path).is_err(), "{path} was read");
            assert!(tree.find(Path::new(path)).is_err(), "{path} was found");
        }
    }
}

#[test]
fn the_link_that_leads_out_is_named() {
    let rig = Rig::new();
    fs::create_dir(rig.path("tree/boot")).unwrap();
    rig.link("boot/vmlinuz", "/home/u/key.pem");
    rig.link("etc", "/home/u");
    let output = |path: &str| read(&rig.root(), path).unwrap_err().to_string();
    assert_eq!(
        output("boot/vmlinuz"),
        "boot/vmlinuz cannot be opened: boot/vmlinuz is a symbolic link to /home/u/key.pem, which leads to nothing inside \
         the same tree"
    );
    assert_eq!(
        output("/etc/key.pem"),
        "/etc/key.pem cannot be opened: etc is a symbolic link to /home/u, which leads to nothing inside the same tree"
    );
    assert!(output("boot/none").starts_with("boot/none is not there (in "), "{}", output("boot/none"));
}

#[test]
fn only_regular_files_are_opened_and_only_so_much_is_read() {
    let rig = Rig::new();
    rustix::fs::mknodat(CWD, rig.path("tree/pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    for path in ["pipe", "usr"] {
        assert!(matches!(read(&rig.root(), path), Err(TreeError::Kind { .. })), "{path}");
    }
    assert!(rig.root().read(Path::new("usr/lib/real"), 4).is_ok());
    let refused = rig.root().read(Path::new("usr/lib/real"), 3).unwrap_err();
    assert_eq!(refused.to_string(), "usr/lib/real has more than 3 bytes");
}

#[test]
fn a_directory_below_is_reached_by_no_link() {
    let rig = Rig::new();
    rig.link("lib", "usr/lib");
    let tree = rig.directory();
    let lib = tree.below(Path::new("usr/lib")).unwrap().unwrap();
    assert_eq!(read(&lib, "real").unwrap(), b"text");
    assert!(tree.below(Path::new("none")).unwrap().is_none());
    for path in ["lib", "usr/lib/real"] {
        assert!(tree.below(Path::new(path)).is_err(), "{path}");
    }
}

#[test]
fn a_path_that_is_opened_by_name_has_no_link() {
    let rig = Rig::new();
    rig.link("inside", "usr/lib/real");
    rig.link("lib", "usr/lib");
    let tree = rig.directory();
    assert_eq!(tree.plain(Path::new("usr/lib/real")).unwrap(), rig.path("tree/usr/lib/real"));
    for path in ["inside", "lib/real", "usr/lib", "none", "../host"] {
        assert!(tree.plain(Path::new(path)).is_err(), "{path}");
    }
}

#[test]
fn parts_are_moved_with_their_parents() {
    let rig = Rig::new();
    fs::create_dir(rig.path("to")).unwrap();
    let to = Tree::directory(&rig.path("to")).unwrap();
    rig.directory().give(Path::new("usr/lib/real"), &to).unwrap();
    assert_eq!(fs::read_to_string(rig.path("to/usr/lib/real")).unwrap(), "text");
    assert!(!rig.path("tree/usr/lib/real").exists());
    let gone = rig.directory().give(Path::new("usr/lib/real"), &to).unwrap_err();
    assert!(matches!(gone, TreeError::Missing { .. }), "{gone}");
    rig.write("tree/usr/lib/real", "again");
    assert!(rig.directory().give(Path::new("usr/lib/real"), &to).is_err(), "it took the place of another");
    assert_eq!(fs::read_to_string(rig.path("to/usr/lib/real")).unwrap(), "text");
}

#[test]
fn nothing_is_moved_through_a_link() {
    let rig = Rig::new();
    rig.write("home/id_rsa", "secret");
    rig.link("docs", rig.path("home").to_str().unwrap());
    rig.link("inside", "usr/lib");
    fs::create_dir(rig.path("to")).unwrap();
    let to = Tree::directory(&rig.path("to")).unwrap();
    for path in ["docs/id_rsa", "inside/real", "../home/id_rsa", "/home/id_rsa", "docs/../home/id_rsa", ""] {
        assert!(rig.directory().give(Path::new(path), &to).is_err(), "{path}");
    }
    // Nor into one.
    symlink(rig.path("home"), rig.path("to/usr")).unwrap();
    assert!(rig.directory().give(Path::new("usr/lib/real"), &to).is_err());
    assert_eq!(fs::read_to_string(rig.path("home/id_rsa")).unwrap(), "secret");
    assert_eq!(fs::read_dir(rig.path("home")).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(rig.path("tree/usr/lib/real")).unwrap(), "text");
}

#[test]
fn a_file_of_ones_own_directory_is_no_link() {
    let rig = Rig::new();
    symlink(rig.host(), rig.path("link")).unwrap();
    assert!(regular(&rig.path("host")).is_ok());
    for path in ["link", "tree", "none"] {
        assert!(regular(&rig.path(path)).is_err(), "{path}");
    }
    assert_eq!(without_links(&rig.path("link")).err(), Some(Errno::LOOP));
    assert!(without_links(&rig.path("host")).is_ok());
}
