//! An image in QEMU: built, laid into a sandbox of its own, and started there.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use rustix::pipe::{PipeFlags, pipe_with};
use yoe_build::{Builder, Tool};
use yoe_model::{Image, Machine, OciImage, Qemu};
use yoe_plan::UNIT_EPOCH;
use yoe_sandbox::{Child, Exit, Mount, Network, Stdio, Stream};
use yoe_store::Scratch;
use yoe_vm::{Disk, DiskMode, Folder, Handle, Start, StartError, Started};

use crate::commands::artifact;
use crate::context::{build_error, evaluate, isolation, store_error};
use crate::error::{CommandError, Kind};
use crate::registry;
use crate::ui::Mode;

/// The folder of a run, as QEMU sees it. Short, because it holds a socket.
const RUN: &str = "/run/yoe";
/// The disk, as QEMU sees it.
const DISK: &str = "/run/disk.img";

/// An image that can be booted here.
pub struct Bootable {
    /// The image.
    pub image: Image,
    /// The machine that it was built for.
    pub machine: Machine,
    /// How QEMU runs it.
    pub qemu: Qemu,
    /// The registry that runs beside it, when the image has one and it was asked for.
    pub registry: Option<registry::Parts>,
    disk: PathBuf,
    container: PathBuf,
    scratch: Scratch,
    /// How often it was started.
    started: Cell<usize>,
    /// Keeps what is used in the store.
    _builder: Builder,
}

/// Which image, for which machine.
pub struct Choice<'a> {
    /// The image; the project's when absent.
    pub image: Option<&'a str>,
    /// The machine; the project's when absent.
    pub machine: Option<&'a str>,
    /// Whether what the image's registry needs is built too.
    pub registry: bool,
}

impl Bootable {
    /// Builds the image and what runs it.
    pub fn build(choice: &Choice<'_>) -> Result<Self, CommandError> {
        let mut ready = evaluate(choice.machine)?.ready()?;
        let name = choice.image.map(str::to_owned).or_else(|| ready.project.default_image.clone());
        let name =
            name.ok_or_else(|| CommandError::user("name an image: the project has no default image"))?;
        let machine = ready.project.machine.clone();
        let qemu = machine.qemu.clone().ok_or_else(|| {
            CommandError::user(format!(
                "machine {:?} cannot be run here: it does not say how QEMU models it",
                machine.name
            ))
        })?;
        let image = ready.project.images.get(&name).cloned();
        let image = image.ok_or_else(|| CommandError::user(format!("{name:?} is not an image")))?;
        let mut targets = vec![name.clone(), qemu.container.clone()];
        if let Some(registry) = image.registry.as_ref().filter(|_| choice.registry) {
            targets.push(registry.container.clone());
            targets.extend(registry.images.iter().cloned());
        }
        let plan = ready.plan_to_build(&targets)?;
        let tags = ready.project.oci_images.clone();
        let epoch = ready.project.epoch();
        isolation()?;
        let builder = ready.builder(Mode::choose(false).reporter())?;
        let trees = builder.build(&plan).map_err(build_error)?;
        let mut folders = Vec::new();
        for tree in &trees {
            folders.extend(builder.store.tree(tree).map_err(store_error)?);
        }
        let [disk, container, beside @ ..] = &folders[..] else {
            return Err(CommandError::new(Kind::Internal, "the image or its QEMU is not in the store"));
        };
        let disk = artifact(&plan.targets[0].0, disk)?;
        let scratch = builder.session.scratch().map_err(store_error)?;
        let registry = beside.split_first().map(|(container, folders)| registry::Parts {
            container: container.clone(),
            images: targets[3..]
                .iter()
                .zip(folders)
                .map(|(name, folder)| served(&tags, name, folder))
                .collect(),
            folder: scratch.path().join("registry"),
            epoch,
        });
        let (container, started) = (container.clone(), Cell::new(0));
        Ok(Self { image, machine, qemu, container, disk, registry, scratch, started, _builder: builder })
    }

    /// The run's own folder, with the firmware's variables in it.
    pub fn folder(&self) -> Result<Folder, CommandError> {
        let here = self.scratch.path().join("run");
        std::fs::create_dir_all(&here).map_err(|error| not_run("the run's folder cannot be made", error))?;
        if let Some(vars) = &self.qemu.firmware_vars {
            yoe_vm::copy_firmware_vars(&self.container, vars, &here.join("vars.fd"))
                .map_err(|error| not_run("the firmware has no variable store", error))?;
        }
        Ok(Folder::new(here, RUN))
    }

    /// The firmware's variables, as QEMU sees them.
    pub fn firmware_vars(&self) -> Option<String> {
        self.qemu.firmware_vars.is_some().then(|| format!("{RUN}/vars.fd"))
    }

    /// The disk, whose content stays as it was built.
    pub fn disk(&self) -> Disk {
        Disk { path: DISK.into(), mode: DiskMode::Snapshot }
    }

    /// The disk, with what the machine writes kept in the run's folder for further starts.
    pub fn lasting_disk(&self, folder: &Folder) -> Result<Disk, CommandError> {
        const OVERLAY: &str = "disk.qcow2";
        let size =
            std::fs::metadata(&self.disk).map_err(|error| not_run("the disk is not there", error))?.len();
        yoe_vm::create_overlay(&folder.file_here(OVERLAY), DISK, size)
            .map_err(|error| not_run("the machine's writes cannot be kept", error))?;
        Ok(Disk { path: DISK.into(), mode: DiskMode::Overlay(folder.file_inside(OVERLAY)) })
    }

    /// Starts QEMU in a sandbox.
    pub fn spawn(&self, program: &str, arguments: &[String], stdio: Stdio) -> Result<Child, StartError> {
        let bind =
            |source: PathBuf, dest: &str, writable| Mount::Bind { source, dest: dest.into(), writable };
        let mut mounts =
            vec![bind(self.disk.clone(), DISK, false), bind(self.scratch.path().join("run"), RUN, true)];
        if Path::new("/dev/kvm").exists() {
            mounts.push(bind("/dev/kvm".into(), "/dev/kvm", true));
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
        Ok(yoe_sandbox::spawn(&spec, stdio)?)
    }
}

impl Start for Bootable {
    fn start(&self, program: &str, arguments: &[String]) -> Result<Started, StartError> {
        let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(io::Error::from);
        let ((stdin, to), (from, stdout), (complaints, stderr)) = (pipe()?, pipe()?, pipe()?);
        let stdio =
            Stdio { stdin: Stream::Fd(stdin), stdout: Stream::Fd(stdout), stderr: Stream::Fd(stderr) };
        let child = self.spawn(program, arguments, stdio)?;
        Ok(Started {
            stdin: Box::new(File::from(to)),
            stdout: Box::new(File::from(from)),
            stderr: Box::new(File::from(complaints)),
            handle: Box::new(Sandboxed(child)),
        })
    }
}

/// An OCI image in the store, as a registry serves it.
fn served(all: &BTreeMap<String, OciImage>, name: &str, folder: &Path) -> registry::Served {
    let tag = all.get(name).map(|image| image.version.clone()).unwrap_or_default();
    registry::Served { name: name.to_owned(), tag, folder: folder.to_owned() }
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

/// A machine that could not be run.
pub fn not_run(what: &str, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CommandError {
    CommandError::config(what).because(why)
}
