//! The host's OpenSSH client, as it reaches a device.

use std::ffi::OsString;
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use yoe_model::shell::quote;

use super::keys::{KNOWN_HOSTS, LOGIN};
use super::{Device, place};
use crate::error::CommandError;
use crate::ui;

/// How long a device may take until its SSH server answers: an emulated start on a busy host, five times.
const ANSWERS_WITHIN: Duration = Duration::from_secs(300);
/// How long an SSH server may take to say its name.
const SAYS_WITHIN: Duration = Duration::from_secs(5);

/// Where ssh leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A device that `yoe run --ssh` started.
    Here(Device),
    /// What ssh(1) takes: a host, USER@HOST, or a name of the user's own settings.
    Elsewhere(String),
}

impl Destination {
    /// What messages call it.
    pub fn name(&self) -> &str {
        match self {
            Self::Here(device) => &device.name,
            Self::Elsewhere(host) => host,
        }
    }

    /// ssh(1) up to the command. A device that runs here is known by its own key, and no setting of the user's counts.
    pub fn command(&self) -> Result<Command, CommandError> {
        let mut command = Command::new("ssh");
        command.args(self.arguments());
        if let Some(directory) = self.directory()? {
            // Its files are named without their directory, in whose name ssh would expand characters.
            command.current_dir(directory);
        }
        Ok(command)
    }

    fn arguments(&self) -> Vec<String> {
        let device = match self {
            // A device that somebody else runs has whatever the user set for it.
            Self::Elsewhere(host) => return vec!["--".to_owned(), host.clone()],
            Self::Here(device) => device,
        };
        let mut arguments = vec!["-F".to_owned(), "none".to_owned(), "-i".to_owned(), LOGIN.to_owned()];
        for option in [
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "PasswordAuthentication=no",
            "StrictHostKeyChecking=yes",
            "GlobalKnownHostsFile=none",
            "UpdateHostKeys=no",
            "LogLevel=ERROR",
            &format!("UserKnownHostsFile={KNOWN_HOSTS}"),
            &format!("HostKeyAlias={}", device.name),
        ] {
            arguments.extend(["-o".to_owned(), option.to_owned()]);
        }
        arguments.extend([
            "-p".to_owned(),
            device.port.to_string(),
            "--".to_owned(),
            "root@127.0.0.1".to_owned(),
        ]);
        arguments
    }

    fn directory(&self) -> Result<Option<PathBuf>, CommandError> {
        match self {
            Self::Here(device) => Ok(Some(place::directory_of(device)?)),
            Self::Elsewhere(_) => Ok(None),
        }
    }

    /// Waits until the SSH server of a device that runs here answers.
    ///
    /// # Errors
    /// When the device ends, or has no answer for so long that it has none.
    pub fn wait(&self) -> Result<(), CommandError> {
        let Self::Here(device) = self else { return Ok(()) };
        let mut began = Instant::now();
        let mut printed = false;
        while !answers(device.port) {
            let Some(now) = place::now(device)? else {
                return Err(CommandError::user(format!("{} has ended", device.name)));
            };
            if !now.started {
                // Its image is built; that takes as long as it takes.
                began = Instant::now();
            }
            if began.elapsed() > ANSWERS_WITHIN {
                let name = &device.name;
                let minutes = ANSWERS_WITHIN.as_secs() / 60;
                return Err(CommandError::config(format!(
                    "{name} has not answered by SSH for {minutes} minutes"
                ))
                .hint("its console says why: the service `sshd` and the network"));
            }
            if !std::mem::replace(&mut printed, true) {
                ui::note(&format!("waiting for the SSH server of {}", device.name));
            }
            thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }
}

/// Whether an SSH server says its name at this port (RFC 4253, 4.2). QEMU takes connections also while nothing listens behind it.
fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let printed = TcpStream::connect_timeout(&address, SAYS_WITHIN).and_then(|mut stream| {
        stream.set_read_timeout(Some(SAYS_WITHIN))?;
        let mut first = [0; 4];
        stream.read_exact(&mut first)?;
        Ok(first)
    });
    printed.is_ok_and(|first| &first == b"SSH-")
}

/// Words for the shell at the other end. One word is a script of its own; of several each arrives as it is.
pub fn script(command: &[String]) -> String {
    match command {
        [script] => script.clone(),
        words => words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" "),
    }
}

/// The command of a user for the other end; none opens a shell.
pub fn words(command: &[String]) -> Option<OsString> {
    (!command.is_empty()).then(|| script(command).into())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;
    use std::process::Command;

    use super::super::tests::device;
    use super::*;

    #[test]
    fn words_arrive_as_they_were_given() {
        let words = ["printf", "[%s]", "two words", "it's", "$HOME", "", "a;b", "-x"].map(str::to_owned);
        let output = Command::new("sh").arg("-c").arg(script(&words)).output().expect("sh is there");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "[two words][it's][$HOME][][a;b][-x]");
    }

    #[test]
    fn one_word_is_a_script() {
        let output = Command::new("sh").arg("-c").arg(script(&["echo a; exit 7".to_owned()])).output();
        let output = output.expect("sh is there");
        assert_eq!((output.status.code(), &output.stdout[..]), (Some(7), &b"a\n"[..]));
        assert_eq!(super::words(&[]), None);
    }

    #[test]
    fn a_device_here_is_known_by_its_own_key() {
        let device = device("box-2", "box");
        insta::assert_snapshot!(
            Destination::Here(device).arguments().join(" "),
            @"-F none -i key -o IdentitiesOnly=yes -o IdentityAgent=none -o PasswordAuthentication=no -o StrictHostKeyChecking=yes -o GlobalKnownHostsFile=none -o UpdateHostKeys=no -o LogLevel=ERROR -o UserKnownHostsFile=known_hosts -o HostKeyAlias=box-2 -p 7 -- root@127.0.0.1"
        );
        assert_eq!(Destination::Elsewhere("-oProxyCommand=x".into()).arguments(), ["--", "-oProxyCommand=x"]);
    }

    #[test]
    fn only_an_ssh_server_answers() {
        for (printed, right) in [("SSH-2.0-x\r\n", true), ("HTTP/1.1 200\r\n", false), ("", false)] {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let server =
                thread::spawn(move || listener.accept().unwrap().0.write_all(printed.as_bytes()).unwrap());
            assert_eq!(answers(port), right, "{printed:?}");
            server.join().unwrap();
            assert!(!answers(port), "nobody listens any more");
        }
    }
}
