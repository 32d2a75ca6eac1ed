//! An image with everything that booting it takes, and how QEMU is started with it: in a sandbox of its own.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use rustix::pipe::{PipeFlags, pipe_with};
use yoe_keys::SecureBoot;
use yoe_model::{DataSize, Digest, Image, Machine, Qemu, Size};
use yoe_plan::UNIT_EPOCH;
use yoe_sandbox::{Child, Exit, Mount, Network, Spec, Stdio, Stream, Tool};
use yoe_store::Scratch;
use yoe_vm::{Accel, Disk, DiskMode, Handle, Probe, RunDirectory, Start, StartError, Started, probe_kvm};

use crate::error::TestbedError;
use crate::servers::Servers;

/// Where Linux offers KVM.
pub const KVM: &str = "/dev/kvm";
/// The directory of a run, as QEMU sees it. Short, because it holds a socket.
const RUN: &str = "/run/yoe";
/// The disk, as QEMU sees it.
const DISK: &str = "/run/disk.img";
/// The disk that nobody signed, as QEMU sees it.
const PLAIN: &str = "/run/plain.img";

/// The layer over the disk, in the directory of the run.
const LAYER: &str = "disk.qcow2";
/// Room for a data partition that fills the disk. It takes no room here until it is written to.
const DATA_ROOM: u64 = 2 << 30;
/// Alignment and the backup table, behind a data partition of a fixed size.
const DATA_SLACK: u64 = 4 << 20;

/// An image that can be booted here.
pub struct Bootable {
    /// The image.
    pub image: Image,
    /// The machine that it was built for.
    pub machine: Machine,
    /// How QEMU runs it.
    pub qemu: Qemu,
    /// The digest of the built image.
    pub tree: Digest,
    /// The servers that run next to it.
    pub servers: Servers,
    /// What runs its instructions: emulation, unless the caller chooses otherwise.
    pub accel: Accel,
    disk: PathBuf,
    /// The disk as it was built, when the other one is a signed copy.
    plain: PathBuf,
    /// Whether the disk is a file of the user's, which keeps what the machine writes.
    kept: bool,
    secure_boot: Option<SecureBoot>,
    container: PathBuf,
    /// A directory of this run. It keeps what is used in the store.
    scratch: Scratch,
    /// How often it was started.
    started: Cell<usize>,
}

/// What a [`Bootable`] is made of.
pub struct Built {
    /// The image.
    pub image: Image,
    /// The machine that it was built for.
    pub machine: Machine,
    /// How QEMU runs it.
    pub qemu: Qemu,
    /// The digest of the built image.
    pub tree: Digest,
    /// Its disk.
    pub disk: PathBuf,
    /// The container with QEMU.
    pub container: PathBuf,
    /// The servers that run next to it.
    pub servers: Servers,
    /// A directory of this run. It keeps what is used in the store.
    pub scratch: Scratch,
}

impl Bootable {
    /// An image that was built.
    pub fn new(built: Built) -> Self {
        let Built { image, machine, qemu, tree, disk, container, servers, scratch } = built;
        Self {
            image,
            machine,
            qemu,
            tree,
            servers,
            accel: Accel::default(),
            plain: disk.clone(),
            disk,
            kept: false,
            secure_boot: None,
            container,
            scratch,
            started: Cell::new(0),
        }
    }

    /// Whether KVM works here.
    ///
    /// # Errors
    /// When that could not be tried.
    pub fn probe_kvm(&self) -> Result<Probe, TestbedError> {
        if let Some(reason) = kvm_is_closed(Path::new(KVM)) {
            return Ok(Probe::Fails { reason });
        }
        probe_kvm(self, &self.machine, &self.qemu, &RunDirectory::new(self.directory()?, RUN))
            .map_err(|error| TestbedError::host("KVM could not be tried", error))
    }

    /// From here on the disk is a signed copy, and the firmware takes nothing else.
    ///
    /// # Errors
    /// When nothing can be signed.
    pub fn sign(&mut self, secure_boot: SecureBoot) -> Result<(), TestbedError> {
        let scratch = |name: &str| self.scratch.path().join(name);
        let out = scratch("signed");
        std::fs::create_dir(&out)
            .map_err(|error| TestbedError::host("the signed disk has no place", error))?;
        secure_boot.sign(&self.plain, "disk", &out, &scratch("signing"))?;
        self.servers.sign(&secure_boot, &scratch("signed-releases"))?;
        self.disk = out.join("disk.img");
        self.secure_boot = Some(secure_boot);
        Ok(())
    }

    /// From here on the disk is this file, and keeps what the machine writes. When it is not there, it is made from the
    /// image.
    ///
    /// # Errors
    /// When the file cannot be made or written.
    pub fn keep_disk(&mut self, file: &Path) -> Result<(), TestbedError> {
        let failed =
            |doing, source: io::Error| TestbedError::DiskFile { path: file.to_owned(), doing, source };
        if !file.exists() {
            let new = file.with_extension("new");
            std::fs::copy(&self.disk, &new)
                .and_then(|_| std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o644)))
                .and_then(|()| std::fs::rename(&new, file))
                .map_err(|error| failed("made", error))?;
        }
        let writable = std::fs::OpenOptions::new().read(true).write(true).open(file);
        writable.map_err(|error| failed("written", error))?;
        self.disk = file.canonicalize().map_err(|error| failed("found", error))?;
        self.kept = true;
        Ok(())
    }

    /// The disk as it was built, which nobody signed.
    pub fn plain_disk(&self) -> Disk {
        Disk { path: PLAIN.into(), mode: DiskMode::Snapshot }
    }

    /// The run's own directory, empty as yet.
    fn directory(&self) -> Result<PathBuf, TestbedError> {
        let here = self.scratch.path().join("run");
        std::fs::create_dir_all(&here)
            .map_err(|error| TestbedError::host("the run's directory cannot be made", error))?;
        Ok(here)
    }

    /// The run's own directory, with the firmware's variables in it. Call it once.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn run_directory(&self) -> Result<RunDirectory, TestbedError> {
        let here = self.directory()?;
        if let Some(vars) = &self.qemu.firmware_vars {
            yoe_vm::copy_firmware_vars(&self.container, vars, &here.join("vars.fd"))
                .map_err(|error| TestbedError::host("the firmware has no variable store", error))?;
        }
        if let Some(secure_boot) = &self.secure_boot {
            secure_boot.enrol(&here, &self.scratch.path().join("enrolling"))?;
        }
        Ok(RunDirectory::new(here, RUN))
    }

    /// The firmware's variables, as QEMU sees them.
    pub fn firmware_vars(&self) -> Option<String> {
        self.qemu.firmware_vars.is_some().then(|| format!("{RUN}/vars.fd"))
    }

    /// Whether the firmware refuses what is not signed.
    pub fn secure_boot(&self) -> bool {
        self.secure_boot.is_some()
    }

    /// The disk, whose content stays as it was built: what the machine writes goes to a layer that ends with this run.
    /// Call it once, after [`Self::directory`]. `size` is what the machine sees; by default there is room for a data partition.
    ///
    /// # Errors
    /// When it cannot be made, or is to be smaller than the image.
    pub fn disk(&self, size: Option<Size>) -> Result<Disk, TestbedError> {
        let made = yoe_tree::regular(&self.disk).and_then(|disk| disk.metadata());
        let made = made.map_err(|error| TestbedError::host("the disk is gone", error))?.len();
        let room = match self.image.layout.data {
            None => 0,
            Some(DataSize::Fill) => DATA_ROOM,
            Some(DataSize::Fixed(data)) => data.0 + DATA_SLACK,
        };
        // A file that was made by an earlier run has its room already.
        let fresh = !self.kept || made == std::fs::metadata(&self.plain).map_or(0, |plain| plain.len());
        let room = if fresh { room } else { 0 };
        let size = size.map_or(made + room, |size| size.0);
        if size < made {
            let image = self.image.name.clone();
            return Err(TestbedError::SmallDisk { image, have: Size(size), need: Size(made) });
        }
        if self.kept {
            // A file of the user's grows to the size that the machine is to see, and never shrinks.
            let file = std::fs::OpenOptions::new().write(true).open(&self.disk);
            let grown = file.and_then(|file| file.set_len(size));
            grown.map_err(|error| TestbedError::host("the disk cannot be made larger", error))?;
            return Ok(Disk { path: DISK.into(), mode: DiskMode::Writable });
        }
        let layer = self.layer();
        yoe_vm::create_overlay(&layer, DISK, size)
            .map_err(|error| TestbedError::host("the disk cannot be made larger than its image", error))?;
        Ok(Disk { path: DISK.into(), mode: DiskMode::Overlay(format!("{RUN}/{LAYER}")) })
    }

    /// The layer over the disk that [`Self::disk`] made: what a device wrote. Its backing file is the image.
    pub fn layer(&self) -> PathBuf {
        self.scratch.path().join("run").join(LAYER)
    }

    /// Runs QEMU in a sandbox for a person, to its end.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn attend(&self, program: &str, arguments: &[String]) -> Result<Exit, StartError> {
        Ok(yoe_sandbox::attend(&self.sandbox(program, arguments)?)?)
    }

    /// The sandbox of one start of QEMU.
    fn sandbox(&self, program: &str, arguments: &[String]) -> Result<Spec, StartError> {
        let mut mounts = vec![
            Mount::bind(&self.disk, DISK, self.kept),
            Mount::bind(self.scratch.path().join("run"), RUN, true),
        ];
        if self.secure_boot.is_some() {
            mounts.push(Mount::bind(&self.plain, PLAIN, false));
        }
        if Path::new(KVM).exists() {
            mounts.push(Mount::bind(KVM, KVM, true));
        }
        let tool = Tool {
            container: self.container.clone(),
            mounts,
            // Forwarded ports are on this host's loopback; the machine itself has QEMU's user network.
            network: Network::Host,
            directory: RUN.into(),
            epoch: UNIT_EPOCH,
        };
        let command = [program.to_owned()].into_iter().chain(arguments.iter().cloned()).collect();
        // Each start has a sandbox of its own.
        let started = self.started.replace(self.started.get() + 1);
        let mut spec = tool.spec(&self.scratch.path().join(format!("sandbox-{started}")), command)?;
        spec.environment.insert("TMPDIR".into(), RUN.into());
        spec.environment.insert("TERM".into(), "xterm".into());
        Ok(spec)
    }
}

impl Start for Bootable {
    fn start(&self, program: &str, arguments: &[String]) -> Result<Started, StartError> {
        let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(io::Error::from);
        let ((stdin, to), (from, stdout), (complaints, stderr)) = (pipe()?, pipe()?, pipe()?);
        let stdio =
            Stdio { stdin: Stream::Fd(stdin), stdout: Stream::Fd(stdout), stderr: Stream::Fd(stderr) };
        let child = yoe_sandbox::spawn(&self.sandbox(program, arguments)?, stdio)?;
        Ok(Started {
            stdin: Box::new(File::from(to)),
            stdout: Box::new(File::from(from)),
            stderr: Box::new(File::from(complaints)),
            handle: Box::new(Sandboxed(child)),
        })
    }
}

struct Sandboxed(Child);

impl Handle for Sandboxed {
    fn wait(&mut self, timeout: Duration) -> io::Result<Option<ExitStatus>> {
        let exit = self.0.wait_timeout(timeout).map_err(io::Error::other)?;
        // A wait status holds the exit code in its second byte and the signal in its first (wait(2)).
        Ok(exit.map(|exit| match exit {
            Exit::Code(code) => ExitStatus::from_raw(code << 8),
            Exit::Signal(signal) => ExitStatus::from_raw(signal),
        }))
    }

    fn kill(&mut self) -> io::Result<()> {
        self.0.kill();
        Ok(())
    }
}

/// Why KVM cannot even be tried, in words that say what to do; nothing when the device opens.
pub fn kvm_is_closed(device: &Path) -> Option<String> {
    let error = File::options().read(true).write(true).open(device).err()?;
    let device = device.display();
    Some(match error.kind() {
        io::ErrorKind::NotFound => format!("there is no {device}"),
        io::ErrorKind::PermissionDenied => {
            format!("{device} may not be opened by this user; the group kvm usually may")
        }
        _ => format!("{device} does not open: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_does_not_open_is_explained() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kvm");
        assert_eq!(kvm_is_closed(&path), Some(format!("there is no {}", path.display())));
        std::fs::write(&path, "").unwrap();
        assert_eq!(kvm_is_closed(&path), None);
        assert!(kvm_is_closed(directory.path()).unwrap().contains("does not open: "));
    }
}
