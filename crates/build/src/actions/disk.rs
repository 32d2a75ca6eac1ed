//! Makes the disk of an image with the tools of its container.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use yoe_image::disk::{
    BOOT_MANAGER, BOOT_MANAGER_PATH, BOOT_PROGRAM_HEAD, DiskRequest, KERNEL, KERNEL_PATH, MadeRoot, Measured,
    ToolRun, boot_manager_file, check_boot_program, disk, kernel_image, root_fs, stub_file, workloads,
    write_manifest,
};
use yoe_image::root::files;
use yoe_image::{ImageError, Manifest};
use yoe_model::{Digest, Fingerprint};
use yoe_plan::DiskAction;
use yoe_sandbox::{Mount, Network, Tool};
use yoe_tree::{Tree, TreeError};

use super::contract::contract;
use super::root::image;
use crate::error::ActionError;
use crate::layout::DEST;
use crate::make::{Make, Making};

/// Where a disk is made.
struct Workshop<'a> {
    cx: &'a Making<'a>,
    disk: &'a DiskAction,
    scratch: &'a Path,
}

impl Make for DiskAction {
    /// The result holds the disk, its manifest, the root file system and the unified kernel image.
    fn make(&self, cx: &Making<'_>) -> Result<Digest, ActionError> {
        // Before anything is made: this is the cheapest to find and the dearest to miss.
        contract(cx, self)?;
        boot_files(cx, self)?;
        let scratch = cx.scratch()?;
        let dest = scratch.path().join("output");
        fs::create_dir(&dest).map_err(|error| ActionError::io("make", &dest, error))?;
        let workshop = Workshop { cx, disk: self, scratch: scratch.path() };
        let manifest = workshop.manifest()?;
        let request = DiskRequest {
            image: &self.image,
            machine: &self.machine,
            manifest: &manifest,
            seed: seed(cx, self)?,
        };
        workshop.tools("root file system", root_fs(&request).map_err(image)?)?;
        let root = MadeRoot::in_directory(&dest, &self.image).map_err(image)?;
        workshop.tools("kernel image", kernel_image(&request, &root))?;
        let measured = Measured::in_directory(&dest, &self.image, root).map_err(image)?;
        workshop.tools("disk", disk(&request, &measured).map_err(image)?)?;
        if let Some(run) = workloads(&request) {
            workshop.tools("workloads", run)?;
        }
        write_manifest(&request, &measured, &dest).map_err(image)?;
        cx.keep(&dest)
    }
}

/// Fails where what firmware starts is not in the tree of who should have left it, or is for another processor than the machine's.
/// Steps and packages wrote those trees: a link that leads out of them would put a file of this machine into the image.
fn boot_files(cx: &Making<'_>, disk: &DiskAction) -> Result<(), ActionError> {
    let machine = &disk.machine;
    let programs = [
        (disk.kernel, KERNEL_PATH.to_owned()),
        (disk.boot_manager.unwrap_or(disk.container), boot_manager_file(machine)),
        (disk.container, stub_file(machine)),
    ];
    for (id, path) in programs {
        let head = Tree::root(&cx.input(id)?).and_then(|tree| {
            let (path, mut head) = (Path::new(&path), Vec::new());
            let read = tree.file(path)?.take(BOOT_PROGRAM_HEAD).read_to_end(&mut head);
            read.map_err(|source| TreeError::Io { path: path.to_owned(), source }).map(|_| head)
        });
        let maker = || cx.plan.action(id).label.clone();
        let head = head.map_err(|source| ActionError::Tree { maker: maker(), source })?;
        check_boot_program(&path, &head, machine).map_err(image)?;
    }
    Ok(())
}

impl Workshop<'_> {
    fn manifest(&self) -> Result<Manifest, ActionError> {
        let path = self.cx.input(self.disk.root)?.join(files::MANIFEST);
        let text = fs::read_to_string(&path).map_err(|error| ActionError::io("read", &path, error))?;
        serde_json::from_str(&text)
            .map_err(|source| image(ImageError::Manifest { path: path.clone(), source }))
    }

    /// Runs the tools in a fresh sandbox; all runs share the output directory.
    fn tools(&self, task: &str, run: ToolRun) -> Result<(), ActionError> {
        self.cx.task(task);
        let root = self.cx.input(self.disk.root)?;
        let kernel = self.cx.input(self.disk.kernel)?;
        let manager = self.disk.boot_manager.map(|id| self.cx.input(id)).transpose()?;
        let input = |name: &String| {
            let dest = format!("/build/in/{name}");
            let inside = |tree: &Path, path: &str| Mount::BindInside {
                tree: tree.to_owned(),
                path: path.to_owned(),
                dest: dest.clone(),
            };
            match (name.as_str(), &manager) {
                (KERNEL, _) => inside(&kernel, KERNEL_PATH),
                (BOOT_MANAGER, Some(container)) => inside(container, BOOT_MANAGER_PATH),
                _ => inside(&root, name.as_str()),
            }
        };
        let mut mounts: Vec<Mount> = run.inputs.iter().map(input).collect();
        mounts.push(Mount::bind(self.scratch.join("output"), DEST, true));
        let tool = Tool {
            container: self.cx.input(self.disk.container)?,
            mounts,
            network: Network::None,
            directory: DEST.into(),
            epoch: self.disk.epoch,
        };
        let sandbox = self.scratch.join(format!("sandbox for the {task}"));
        let mut spec =
            tool.script(&sandbox, &run.script).map_err(|error| ActionError::io("make", &sandbox, error))?;
        spec.environment = run.environment;
        let ran = self.cx.run(&spec, &mut self.cx.log_on()?)?;
        if ran.exit.success() {
            return left(self.scratch, task, &run.outputs);
        }
        Err(ActionError::Step { task: task.to_owned(), exit: ran.exit.to_string(), tail: ran.tail })
    }
}

/// Fails where tools left something else than files: what reads an image later would follow a link.
fn left(scratch: &Path, task: &str, outputs: &[String]) -> Result<(), ActionError> {
    let directory = scratch.join("output");
    outputs.iter().map(|name| directory.join(name)).try_for_each(|path| {
        let file = yoe_tree::regular(&path);
        file.map(drop).map_err(|error| ActionError::Output { task: task.to_owned(), path, source: error })
    })
}

/// What the identifiers of a disk derive from: the bytes that go into it, not the keys of who made them. So two people with
/// different signing keys make the same disk.
fn seed(cx: &Making<'_>, disk: &DiskAction) -> Result<Digest, ActionError> {
    Ok(Fingerprint::new("disk")
        .add(&cx.digest(disk.root)?)
        .add(&cx.digest(disk.kernel)?)
        .add(&disk.machine)
        .add(&disk.image.layout)
        .add(&disk.image.name)
        .add(&disk.image.version)
        .finish())
}
