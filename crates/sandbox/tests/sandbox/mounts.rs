//! Every kind of mount does what its description says.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use yoe_sandbox::{Mount, Spec, Stream};

use crate::rig::{SELF, Scratch, chain, run, says, script, spec, start_with, tree};

crate::tests![
    an_overlay_shows_its_layers_and_keeps_them,
    an_overlay_can_be_the_root,
    any_path_can_be_a_layer,
    hundreds_of_layers_fit,
    a_root_of_one_layer_can_be_read_only,
    read_only_layers_cannot_be_changed,
    the_hosts_paths_do_not_show,
    files_and_devices_can_be_bound,
    a_bound_directory_brings_no_devices,
    a_writable_bind_is_the_hosts_directory,
    no_bind_follows_a_link_of_the_host,
    a_bind_inside_a_tree_stays_there,
    directories_are_made,
    parents_are_mounted_first,
    the_devices_work,
    terminals_can_be_opened,
];

fn overlay(scratch: &Scratch, lower: &[&str], dest: &str) -> Mount {
    Mount::Overlay {
        lower: lower.iter().map(|name| scratch.path(name)).collect(),
        upper: scratch.directory("upper"),
        work: scratch.directory("work"),
        dest: dest.to_owned(),
    }
}

fn with(mut spec: Spec, mount: Mount) -> Spec {
    spec.mounts.push(mount);
    spec
}

fn an_overlay_shows_its_layers_and_keeps_them() {
    let scratch = Scratch::new();
    scratch.file("top/both", "top\n");
    scratch.file("bottom/both", "bottom\n");
    scratch.file("bottom/directory/below", "below\n");
    let before = (tree(&scratch.path("top")), tree(&scratch.path("bottom")));
    let text = says(&with(
        script(
            "cd /o; cat both directory/below; echo new >>directory/below; rm both; mkdir -p directory/new; ls",
        ),
        overlay(&scratch, &["top", "bottom"], "/o"),
    ));
    assert_eq!(text, "top\nbelow\ndirectory\n");
    assert_eq!((tree(&scratch.path("top")), tree(&scratch.path("bottom"))), before);
    assert_eq!(fs::read_to_string(scratch.path("upper/directory/below")).unwrap(), "below\nnew\n");
    assert!(scratch.path("upper/directory/new").is_dir());
    // What was deleted stays deleted for the next step.
    let text = says(&with(script("ls /o"), overlay(&scratch, &["top", "bottom"], "/o")));
    assert_eq!(text, "directory\n");
}

fn an_overlay_can_be_the_root() {
    let scratch = Scratch::new();
    scratch.file("base/etc/motd", "hello\n");
    let spec = with(script("cat /etc/motd; echo x >/etc/new; pwd"), overlay(&scratch, &["base"], "/"));
    assert_eq!(says(&spec), "hello\n/\n");
    assert_eq!(fs::read_to_string(scratch.path("upper/etc/new")).unwrap(), "x\n");
    assert!(!scratch.path("base/etc/new").exists());
}

fn any_path_can_be_a_layer() {
    let scratch = Scratch::new();
    let odd = "a:b,c\\d e=\"f'\n%g";
    scratch.file(&format!("{odd}/file"), "odd\n");
    let deep = ["long-enough-to-matter-when-paths-are-put-in-a-row"; 40].join("/");
    scratch.file(&format!("{deep}/deep"), "deep\n");
    let mount = Mount::Overlay {
        lower: vec![scratch.path(odd), scratch.path(&deep)],
        upper: scratch.directory(&format!("upper {odd}")),
        work: scratch.directory(&format!("work {odd}")),
        dest: "/o:,\\ o".into(),
    };
    let text = says(&with(script("cd '/o:,\\ o'; cat file deep; touch new"), mount));
    assert_eq!(text, "odd\ndeep\n");
    assert!(scratch.path(&format!("upper {odd}/new")).exists());
}

fn hundreds_of_layers_fit() {
    let scratch = Scratch::new();
    let lower: Vec<PathBuf> = (0..400)
        .map(|number| scratch.file(&format!("layer-with-a-name-{number}/{number}"), ""))
        .map(|file| file.parent().unwrap().to_owned())
        .collect();
    let mount = Mount::ReadOnlyOverlay { lower, dest: "/o".into() };
    assert_eq!(says(&with(script("ls /o | wc -l"), mount)), "400\n");
}

fn a_root_of_one_layer_can_be_read_only() {
    let scratch = Scratch::new();
    scratch.directory("base/usr");
    for name in ["proc", "dev", "tmp"] {
        scratch.directory(&format!("base/{name}"));
    }
    scratch.file("base/self", "");
    let mut spec = script("touch /new");
    for mount in &spec.mounts {
        drop(fs::create_dir(scratch.path(&format!("base{}", mount.dest()))));
    }
    // Its mode is the layer's.
    spec.mounts.retain(|mount| !matches!(mount, Mount::Dir { .. }));
    spec.mounts.push(Mount::ReadOnlyOverlay { lower: vec![scratch.path("base")], dest: "/".into() });
    let (text, _) = run(&spec);
    assert!(text.contains("Read-only file system"), "{text}");
    assert!(!scratch.path("base/new").exists());
}

fn read_only_layers_cannot_be_changed() {
    let scratch = Scratch::new();
    scratch.file("a/one", "1\n");
    scratch.file("b/two", "2\n");
    let lower = vec![scratch.path("a"), scratch.path("b")];
    let mount = Mount::ReadOnlyOverlay { lower, dest: "/o".into() };
    let (text, _) = run(&with(script("cat /o/one /o/two; touch /o/new; echo x >/o/one; rm /o/two"), mount));
    assert!(text.starts_with("1\n2\n"), "{text}");
    assert_eq!(text.matches("Read-only file system").count(), 3, "{text}");
}

fn the_hosts_paths_do_not_show() {
    let scratch = Scratch::new();
    scratch.directory("base");
    let text = says(&with(script("cat /proc/self/mountinfo"), overlay(&scratch, &["base"], "/o")));
    let host = scratch.path("");
    assert!(text.contains(" - overlay "), "{text}");
    assert!(!text.contains(host.to_str().unwrap().trim_end_matches('/')), "{text}");
}

fn files_and_devices_can_be_bound() {
    let scratch = Scratch::new();
    let source = scratch.file("file", "content\n");
    let mut spec =
        script("cat /a/file; echo x >/a/file; echo x >/dev/other && cat /dev/other; cat /dev/other");
    spec.mounts.push(Mount::bind(source.clone(), "/a/file", false));
    spec.mounts.push(Mount::bind("/dev/null", "/dev/other", true));
    let text = says(&spec);
    assert!(text.starts_with("content\n"), "{text}");
    assert_eq!(text.matches("Read-only file system").count(), 1, "{text}");
    assert_eq!(fs::read_to_string(source).unwrap(), "content\n");
}

fn a_bound_directory_brings_no_devices() {
    let mount = Mount::bind("/dev", "/host-dev", true);
    assert_eq!(
        says(&with(spec(&[SELF, "role:open-for-writing", "/host-dev/null"]), mount)),
        "Permission denied\n"
    );
}

fn a_writable_bind_is_the_hosts_directory() {
    let scratch = Scratch::new();
    let mount = Mount::bind(scratch.directory("out"), "/out", true);
    says(&with(script("echo made >/out/file"), mount));
    assert_eq!(fs::read_to_string(scratch.path("out/file")).unwrap(), "made\n");
}

/// What a step left in its tree may be a link to any file of the host.
fn no_bind_follows_a_link_of_the_host() {
    let scratch = Scratch::new();
    let secret = scratch.file("home/key", "PRIVATE KEY OF THE HOST");
    scratch.directory("tree/boot");
    symlink(&secret, scratch.path("tree/boot/vmlinuz")).unwrap();
    symlink(scratch.path("home"), scratch.path("tree/etc")).unwrap();
    let refused = |mount: Mount| {
        let shown = mount.to_string();
        let error = start_with(&with(script("cat /x"), mount), Stream::Null).unwrap_err();
        let text = chain(&error);
        assert!(text.contains("a symbolic link on the way"), "{shown}: {text}");
    };
    for source in ["tree/boot/vmlinuz", "tree/etc/key", "tree/etc"] {
        let source = scratch.path(source);
        refused(Mount::bind(source.clone(), "/x", false));
        refused(Mount::ReadOnlyOverlay { lower: vec![source.clone()], dest: "/x".into() });
        refused(Mount::ReadOnlyOverlay {
            lower: vec![scratch.path("home"), source.clone()],
            dest: "/x".into(),
        });
        refused(Mount::BindInside { tree: source, path: "key".into(), dest: "/x".into() });
    }
}

fn a_bind_inside_a_tree_stays_there() {
    let scratch = Scratch::new();
    let secret = scratch.file("home/key", "PRIVATE KEY OF THE HOST");
    scratch.file("tree/usr/lib/real", "inside\n");
    symlink("/usr/lib/real", scratch.path("tree/absolute")).unwrap();
    symlink("usr/lib", scratch.path("tree/lib")).unwrap();
    symlink(&secret, scratch.path("tree/out")).unwrap();
    symlink("../home/key", scratch.path("tree/climbing")).unwrap();
    let inside = |path: &str| Mount::BindInside {
        tree: scratch.path("tree"),
        path: path.to_owned(),
        dest: "/x".to_owned(),
    };
    for path in ["absolute", "/lib/real", "usr/lib/real"] {
        assert_eq!(
            says(&with(script("cat /x; ! echo y >/x"), inside(path))).lines().next(),
            Some("inside"),
            "{path}"
        );
    }
    assert_eq!(says(&with(script("cat /x/real"), inside("lib"))), "inside\n");
    for path in ["out", "climbing", "../home/key"] {
        let text = chain(&start_with(&with(script("cat /x"), inside(path)), Stream::Null).unwrap_err());
        assert!(text.contains("No such file or directory"), "{path}: {text}");
    }
    let text = chain(&start_with(&with(script("cat /x"), inside("out")), Stream::Null).unwrap_err());
    assert!(text.contains("out is a symbolic link to "), "{text}");
}

fn directories_are_made() {
    let mut spec = script("stat -c '%a %N' /d/e /d");
    spec.mounts.push(Mount::Dir { dest: "/d/e".into(), mode: 0o1777 });
    assert_eq!(says(&spec), "1777 '/d/e'\n755 '/d'\n");
}

fn parents_are_mounted_first() {
    let scratch = Scratch::new();
    scratch.file("base/hidden", "");
    let mut spec = script("ls /a /a/b");
    spec.mounts.extend([
        Mount::bind(scratch.file("file", ""), "/a/b/file", false),
        Mount::bind(scratch.directory("b"), "/a/b", true),
        Mount::bind(scratch.path("base"), "/a/b-2", false),
        Mount::bind(scratch.directory("a"), "/a", true),
    ]);
    assert_eq!(says(&spec), "/a:\nb\nb-2\n\n/a/b:\nfile\n");
}

fn the_devices_work() {
    let text = says(&script(
        "set -e; stat -c %a /dev; echo lost >/dev/null; head -c 3 /dev/zero | wc -c; head -c 9 /dev/urandom | wc -c; \
         (/usr/bin/echo x >/dev/full) 2>&1 | grep -o 'No space left on device'; echo y | cat /dev/fd/0; echo e >/dev/stderr; \
         echo s >/dev/shm/s; cat /dev/shm/s; readlink /dev/ptmx; cd /dev; echo *",
    ));
    let names = "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero";
    assert_eq!(text, format!("755\n3\n9\nNo space left on device\ny\ne\ns\npts/ptmx\n{names}\n"));
    assert!(Path::new("/dev/tty").exists());
}

fn terminals_can_be_opened() {
    assert_eq!(says(&spec(&[SELF, "role:open-terminal"])), "/dev/pts/0\n");
}
