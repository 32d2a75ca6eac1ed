//! Ports of this host's loopback that are to lead to a device: found busy before a machine is started, with who holds them.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};

use crate::error::CommandError;

/// Makes sure that each of these ports can be listened at.
pub fn free(ports: impl IntoIterator<Item = u16>) -> Result<(), CommandError> {
    // Kept until all were tried, so that a port that is asked for twice shows.
    let mut held = Vec::new();
    for port in ports {
        if held.iter().any(|(other, _)| *other == port) {
            return Err(CommandError::user(format!("port {port} of this host is forwarded twice"))
                .hint("one port leads to one port of the device: --forward HOST:DEVICE"));
        }
        held.push((port, listen(port)?));
    }
    Ok(())
}

fn listen(port: u16) -> Result<TcpListener, CommandError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        let message = format!("port {port} of this host cannot be forwarded to the device");
        let wrong = CommandError::user(message);
        match error.kind() {
            ErrorKind::AddrInUse => {
                let holder = holder(port).ok().flatten();
                let who = match &holder {
                    Some((pid, name)) => format!("it is in use by {name:?}, process {pid}"),
                    None => "it is in use by a process that this user may not look at".to_owned(),
                };
                wrong.because(who).hint(format!(
                    "end that process, or forward another port, such as --forward {}:…; `ss -ltnp` lists who listens",
                    port.checked_add(1).unwrap_or(8080)
                ))
            }
            ErrorKind::PermissionDenied => {
                wrong.because(error).hint("ports below 1024 are root's; forward a higher one, such as --forward 8080:80")
            }
            _ => wrong.because(error),
        }
    })
}

/// The process that listens at a TCP port, and its name, as far as this user may see that (proc_pid_fd(5),
/// proc_net(5)).
fn holder(port: u16) -> io::Result<Option<(u32, String)>> {
    let mut sockets = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = fs::read_to_string(table).unwrap_or_default();
        sockets.extend(text.lines().filter_map(|line| listening(line, port)));
    }
    for process in fs::read_dir("/proc")?.flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // Processes of others cannot be looked into, and some end meanwhile.
        let open = fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten();
        let links = open.filter_map(|file| fs::read_link(file.path()).ok());
        if links.filter_map(|link| link.to_str().map(str::to_owned)).any(|link| sockets.contains(&link)) {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Ok(Some((pid, name.trim_end().to_owned())));
        }
    }
    Ok(None)
}

/// The socket of a line of `/proc/net/tcp`, as links of open files name it, when it listens at this port.
fn listening(line: &str, port: u16) -> Option<String> {
    const LISTEN: &str = "0A";
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (_, local) = fields.get(1)?.rsplit_once(':')?;
    let same = u16::from_str_radix(local, 16) == Ok(port) && *fields.get(3)? == LISTEN;
    same.then(|| fields.get(9).map(|inode| format!("socket:[{inode}]"))).flatten()
}

#[cfg(test)]
mod tests;
