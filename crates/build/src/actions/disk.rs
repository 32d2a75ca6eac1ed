//! Makes the disk of an image with the tools of its container.

use std::fs::{self, File};
use std::path::Path;

use yoe_image::disk::{
    BOOT_MANAGER, BOOT_MANAGER_PATH, DiskRequest, KERNEL, KERNEL_PATH, MadeRoot, Measured, ToolRun, disk,
    kernel_image, root_fs, write_manifest,
};
use yoe_image::root::files;
use yoe_image::{ImageError, Manifest};
use yoe_model::{Digest, Fingerprint};
use yoe_plan::{Action, DiskAction, Plan};
use yoe_sandbox::{Mount, Network, Tool};
use yoe_tree::Tree;

use super::root::image;
use crate::builder::Builder;
use crate::error::ActionError;
use crate::layout::DEST;
use crate::reporter::Event;
use crate::run_step::run_step;
use crate::schedule::Results;

/// One making of a disk: what its tools read and where they write.
struct Making<'a> {
    action: &'a Action,
    disk: &'a DiskAction,
    inputs: &'a Results,
    scratch: &'a Path,
}

impl Builder {
    /// The result holds the disk, its manifest, the root file system and the unified kernel image.
    pub(crate) fn disk(
        &self,
        plan: &Plan,
        action: &Action,
        disk_action: &DiskAction,
        inputs: &Results,
    ) -> Result<Digest, ActionError> {
        // Before anything is made: this is the cheapest to find and the dearest to miss.
        self.contract(plan, action, disk_action, inputs)?;
        self.boot_files(plan, disk_action, inputs)?;
        let scratch = self.session.scratch()?;
        let dest = scratch.path().join("output");
        fs::create_dir(&dest).map_err(|error| ActionError::io("make", &dest, error))?;
        let making = Making { action, disk: disk_action, inputs, scratch: scratch.path() };
        let manifest = self.manifest(&making)?;
        let request = DiskRequest {
            image: &disk_action.image,
            machine: &disk_action.machine,
            manifest: &manifest,
            seed: seed(disk_action, inputs)?,
        };
        self.tools(&making, "root file system", root_fs(&request).map_err(image)?)?;
        let root = MadeRoot::in_folder(&dest, &disk_action.image).map_err(image)?;
        self.tools(&making, "kernel image", kernel_image(&request, &root))?;
        let measured = Measured::in_folder(&dest, &disk_action.image, root).map_err(image)?;
        self.tools(&making, "disk", disk(&request, &measured).map_err(image)?)?;
        write_manifest(&request, &measured, &dest).map_err(image)?;
        Ok(self.store.import_tree(&dest)?)
    }

    /// Fails where the kernel or the boot manager is not in the tree of who should have left it. Steps and packages wrote those
    /// trees: a link that leads out of them would put a file of this machine into the image.
    fn boot_files(&self, plan: &Plan, disk: &DiskAction, inputs: &Results) -> Result<(), ActionError> {
        let made = |id, source| ActionError::Tree { maker: plan.action(id).label.clone(), source };
        let kernel =
            Tree::root(&self.input(inputs, disk.kernel)?).and_then(|tree| tree.file(Path::new(KERNEL_PATH)));
        kernel.map_err(|source| made(disk.kernel, source))?;
        let Some(id) = disk.boot_manager else { return Ok(()) };
        let manager =
            Tree::root(&self.input(inputs, id)?).and_then(|tree| tree.find(Path::new(BOOT_MANAGER_PATH)));
        manager.map(drop).map_err(|source| made(id, source))
    }

    fn manifest(&self, making: &Making<'_>) -> Result<Manifest, ActionError> {
        let path = self.input(making.inputs, making.disk.root)?.join(files::MANIFEST);
        let text = fs::read_to_string(&path).map_err(|error| ActionError::io("read", &path, error))?;
        serde_json::from_str(&text)
            .map_err(|source| image(ImageError::Manifest { path: path.clone(), source }))
    }

    /// Runs the tools in a fresh sandbox; all runs share the output directory.
    fn tools(&self, making: &Making<'_>, task: &str, run: ToolRun) -> Result<(), ActionError> {
        let label = &making.action.label;
        self.reporter.event(Event::Task { label, task });
        let root = self.input(making.inputs, making.disk.root)?;
        let kernel = self.input(making.inputs, making.disk.kernel)?;
        let manager = making.disk.boot_manager.map(|id| self.input(making.inputs, id)).transpose()?;
        let input = |name: &&str| {
            let dest = format!("/build/in/{name}");
            let inside = |tree: &Path, path: &str| Mount::BindInside {
                tree: tree.to_owned(),
                path: path.to_owned(),
                dest: dest.clone(),
            };
            match (*name, &manager) {
                (KERNEL, _) => inside(&kernel, KERNEL_PATH),
                (BOOT_MANAGER, Some(container)) => inside(container, BOOT_MANAGER_PATH),
                _ => inside(&root, name),
            }
        };
        let mut mounts: Vec<Mount> = run.inputs.iter().map(input).collect();
        mounts.push(Mount::bind(making.scratch.join("output"), DEST, true));
        let tool = Tool {
            container: self.input(making.inputs, making.disk.container)?,
            mounts,
            network: Network::None,
            directory: DEST.into(),
            epoch: making.disk.epoch,
        };
        let sandbox = making.scratch.join(format!("sandbox for the {task}"));
        let mut spec =
            tool.script(&sandbox, &run.script).map_err(|error| ActionError::io("make", &sandbox, error))?;
        spec.environment = run.environment;
        let path = self.store.log_file(&making.action.key)?;
        let mut log = File::options()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(|error| ActionError::io("write", &path, error))?;
        let mut line = |line: &str| self.reporter.event(Event::Output { label, line });
        let ran = run_step(&spec, &mut log, &self.cancel, &mut line)?;
        if ran.exit.success() {
            return left(making, task, &run.outputs);
        }
        Err(ActionError::Step { task: task.to_owned(), exit: ran.exit.to_string(), tail: ran.tail })
    }
}

/// Fails where tools left something else than files: what reads an image later would follow a link.
fn left(making: &Making<'_>, task: &str, outputs: &[String]) -> Result<(), ActionError> {
    let folder = making.scratch.join("output");
    outputs.iter().map(|name| folder.join(name)).try_for_each(|path| {
        let file = yoe_tree::regular(&path);
        file.map(drop).map_err(|error| ActionError::Output { task: task.to_owned(), path, source: error })
    })
}

/// What the identifiers of a disk derive from: the bytes that go into it, not the keys of who made them. So two people with
/// different signing keys make the same disk.
fn seed(disk: &DiskAction, inputs: &Results) -> Result<Digest, ActionError> {
    let tree = |id| inputs.get(id).ok_or(ActionError::Missing);
    Ok(Fingerprint::new("disk")
        .add(tree(&disk.root)?)
        .add(tree(&disk.kernel)?)
        .add(&disk.machine)
        .add(&disk.image.layout)
        .add(&disk.image.name)
        .add(&disk.image.version)
        .finish())
}
