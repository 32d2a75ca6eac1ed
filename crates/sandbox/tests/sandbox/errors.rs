//! What keeps a step from running is named: where, what, why.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use yoe_sandbox::{Mount, SandboxError, Spec, Stream, probe};

use crate::rig::{Scratch, chain, script, spec, start_with};

crate::tests![
    a_missing_layer_is_named,
    a_missing_source_is_named,
    a_place_that_cannot_be_made_is_named,
    a_layer_within_another_is_explained,
    a_wrong_upper_layer_is_explained,
    a_missing_program_is_named,
    what_is_no_program_is_named,
    a_missing_working_directory_is_named,
    a_wrong_description_is_refused,
    sandboxes_work_here,
    a_limit_on_namespaces_is_named,
    a_limit_on_namespaces_stops_a_step,
];

#[track_caller]
fn refused(spec: &Spec) -> String {
    chain(&start_with(spec, Stream::Null).unwrap_err())
}

fn with(mount: Mount) -> Spec {
    let mut spec = script("true");
    spec.mounts.push(mount);
    spec
}

fn a_missing_layer_is_named() {
    let lower = vec!["/usr".into(), "/does not exist".into()];
    let text = refused(&with(Mount::ReadOnlyOverlay { lower, dest: "/o".into() }));
    assert_eq!(
        text,
        "cannot put the sandbox's root together: overlay \"/o\" read-only lower=[\"/usr\", \"/does not exist\"]: cannot \
         open the lower layer \"/does not exist\": No such file or directory (os error 2)"
    );
}

fn a_missing_source_is_named() {
    let text = refused(&with(Mount::bind("/nope", "/x", true)));
    assert_eq!(
        text,
        "cannot put the sandbox's root together: bind \"/x\" writable from=\"/nope\": cannot open \"/nope\": No such \
         file or directory (os error 2)"
    );
}

fn a_place_that_cannot_be_made_is_named() {
    let text = refused(&with(Mount::bind("/usr", "/usr/not there", false)));
    assert_eq!(
        text,
        "cannot put the sandbox's root together: bind \"/usr/not there\" read-only from=\"/usr\": cannot make \
         \"/usr/not there\" to mount on: Read-only file system (os error 30): the place to mount on is missing, and what it \
         should lie in is read-only"
    );
}

fn a_layer_within_another_is_explained() {
    let scratch = Scratch::new();
    let lower = vec![scratch.directory("a"), scratch.directory("a/b")];
    let text = refused(&with(Mount::ReadOnlyOverlay { lower, dest: "/o".into() }));
    assert!(text.ends_with("a layer is named twice or lies within another one"), "{text}");
}

fn a_wrong_upper_layer_is_explained() {
    let scratch = Scratch::new();
    let lower = vec![scratch.directory("lower")];
    // Directories of two file systems.
    let mount = Mount::Overlay {
        lower,
        upper: scratch.directory("upper"),
        work: "/dev/shm".into(),
        dest: "/o".into(),
    };
    let text = refused(&with(mount));
    assert!(
        text.contains("cannot overlay 1 layers: Invalid argument (os error 22): the upper and"),
        "{text}"
    );
}

fn a_missing_program_is_named() {
    let expected = |name: &str| {
        format!(
            "cannot run {name:?} in the sandbox: No such file or directory (os error 2): the program, or the interpreter or \
             dynamic loader it asks for, is not in the sandbox"
        )
    };
    assert_eq!(refused(&spec(&["/bin/no-such-program"])), expected("/bin/no-such-program"));
    assert_eq!(refused(&spec(&["no-such-program"])), expected("no-such-program"));
}

fn what_is_no_program_is_named() {
    let scratch = Scratch::new();
    let file = scratch.file("text", "text");
    let mode = |mode| fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
    let mut spec = spec(&["/text"]);
    spec.mounts.push(Mount::bind(file.clone(), "/text", false));
    mode(0o755);
    let text = refused(&spec);
    assert!(text.starts_with("cannot run \"/text\" in the sandbox: Exec format error"), "{text}");
    mode(0o644);
    let text = refused(&spec);
    assert!(text.contains("Permission denied (os error 13): the program is not executable"), "{text}");
}

fn a_missing_working_directory_is_named() {
    let mut spec = script("true");
    spec.directory = "/build/src".into();
    let text = refused(&spec);
    assert_eq!(
        text,
        "cannot enter the sandbox's working directory \"/build/src\": No such file or directory (os error 2)"
    );
}

fn a_wrong_description_is_refused() {
    let mut spec = script("true");
    spec.command.clear();
    let text = refused(&spec);
    assert_eq!(
        text,
        "the sandbox is described wrongly: there is no command; expected a program and its arguments"
    );
}

fn sandboxes_work_here() {
    probe().unwrap();
}

/// Runs a role in a user namespace that allows no further one.
fn where_none_are_allowed(role: &str) -> String {
    let program = std::env::current_exe().unwrap();
    let text = "echo 0 >/proc/sys/user/max_user_namespaces && exec \"$0\" \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c", text]).arg(program).arg(role);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

const LIMITED: &str = "/proc/sys/user/max_user_namespaces is 0, which forbids them; as root: sysctl -w \
                       user.max_user_namespaces=10000\n";

fn a_limit_on_namespaces_is_named() {
    assert_eq!(where_none_are_allowed("role:probe"), LIMITED);
}

fn a_limit_on_namespaces_stops_a_step() {
    let expected = format!("this system does not let yoe make a sandbox: {LIMITED}");
    assert_eq!(where_none_are_allowed("role:spawn"), expected);
    // It is the kind of error that a caller can tell from the others.
    assert!(matches!(start_with(&spec(&[]), Stream::Null), Err(SandboxError::Spec(_))));
}
