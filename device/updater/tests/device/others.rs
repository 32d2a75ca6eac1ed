//! Web servers that others wrote, where they are installed: Python's, busybox's, lighttpd, nginx.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::servers::Setting;
use crate::shop::bundle;

/// A server that runs until it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts this command on a free port and waits until it answers; nothing when it is not installed.
fn start(command: impl FnOnce(u16) -> Command) -> Option<(Running, String)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = command(port);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(child) = child else {
        eprintln!("skipped: {:?} is not installed", command.get_program());
        return None;
    };
    let mut running = Running(child);
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if let Some(status) = running.0.try_wait().unwrap() {
            eprintln!("skipped: {:?} cannot be used here: {status}", command.get_program());
            return None;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{command:?} does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    Some((running, format!("http://127.0.0.1:{port}")))
}

/// Installs from a directory and from a bundle: in parts, or the whole once.
fn installs(parts: bool, command: impl Fn(&Path, &Path, u16) -> Command) {
    let setting = Setting::get();
    for place in ["", "/box.bundle"] {
        let device = setting.device.twin();
        let directory = device.path("served");
        fs::create_dir(&directory).unwrap();
        let copied =
            Command::new("cp").arg("-a").arg(setting.device.path("server/.")).arg(&directory).status();
        assert!(copied.unwrap().success());
        bundle(&setting.device.path("server"), &directory.join("box.bundle"));
        let scratch = device.path("scratch");
        fs::create_dir(&scratch).unwrap();
        let Some((_running, url)) = start(|port| command(&directory, &scratch, port)) else { return };
        let output = device.json(&["install", &format!("{url}{place}")], 0);
        setting.is_installed(&device);
        let fetched = output["fetched"].as_u64().unwrap();
        eprintln!("{url}{place}: {fetched} of {}, {} needed", setting.whole(), setting.needed());
        // Metadata, the head of a bundle, and gaps that cost less than a request.
        let most = if parts { setting.needed() } else { setting.whole() } + (128 << 10);
        assert!(fetched <= most, "{fetched} bytes came, {most} are enough");
        assert!(parts || fetched >= setting.whole(), "it knows parts");
    }
}

#[test]
fn python_without_parts() {
    installs(false, |directory, _, port| {
        let mut command = Command::new("python3");
        command.args(["-m", "http.server", "--bind", "127.0.0.1", &port.to_string()]).current_dir(directory);
        command
    });
}

#[test]
fn busybox() {
    installs(true, |directory, _, port| {
        let mut command = Command::new("busybox");
        command.args(["httpd", "-f", "-p", &format!("127.0.0.1:{port}"), "-h"]).arg(directory);
        command
    });
}

#[test]
fn lighttpd() {
    installs(true, |directory, scratch, port| {
        let config = scratch.join("lighttpd.conf");
        let text = format!(
            "server.document-root = {directory:?}\nserver.bind = \"127.0.0.1\"\nserver.port = {port}\n"
        );
        fs::write(&config, text).unwrap();
        let mut command = Command::new("lighttpd");
        command.arg("-D").arg("-f").arg(config);
        command
    });
}

#[test]
fn nginx() {
    installs(true, |directory, scratch, port| {
        let config = scratch.join("nginx.conf");
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {}/{kind};\n", scratch.display()))
            .concat();
        let text = format!(
            "daemon off;\nmaster_process off;\npid {scratch}/pid;\nevents {{}}\nhttp {{\n{temporary}access_log off;\n\
             server {{ listen 127.0.0.1:{port}; root {directory}; gzip on; gzip_types *; }}\n}}\n",
            scratch = scratch.display(),
            directory = directory.display()
        );
        fs::write(&config, text).unwrap();
        let mut command = Command::new("nginx");
        command.arg("-e").arg("/dev/null").arg("-c").arg(config);
        command
    });
}
