//! Logging in to devices that run, as a user would: which one is meant, by which key, and what comes back. OpenSSH and the device
//! are played by a script and a listener.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs::{self, File};
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use support::Sandbox;

/// A project, with a directory for programs that are found first.
struct Bench {
    sandbox: Sandbox,
}

/// A device that another yoe runs.
struct Running {
    lock: File,
}

impl Bench {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.unit("hello", &["true"], "");
        sandbox.write(
            "images/gateway.star",
            "image(name = \"gateway\", artifacts = [\"hello\"], layout = disk(), container = \"env\")\n",
        );
        sandbox.lock();
        Self { sandbox }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.sandbox.directory().join(path)
    }

    /// A program that says where it runs and with what, and ends with 7.
    fn with_ssh(self) -> Self {
        let text = "#!/bin/sh\necho \"${PWD##*/}: $*\"\nexit 7\n";
        fs::create_dir_all(self.at("bin")).unwrap();
        fs::write(self.at("bin/ssh"), text).unwrap();
        fs::set_permissions(self.at("bin/ssh"), fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn run(&self, name: &str, image: &str, port: u16) -> Running {
        let directory = self.at("run/yoe/devices").join(name);
        fs::create_dir_all(&directory).unwrap();
        let lock = File::create(directory.join("lock")).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        let text = format!(
            "{{\"name\": {name:?}, \"image\": {image:?}, \"port\": {port}, \"project\": \"/home/me/gateway\", \"started\": true}}"
        );
        fs::write(directory.join("device.json"), text).unwrap();
        Running { lock }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        fs::create_dir_all(self.at("run")).unwrap();
        let mut command = self.sandbox.command(arguments);
        command.env("XDG_RUNTIME_DIR", self.at("run")).env("PATH", self.at("bin"));
        command
    }

    fn yoe(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn message(&self, arguments: &[&str]) -> String {
        let output = self.yoe(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

/// A port at which an SSH server says its name.
fn server() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // Who only looked may be gone.
            let _ = stream.unwrap().write_all(b"SSH-2.0-test\r\n");
        }
    });
    port
}

#[test]
fn the_commands_own_status_is_ours() {
    let bench = Bench::new().with_ssh();
    let port = server();
    let _running = bench.run("gateway", "gateway", port);
    let output = bench.yoe(&["ssh", "--", "echo", "it's", "$HOME"]);
    assert_eq!(output.status.code(), Some(7));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.starts_with("gateway: -F none -i key "), "{printed}");
    assert!(
        printed.contains("StrictHostKeyChecking=yes") && printed.contains("UserKnownHostsFile=known_hosts"),
        "{printed}"
    );
    assert!(
        printed.ends_with(&format!("-p {port} -- root@127.0.0.1 'echo' 'it'\\''s' '$HOME'\n")),
        "{printed}"
    );
    let shell = bench.yoe(&["ssh", "gateway"]);
    assert!(
        String::from_utf8(shell.stdout).unwrap().ends_with("-- root@127.0.0.1\n"),
        "no command is a shell"
    );
}

#[test]
fn two_devices_are_told_apart() {
    let bench = Bench::new().with_ssh();
    let ports = [server(), server()];
    let _running = [bench.run("gateway", "gateway", ports[0]), bench.run("gateway-2", "gateway", ports[1])];
    let message = "error: several devices run: gateway, gateway-2\nhint: name one of them\n";
    assert_eq!(bench.message(&["ssh"]), message);
    assert_eq!(bench.message(&["ssh", "gateway"]), message);
    let printed = String::from_utf8(bench.yoe(&["ssh", "gateway-2", "--", "true"]).stdout).unwrap();
    assert!(
        printed.starts_with("gateway-2: ") && printed.contains(&format!("-p {} ", ports[1])),
        "{printed}"
    );
    let listed = String::from_utf8(bench.yoe(&["ssh", "--list"]).stdout).unwrap();
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let json: serde_json::Value =
        serde_json::from_slice(&bench.yoe(&["ssh", "--list", "--json"]).stdout).unwrap();
    assert_eq!(json[1]["port"], ports[1]);
}

#[test]
fn what_does_not_run_is_not_logged_in_to() {
    let bench = Bench::new().with_ssh();
    let start = "hint: `yoe run IMAGE --ssh` starts one, in another terminal\n";
    assert_eq!(bench.message(&["ssh"]), format!("error: no device runs that can be logged in to\n{start}"));
    // Killed: its directory is there, and nobody holds the lock.
    drop(bench.run("gateway", "gateway", 1).lock);
    assert_eq!(bench.message(&["ssh"]), format!("error: no device runs that can be logged in to\n{start}"));
    let _running = bench.run("gateway", "gateway", server());
    assert_eq!(
        bench.message(&["ssh", "gatway"]),
        format!(
            "error: no device \"gatway\" runs that can be logged in to\nhint: did you mean \"gateway\"?\n{start}"
        )
    );
}

#[test]
fn a_device_that_ends_is_waited_for_no_longer() {
    let bench = Bench::new().with_ssh();
    // Somebody listens, as QEMU does, and nobody answers.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let running = bench.run("gateway", "gateway", silent.local_addr().unwrap().port());
    let waits = bench.command(&["ssh"]).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let accepted = std::thread::spawn(move || {
        // Ends the connection, as QEMU does when nobody is at home.
        silent.set_nonblocking(true).unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            drop(silent.accept());
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    std::thread::sleep(Duration::from_secs(1));
    drop(running.lock);
    let output = waits.wait_with_output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message, "waiting for the SSH server of gateway\nerror: gateway has ended\n");
    drop(accepted);
}

#[test]
fn a_machine_without_openssh_says_so() {
    let bench = Bench::new();
    let _running = bench.run("gateway", "gateway", server());
    let message = bench.message(&["ssh"]);
    assert!(message.starts_with("config error: ssh cannot be started\n"), "{message}");
    assert!(
        message.ends_with("hint: install OpenSSH's client; Debian's package is openssh-client\n"),
        "{message}"
    );
}

#[test]
fn an_image_without_an_ssh_server_is_refused_before_anything_is_built() {
    let bench = Bench::new();
    assert_eq!(
        bench.message(&["run", "gateway", "--ssh"]),
        "error: nobody can log in to gateway by SSH: it has no service \"sshd\"\nhint: add \"dropbear\", and \"dhcpcd\" for an address, to its artifacts\n"
    );
}

#[test]
fn a_device_that_refuses_a_package_says_why() {
    let bench = Bench::new();
    fs::create_dir_all(bench.at("bin")).unwrap();
    let text = "#!/bin/sh\necho 'its root is verified'\nexit 90\n";
    fs::write(bench.at("bin/ssh"), text).unwrap();
    fs::set_permissions(bench.at("bin/ssh"), fs::Permissions::from_mode(0o755)).unwrap();
    let message = bench.message(&["deploy", "hello", "--to", "root@192.0.2.7"]);
    assert!(
        message.starts_with(
            "error: root@192.0.2.7 takes no package of yours\n  caused by: its root is verified\n"
        ) || message.contains("its root is verified"),
        "{message}"
    );
    assert!(bench.sandbox.logs().is_empty(), "nothing was built");
    assert_eq!(
        bench.message(&["deploy", "gateway"]).lines().next(),
        Some("error: no device runs that can be logged in to")
    );
    let message = bench.message(&["deploy", "helo", "--to", "root@192.0.2.7"]);
    assert!(message.contains("did you mean"), "{message}");
}
