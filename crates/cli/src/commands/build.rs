//! `yoe build`.

use std::sync::Arc;

use clap::Args;
use yoe_build::{Reason, Reporter, artifact};
use yoe_plan::{Plan, Target};

use crate::error::CommandError;
use crate::profile::{Profile, Recorder};
use crate::project::{self, isolation, no_package};
use crate::ui::{self, Mode};
use crate::{gate, license_gate, output};

/// The arguments of `yoe build`.
#[derive(Debug, Args)]
pub struct Build {
    /// Names of units, images or containers [default: the project's image]
    pub targets: Vec<String>,
    /// The machine to build for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Show what would be built and why, without building it
    #[arg(long)]
    pub dry_run: bool,
    /// Print the path of each artifact on standard output
    #[arg(long)]
    pub print_path: bool,
    /// Write the packages and their index to DIR, as an apk repository that any web server can serve
    #[arg(long, value_name = "DIR")]
    pub repository: Option<std::path::PathBuf>,
    /// Hold images with an audit(…) against the advisories in this directory, in OSV's format, after they are built
    #[arg(long, value_name = "DIR", conflicts_with = "dry_run")]
    pub advisories: Option<std::path::PathBuf>,
    /// After a failure, go on with what does not need what failed
    #[arg(short, long)]
    pub keep_going: bool,
    /// Write where the time went to FILE, as a trace that Perfetto and Chrome's about:tracing show
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub profile: Option<std::path::PathBuf>,
    /// Write events as JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

/// Carries `yoe build` out.
pub fn run(args: &Build) -> Result<(), CommandError> {
    let opened = project::open(args.machine.as_deref())?;
    project::warn_of_architectures(&opened);
    let locked = opened.lock()?;
    if args.dry_run {
        let plan = locked.plan(&args.targets)?;
        return dry_run(&locked.store, &plan);
    }
    if let Some(directory) = &args.repository {
        output::directory(directory)?;
    }
    let profile = args.profile.as_deref().map(Profile::at).transpose()?;
    let (arch, project) = (locked.project.machine.arch, locked.project.clone());
    let (buildable, plan) = locked.buildable(&args.targets)?;
    let names: Vec<&str> = plan.targets.iter().map(|(target, _)| target.name()).collect();
    let gates = gate::demanded(&project, &names, args.advisories.as_deref())?;
    let pending = yoe_build::explain(buildable.store(), &plan)?;
    if !pending.is_empty() {
        isolation()?;
    } else if !args.json {
        ui::note(&format!("{}: up to date ({} actions)", names.join(", "), plan.actions.len()));
    }
    let mut reporter: Arc<dyn Reporter> = Arc::from(Mode::choose(args.json).reporter());
    let recorder = profile.as_ref().map(|_| Arc::new(Recorder::new(Arc::clone(&reporter))));
    if let Some(recorder) = &recorder {
        reporter = recorder.clone();
    }
    let mut builder = buildable.builder(reporter)?;
    builder.keep_going = args.keep_going;
    let built = builder.build(&plan);
    let profiled: Result<(), CommandError> = profile.zip(recorder).map_or(Ok(()), |(profile, recorder)| {
        let lines = profile.write(&recorder, &plan)?;
        lines.iter().filter(|_| !args.json).for_each(|line| ui::note(line));
        Ok(())
    });
    // What failed in the build comes first.
    let trees = built?;
    profiled?;
    if let Some(directory) = &args.repository {
        let count = builder.repository(&plan, arch, directory)?;
        ui::note(&format!("{}: {count} packages", directory.display()));
    }
    for ((target, _), tree) in plan.targets.iter().zip(trees) {
        let directory = builder.store.tree(&tree)?.unwrap_or_default();
        let path = artifact(target, &directory).ok_or_else(|| no_package(target))?;
        if args.print_path {
            ui::result(&path.display().to_string());
        } else if !args.json {
            ui::note(&format!("{}: {}", target.name(), path.display()));
            if let Target::OciImage(name) = target {
                let layout = directory.join(yoe_image::oci::layout_directory(name));
                ui::note(&format!(
                    "run it by `nerdctl load -i ARCHIVE` or `podman load -i ARCHIVE`; push it by \
                     `skopeo copy oci:{} docker://HOST/{name}:TAG`",
                    layout.display()
                ));
            }
        }
    }
    for name in names.iter().filter(|name| project.license_policy(name).is_some()) {
        license_gate::hold(args.machine.as_deref(), name)?;
    }
    for (name, demand) in &gates {
        match &args.advisories {
            Some(advisories) => gate::hold(args.machine.as_deref(), name, *demand, advisories)?,
            None if args.json => {}
            None => ui::note(&format!(
                "{name}: not audited for holes that are {} or worse; --advisories DIR does",
                demand.fail_on.as_str()
            )),
        }
    }
    Ok(())
}

fn dry_run(store: &yoe_store::Store, plan: &Plan) -> Result<(), CommandError> {
    let pending = yoe_build::explain(store, plan)?;
    if pending.is_empty() {
        ui::result(&format!("{}: up to date ({} actions)", names(plan), plan.actions.len()));
    }
    for action in &pending {
        ui::result(&format!("{}: {}", action.label, action.reason));
    }
    let new = pending.iter().filter(|action| action.reason == Reason::New).count();
    ui::note(&format!(
        "{} actions, {} to do, {new} of them for the first time",
        plan.actions.len(),
        pending.len()
    ));
    Ok(())
}

fn names(plan: &Plan) -> String {
    plan.targets.iter().map(|(target, _)| target.name()).collect::<Vec<_>>().join(", ")
}
