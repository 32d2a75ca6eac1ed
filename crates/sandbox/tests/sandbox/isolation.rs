//! A step does not see the host, cannot change it, and holds no right that would let it.

use std::fs;
use std::net::TcpListener;

use rustix::io::FdFlags;
use yoe_sandbox::{Exit, Mount, Network};

use crate::rig::{SELF, Scratch, chain, run, says, script, spec, start_with, tree};

crate::tests![
    the_environment_is_what_was_given,
    ends_are_reported,
    the_root_holds_what_was_given,
    the_hosts_processes_are_not_there,
    the_hosts_network_is_not_there,
    the_hosts_network_is_there_on_request,
    the_loopback_device_works,
    the_host_name_is_the_sandboxs_own,
    the_step_is_root_and_its_files_are_the_callers,
    read_only_binds_cannot_be_changed,
    mounts_cannot_be_undone,
    there_is_no_further_user_namespace,
    calls_that_reach_out_are_refused,
    what_belongs_to_the_machine_is_read_only,
    the_first_process_is_opaque,
    rights_are_few,
    no_file_is_left_open,
    files_are_not_writable_for_others,
    the_sandboxs_own_program_cannot_be_run_again,
];

fn the_environment_is_what_was_given() {
    let mut spec = spec(&["/usr/bin/env"]);
    spec.environment = [("B".into(), "2 = two\nlines".into()), ("A".into(), String::new())].into();
    assert_eq!(says(&spec), "A=\nB=2 = two\nlines\n");
    spec.environment.clear();
    assert_eq!(says(&spec), "");
}

fn ends_are_reported() {
    assert_eq!(run(&script("exit 0")).1, Exit::Code(0));
    assert_eq!(run(&script("exit 7")).1, Exit::Code(7));
    assert_eq!(run(&script("exit 255")).1, Exit::Code(255));
    assert_eq!(run(&script("kill -TERM $$")).1, Exit::Signal(15));
    assert_eq!(run(&script("kill -KILL $$")).1, Exit::Signal(9));
    // Signals are as they are for every new program: not blocked, not ignored.
    let text = says(&spec(&["/usr/bin/sed", "-nE", "s/^Sig(Blk|Ign):.//p", "/proc/self/status"]));
    let masks = text.lines().map(|mask| u64::from_str_radix(mask, 16).unwrap());
    // The C library keeps the first real-time signals for itself.
    assert_eq!(masks.map(|mask| mask & 0x7fff_ffff).collect::<Vec<_>>(), [0, 0]);
}

fn the_root_holds_what_was_given() {
    let scratch = Scratch::new();
    let secret = scratch.file("secret", "secret");
    let mut spec = script(&format!("ls -A /; cat {}", secret.display()));
    spec.mounts.retain(|mount| !["/sbin", "/lib64"].contains(&mount.dest()) || cfg!(target_arch = "x86_64"));
    let (text, exit) = run(&spec);
    assert_eq!(exit, Exit::Code(1));
    let mut expected: Vec<&str> = spec.mounts.iter().map(|mount| &mount.dest()[1..]).collect();
    expected.sort_unstable();
    let (listing, complaint) = text.split_at(text.find("cat: ").unwrap());
    assert_eq!(listing.lines().collect::<Vec<_>>(), expected);
    assert!(complaint.contains("No such file or directory"), "{complaint}");
}

fn the_hosts_processes_are_not_there() {
    let text = says(&script("for p in /proc/[0-9]*; do echo ${p#/proc/}; done"));
    // PID 1 and the shell.
    assert_eq!(text, "1\n2\n");
}

fn the_hosts_network_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    // Refused, not unreachable: the sandbox's own loopback device is on, and nobody listens there.
    assert_eq!(says(&spec(&[SELF, "role:connect", &port])), "Connection refused\n");
    let devices = says(&script("sed -n 's/^ *\\([a-z0-9]*\\):.*/\\1/p' /proc/net/dev"));
    assert_eq!(devices, "lo\n");
}

fn the_hosts_network_is_there_on_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut spec = spec(&[SELF, "role:connect", &port]);
    spec.network = Network::Host;
    assert_eq!(says(&spec), "connected\n");
}

fn the_loopback_device_works() {
    assert_eq!(says(&spec(&[SELF, "role:talk-to-oneself"])), "heard\n");
}

fn the_host_name_is_the_sandboxs_own() {
    assert_eq!(says(&script("uname -n")), "sandbox\n");
    assert_ne!(rustix::system::uname().nodename().to_str().unwrap(), "sandbox");
}

fn the_step_is_root_and_its_files_are_the_callers() {
    use std::os::unix::fs::MetadataExt;
    let scratch = Scratch::new();
    let mut spec = script("id -u; id -g; touch /out/file; chown 0:0 /out/file; chmod 640 /out/file");
    spec.mounts.push(Mount::bind(scratch.directory("out"), "/out", true));
    assert_eq!(says(&spec), "0\n0\n");
    let file = fs::metadata(scratch.path("out/file")).unwrap();
    let own = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    assert_eq!((file.uid(), file.gid()), own);
}

fn read_only_binds_cannot_be_changed() {
    let scratch = Scratch::new();
    scratch.file("in/file", "as it was");
    let before = tree(&scratch.path("in"));
    let mut spec = script(
        "echo x >/in/file; echo x >/in/new; rm /in/file; mkdir /in/d; chmod 777 /in; ln -s x /in/l; mv /in/file /in/g; \
         echo done",
    );
    spec.mounts.push(Mount::bind(scratch.path("in"), "/in", false));
    let (text, _) = run(&spec);
    assert_eq!(text.matches("Read-only file system").count(), 7, "{text}");
    assert_eq!(tree(&scratch.path("in")), before);
}

fn mounts_cannot_be_undone() {
    let text = says(&spec(&[SELF, "role:undo-mounts"]));
    let expected: String = ["remount", "new attributes", "unmount", "tmpfs", "bind", "pivot", "device"]
        .map(|what| format!("{what}: Operation not permitted\n"))
        .concat();
    assert_eq!(text, expected);
}

fn there_is_no_further_user_namespace() {
    let text = says(&spec(&[SELF, "role:undo-mounts-in-namespace"]));
    assert_eq!(text, "unshare: Operation not permitted\n");
    // The way of unshare(1), and that of clone(2).
    for program in ["unshare --user true", "unshare --map-root-user --net true"] {
        let (text, exit) = run(&script(program));
        assert!(!exit.success() && text.contains("Operation not permitted"), "{program}: {text}");
    }
}

fn calls_that_reach_out_are_refused() {
    // Numbers that are not the same everywhere: keyctl, bpf, perf_event_open.
    let numbers = if cfg!(target_arch = "x86_64") { [250, 321, 298] } else { [219, 280, 241] };
    let [keyctl, bpf, perf] = numbers;
    let perl = format!(
        r#"$| = 1;
        sub said {{ my ($what, $done) = @_; print "$what: ", ($done ? "done" : $!), "\n" }}
        said("vsock", socket(S, 40, 1, 0));
        said("kernel crypto", socket(S, 38, 5, 0));
        said("typing", ioctl(STDIN, 0x5412, my $key = "x"));
        said("pasting", ioctl(STDIN, 0x541C, my $paste = "x"));
        said("io_uring", syscall(425, 1, 0) >= 0);
        said("clone3", syscall(435, 0, 0) >= 0);
        said("keys", syscall({keyctl}, 0, -3, 0) >= 0);
        said("bpf", syscall({bpf}, 0, 0, 0) >= 0);
        said("perf", syscall({perf}, 0, 0, -1, -1, 0) >= 0);
        said("a socket", socket(S, 2, 1, 0));
        said("a child", defined(my $pid = fork()));
        exit 0 unless $pid; wait;"#
    );
    let text = says(&spec(&["/usr/bin/perl", "-e", &perl]));
    assert_eq!(
        text.trim_end(),
        "vsock: Address family not supported by protocol\n\
         kernel crypto: Address family not supported by protocol\n\
         typing: Operation not permitted\n\
         pasting: Operation not permitted\n\
         io_uring: Function not implemented\n\
         clone3: Function not implemented\n\
         keys: Function not implemented\n\
         bpf: Function not implemented\n\
         perf: Function not implemented\n\
         a socket: done\n\
         a child: done\n\
         a child: done"
    );
    // It is there for what starts later as well.
    assert_eq!(says(&script("sh -c 'grep ^Seccomp: /proc/self/status'")), "Seccomp:\t2\n");
}

fn what_belongs_to_the_machine_is_read_only() {
    // As the host's user 0 a step would otherwise be let in by its id alone.
    let refused =
        if rustix::process::geteuid().is_root() { "Read-only file system" } else { "Permission denied" };
    for file in ["/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger"] {
        let text = says(&spec(&[SELF, "role:open-for-writing", file]));
        // A kernel without the file is just as safe.
        assert!(text == format!("{refused}\n") || text == "No such file or directory\n", "{file}: {text}");
    }
}

fn the_first_process_is_opaque() {
    let text = says(&script(
        "for file in environ maps mem; do cat /proc/1/$file; done; readlink -v /proc/1/exe /proc/1/cwd /proc/1/root; \
         for number in 0 1 2 3 4 5 6 7 8 9; do readlink /proc/1/fd/$number; done; kill -KILL 1; echo alive",
    ));
    assert_eq!(text.matches("Permission denied").count(), 6, "{text}");
    // Nothing but complaints, and that a PID 1 cannot be killed from below.
    assert_eq!(text.lines().count(), 7, "{text}");
    assert!(text.ends_with("alive\n"), "{text}");
}

fn rights_are_few() {
    let text = says(&script("grep -E '^(Cap|NoNewPrivs)' /proc/self/status"));
    // chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service sys_chroot setfcap
    let kept = "00000000800405fb";
    let none = "0000000000000000";
    let expected = format!(
        "CapInh:\t{none}\nCapPrm:\t{kept}\nCapEff:\t{kept}\nCapBnd:\t{kept}\nCapAmb:\t{none}\nNoNewPrivs:\t1\n"
    );
    assert_eq!(text, expected);
}

fn no_file_is_left_open() {
    // One that every program started from here inherits.
    let inherited = fs::File::open("/").unwrap();
    rustix::io::fcntl_setfd(&inherited, FdFlags::empty()).unwrap();
    // The fourth is the one that lists.
    assert_eq!(says(&spec(&[SELF, "role:open-files"])), "0 1 2 3\n");
}

fn files_are_not_writable_for_others() {
    let own = rustix::process::umask(rustix::fs::Mode::empty());
    let text = says(&script("umask"));
    rustix::process::umask(own);
    assert_eq!(text, "0022\n");
}

fn the_sandboxs_own_program_cannot_be_run_again() {
    let scratch = Scratch::new();
    std::os::unix::fs::symlink("/proc/self/exe", scratch.path("sh")).unwrap();
    let mut spec = spec(&["/tools/sh"]);
    spec.mounts.push(Mount::bind(scratch.path(""), "/tools", false));
    let error = start_with(&spec, yoe_sandbox::Stream::Null).unwrap_err();
    assert_eq!(
        chain(&error),
        "cannot run \"/tools/sh\" in the sandbox: Too many levels of symbolic links (os error 40): the program, or the \
         interpreter it asks for, is a loop of links or leads through one of /proc's"
    );
}
