//! Nothing of a step outlives it, and nothing of it outlives yoe.
//!
//! Whether processes are left is seen by a pipe whose writing end they all hold: its reading end is abandoned when the
//! last of them is gone.

use std::io::{BufRead, BufReader, Read, Write, pipe};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use yoe_sandbox::{Exit, Limits, Spec};

use crate::rig::{PATIENCE, is_abandoned, line, says, script, start, start_with};

crate::tests![
    a_daemon_ends_with_its_step,
    a_daemon_ends_when_the_step_is_killed,
    a_daemon_ends_when_the_step_is_dropped,
    everything_ends_with_yoe,
    everything_ends_with_the_supervisor,
    a_step_outlives_the_thread_that_started_it,
    waiting_can_be_limited,
    orphans_are_buried,
    no_signal_is_ignored,
    an_output_ends_with_the_step,
    a_fork_bomb_ends_its_step_and_nothing_else,
    memory_is_bounded_where_a_group_can_be_made,
];

/// Starts a daemon that has left its session and its parent, and tells when it is there.
const DAEMON: &str = "mkfifo /tmp/there; setsid sh -c 'trap \"\" HUP TERM INT; (echo >/tmp/there; exec sleep 600) &' & \
                      read x </tmp/there; echo ready;";

fn a_daemon_ends_with_its_step() {
    let (mut child, mut output) = start(&script(&format!("{DAEMON} exit 3")));
    assert_eq!(line(&mut output), "ready");
    assert_eq!(child.wait().unwrap(), Exit::Code(3));
    assert!(is_abandoned(&output, Duration::ZERO));
}

fn a_daemon_ends_when_the_step_is_killed() {
    let (mut child, mut output) = start(&script(&format!("{DAEMON} sleep 600")));
    assert_eq!(line(&mut output), "ready");
    assert!(!is_abandoned(&output, Duration::ZERO));
    child.kill();
    assert_eq!(child.wait().unwrap(), Exit::Signal(9));
    assert!(is_abandoned(&output, Duration::ZERO));
    // Once more does no harm.
    child.kill();
    assert_eq!(child.wait().unwrap(), Exit::Signal(9));
}

fn a_daemon_ends_when_the_step_is_dropped() {
    let (child, mut output) = start(&script(&format!("{DAEMON} sleep 600")));
    assert_eq!(line(&mut output), "ready");
    drop(child);
    assert!(is_abandoned(&output, Duration::ZERO));
}

fn everything_ends_with_yoe() {
    let (reader, writer) = pipe().unwrap();
    let mut yoe = Command::new("/proc/self/exe").args(["role:yoe", DAEMON]).stdout(writer).spawn().unwrap();
    let mut output = BufReader::new(reader);
    let mut text = String::new();
    output.read_line(&mut text).unwrap();
    assert_eq!(text, "ready\n");
    assert!(!is_abandoned(output.get_ref(), Duration::ZERO));
    yoe.kill().unwrap();
    yoe.wait().unwrap();
    assert!(is_abandoned(output.get_ref(), PATIENCE));
}

fn everything_ends_with_the_supervisor() {
    let (mut child, mut output) = start(&script(&format!("{DAEMON} sleep 600")));
    assert_eq!(line(&mut output), "ready");
    kill_process(Pid::from_raw(child.id() as i32).unwrap(), Signal::KILL).unwrap();
    assert!(is_abandoned(&output, PATIENCE));
    assert_eq!(child.wait().unwrap(), Exit::Signal(9));
}

fn a_step_outlives_the_thread_that_started_it() {
    let (input, mut question) = pipe().unwrap();
    let step = script("read question; echo answer to $question");
    let starting = thread::spawn(move || start_with(&step, input.into()).unwrap());
    let (mut child, mut output) = starting.join().unwrap();
    assert_eq!(child.wait_timeout(Duration::from_millis(50)).unwrap(), None);
    question.write_all(b"life\n").unwrap();
    assert_eq!(line(&mut output), "answer to life");
    assert_eq!(child.wait().unwrap(), Exit::Code(0));
}

fn waiting_can_be_limited() {
    let (input, question) = pipe().unwrap();
    let (mut child, _output) = start_with(&script("read x; exit 4"), input.into()).unwrap();
    assert_eq!(child.wait_timeout(Duration::ZERO).unwrap(), None);
    drop(question);
    assert_eq!(child.wait_timeout(PATIENCE).unwrap(), Some(Exit::Code(4)));
    assert_eq!(child.wait_timeout(Duration::ZERO).unwrap(), Some(Exit::Code(4)));
}

fn orphans_are_buried() {
    // Each inner shell leaves an orphan. The last ones may still lie there, most must not.
    let text = says(&script(
        "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sh -c 'true & true & true & true &'; done; \
         grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l",
    ));
    let left: u32 = text.trim().parse().unwrap();
    assert!(left < 40, "{left} of 80 orphans were not buried");
}

/// A program that is started in the background, or by nohup(1), ignores signals, and what it starts would too.
fn no_signal_is_ignored() {
    let test = std::env::current_exe().unwrap();
    let script = format!("trap '' HUP INT QUIT USR1; exec '{}' \"$@\"", test.display());
    let output = Command::new("/bin/sh")
        .args(["-c", &script, "sh", "role:yoe", "grep SigIgn /proc/self/status; exit; "])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let ignored = u64::from_str_radix(text.trim_start_matches("SigIgn:").trim(), 16).unwrap();
    // 32 and 33 are the C library's own: it ignores them in whatever it spawns.
    assert_eq!(ignored & 0x7fff_ffff, 0, "{text}");
}

fn an_output_ends_with_the_step() {
    let output = Command::new("/proc/self/exe")
        .args(["role:yoe", "echo said; exit 5; "])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "said\n");
    assert_eq!(output.status.code(), Some(5));
}

/// Root is exempt from `RLIMIT_NPROC`: there the kernel must have a `pid_max` for each PID namespace.
fn is_bounded_here() -> bool {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let mut numbers =
        release.split(|c: char| !c.is_ascii_digit()).map_while(|number| number.parse::<u32>().ok());
    let new = (numbers.next(), numbers.next()) >= (Some(6), Some(14));
    new || !rustix::process::geteuid().is_root()
}

fn a_fork_bomb_ends_its_step_and_nothing_else() {
    if !is_bounded_here() {
        println!(
            "    not shown: for root, only Linux 6.14 and later bound the processes of a sandbox without a control group"
        );
        return;
    }
    let limits = Limits { processes: 100, ..Limits::default() };
    let bomb = Spec { limits, ..script("b() { b | b & b; }; b; echo all of it runs") };
    let (mut child, mut output) = start(&bomb);
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    assert!(text.contains("Cannot fork") && !text.contains("all of it runs"), "{text}");
    assert_ne!(child.wait().unwrap(), Exit::Code(0));
    assert!(is_abandoned(&output, Duration::ZERO));
    // Next to it, and after it, there is room.
    assert_eq!(says(&Spec { limits, ..script("true | true; echo room") }), "room\n");
    // As many as allowed do run.
    let limits = Limits { processes: 400, ..limits };
    let many = "i=0; while [ $i -lt 150 ]; do sleep 600 & i=$((i + 1)); done; echo all";
    assert_eq!(says(&Spec { limits, ..script(many) }), "all\n");
}

/// Whether a sandbox is in a control group of its own, as the host sees it.
fn has_group(supervisor: u32) -> bool {
    let children = std::fs::read_to_string(format!("/proc/{supervisor}/task/{supervisor}/children"));
    let first = children.unwrap_or_default().trim().to_owned();
    let group = std::fs::read_to_string(format!("/proc/{first}/cgroup")).unwrap_or_default();
    group.contains(&format!("/yoe-sandbox-{supervisor}"))
}

fn memory_is_bounded_where_a_group_can_be_made() {
    let limits = Limits { memory: Some(64 << 20), ..Limits::default() };
    let (input, question) = pipe().unwrap();
    let hog = "read x; exec perl -e 'my $x = \"x\" x 300_000_000; print length($x), \"\\n\"'";
    let (mut child, mut output) = start_with(&Spec { limits, ..script(hog) }, input.into()).unwrap();
    let bounded = has_group(child.id());
    drop(question);
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    if bounded {
        assert_eq!((child.wait().unwrap(), text.as_str()), (Exit::Signal(9), ""));
        assert_eq!(says(&script("cat /proc/self/cgroup | grep ^0")), "0::/\n");
    } else {
        // Then the limit changes nothing.
        assert_eq!((child.wait().unwrap(), text.as_str()), (Exit::Code(0), "300000000\n"));
        println!(
            "    not shown: this user can make no control group (version 2) with a memory controller here"
        );
    }
    // What every sandbox has: the kernel ends its processes first.
    assert_eq!(says(&script("cat /proc/self/oom_score_adj")), "500\n");
}
