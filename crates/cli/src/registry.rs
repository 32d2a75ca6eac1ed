//! A registry beside a device: it serves OCI images over TLS from this host's loopback, with a certificate authority that
//! lives as long as it does.

mod scripts;

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use yoe_build::Tool;
use yoe_plan::UNIT_EPOCH;
use yoe_sandbox::{Child, Mount, Network, Stdio, Stream};
use yoe_vm::Credential;

use crate::error::{CommandError, Kind};
use crate::machine::not_run;

/// This host's loopback, as a device sees it behind QEMU's user network.
pub const HOST: &str = "10.0.2.2";
/// The registry's folder, inside its sandbox.
const FOLDER: &str = "/run/registry";
/// The images' folder, inside.
const IMAGES: &str = "/run/images";
/// How long making certificates, and pushing all images, may take.
const TOOLS_WITHIN: Duration = Duration::from_secs(120);
/// How long the registry may take until it listens.
const LISTENS_WITHIN: Duration = Duration::from_secs(60);
/// Between two looks whether it listens. There is no other sign of it.
const TICK: Duration = Duration::from_millis(50);

/// What a registry is made of.
pub struct Parts {
    /// The container with the registry and its client.
    pub container: PathBuf,
    /// What it serves.
    pub images: Vec<Served>,
    /// A folder of its own.
    pub folder: PathBuf,
    /// Seconds since 1970 from which its certificates are valid: no device's clock is older.
    pub epoch: u64,
}

/// An image that a registry serves.
pub struct Served {
    /// Its name.
    pub name: String,
    /// Its tag.
    pub tag: String,
    /// The folder that holds its layout and its archive.
    pub folder: PathBuf,
}

/// A registry that runs. It ends when it is dropped.
pub struct Registry {
    port: u16,
    ca: Vec<u8>,
    _child: Child,
}

impl Registry {
    /// Starts it and pushes the images. What its programs say goes to the file `log`.
    pub fn start(parts: &Parts, log: &Path) -> Result<Self, CommandError> {
        File::create(log).map_err(|error| failed("its log cannot be written", error))?;
        let this = Starting { parts, log };
        let inside = parts.folder.join("run");
        fs::create_dir_all(&inside).map_err(|error| failed("its folder cannot be made", error))?;
        this.run("certificates", &scripts::certificates(HOST, parts.epoch))?;
        let ca =
            fs::read(inside.join(scripts::CA)).map_err(|error| failed("it has no certificate", error))?;
        let port = free_port()?;
        fs::write(inside.join(scripts::CONFIG), scripts::config(FOLDER, port))
            .map_err(|error| failed("its settings cannot be written", error))?;
        let mut child = this.spawn("registry", &scripts::serve(FOLDER))?;
        this.await_listening(port, &mut child)?;
        this.run("images", &scripts::push(&parts.images, IMAGES, FOLDER, port))?;
        Ok(Self { port, ca, _child: child })
    }

    /// Tells a device where it is and whom it may trust.
    pub fn credentials(&self) -> Result<Vec<Credential>, CommandError> {
        let ca = format!("registry.ca.{HOST}_{}", self.port);
        [("registry.address".to_owned(), format!("{HOST}:{}", self.port).into_bytes()), (ca, self.ca.clone())]
            .into_iter()
            .map(|(name, value)| Credential::new(name, value))
            .collect::<Result<_, _>>()
            .map_err(|error| CommandError::new(Kind::Internal, error.to_string()))
    }
}

/// A port of the loopback that was free a moment ago.
fn free_port() -> Result<u16, CommandError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    Ok(address.map_err(|error| failed("this host's loopback has no free port", error))?.port())
}

struct Starting<'p> {
    parts: &'p Parts,
    log: &'p Path,
}

impl Starting<'_> {
    /// Runs a script to its end.
    fn run(&self, name: &str, script: &str) -> Result<(), CommandError> {
        let mut child = self.spawn(name, script)?;
        match child.wait_timeout(TOOLS_WITHIN) {
            Ok(Some(exit)) if exit.success() => Ok(()),
            Ok(Some(exit)) => Err(self.said(&format!("making its {name} ended with {exit}"))),
            Ok(None) => {
                Err(self.said(&format!("making its {name} took more than {} s", TOOLS_WITHIN.as_secs())))
            }
            Err(error) => Err(failed("its end is not known", error)),
        }
    }

    fn await_listening(&self, port: u16, child: &mut Child) -> Result<(), CommandError> {
        let (began, address) = (Instant::now(), SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        while TcpStream::connect_timeout(&address, TICK).is_err() {
            match child.wait_timeout(TICK) {
                Ok(None) if began.elapsed() < LISTENS_WITHIN => {}
                Ok(None) => return Err(self.said("it does not listen")),
                Ok(Some(exit)) => return Err(self.said(&format!("it ended with {exit}"))),
                Err(error) => return Err(failed("its end is not known", error)),
            }
        }
        Ok(())
    }

    fn spawn(&self, name: &str, script: &str) -> Result<Child, CommandError> {
        let bind = |source: PathBuf, dest: String, writable| Mount::Bind { source, dest, writable };
        let images = self.parts.images.iter();
        let mut mounts: Vec<Mount> = images
            .map(|image| bind(image.folder.clone(), format!("{IMAGES}/{}", image.name), false))
            .collect();
        mounts.push(bind(self.parts.folder.join("run"), FOLDER.into(), true));
        let tool = Tool {
            container: self.parts.container.clone(),
            mounts,
            // It listens on the loopback, where QEMU finds it.
            network: Network::Host,
            directory: FOLDER.into(),
            epoch: UNIT_EPOCH,
        };
        let command = ["/bin/sh", "-eu", "-c", script].map(str::to_owned).into();
        let sandbox = self.parts.folder.join(format!("sandbox for the {name}"));
        let spec =
            tool.spec(&sandbox, command).map_err(|error| failed("its sandbox cannot be made", error))?;
        let log = || File::options().append(true).open(self.log);
        let (stdout, stderr) = log()
            .and_then(|stdout| Ok((stdout, log()?)))
            .map_err(|error| failed("its log cannot be written", error))?;
        let stdio = Stdio {
            stdin: Stream::Null,
            stdout: Stream::Fd(stdout.into()),
            stderr: Stream::Fd(stderr.into()),
        };
        yoe_sandbox::spawn(&spec, stdio).map_err(|error| failed("its sandbox cannot be made", error))
    }

    /// A failure with the last lines of what its programs said.
    fn said(&self, why: &str) -> CommandError {
        const LINES: usize = 10;
        let log = fs::read(self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().collect();
        let tail: String =
            lines[lines.len().saturating_sub(LINES)..].iter().map(|line| format!("\n  | {line}")).collect();
        CommandError::config(format!("the registry could not be started: {why}{tail}"))
            .hint(format!("all that it said is in {}", self.log.display()))
    }
}

fn failed(why: &str, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CommandError {
    not_run(&format!("the registry could not be started: {why}"), error)
}
