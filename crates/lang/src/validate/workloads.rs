//! Workloads of images: that they exist, and what they want of the same device.

use yoe_compose::{Bind, Port};
use yoe_model::{Etc, Image};

use crate::assemble::Draft;
use crate::definitions::{Made, ReadWorkload, WorkloadDraft};
use crate::near;
use crate::problem::{Place, Problem};
use crate::session::FileKind;
use crate::site::Site;

/// Where a device can be written to, besides /etc.
const WRITABLE: [&str; 8] = ["dev", "home", "proc", "root", "run", "sys", "tmp", "var"];

/// Workloads that there are not, and those that do not go together on one device.
pub(super) fn check(draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    for made in draft.images.values() {
        let (image, site) = (&made.value.image, &made.site);
        of_image(draft, image, site, &mut problems);
        for (release, site) in image.releases.iter().zip(&made.value.releases) {
            if release.workloads.is_some() {
                of_image(draft, &release.of(image), site, &mut problems);
            }
        }
    }
    // Two images may have the same workload, which is wrong once.
    let mut reported = Vec::new();
    problems.retain(|problem: &Problem| {
        let this = (problem.message.clone(), format!("{:?}", problem.place));
        let new = !reported.contains(&this);
        reported.push(this);
        new
    });
    problems
}

fn of_image(draft: &Draft, image: &Image, site: &Site, problems: &mut Vec<Problem>) {
    let mut workloads: Vec<&Made<WorkloadDraft>> = Vec::new();
    for name in &image.workloads {
        match draft.workloads.get(name) {
            Some(made) => workloads.push(made),
            None if draft.excused(FileKind::Image, name) => {}
            None => {
                let message = format!(
                    "the image `{}` brings `{name}` along, but there is no such workload",
                    image.name
                );
                let hint = near::hint(name, draft.workloads.keys().map(String::as_str));
                problems.push(Problem::error(Place::text(site, "workloads", name), message).maybe_hint(hint));
            }
        }
    }
    let read: Vec<(&Made<WorkloadDraft>, &ReadWorkload)> =
        workloads.iter().filter_map(|made| Some((*made, made.value.read.as_ref()?))).collect();
    projects(image, site, &read, problems);
    problems.extend(ports(&read));
    for (made, read) in &read {
        let binds = read.compose.services.iter().flat_map(|service| &service.binds);
        problems.extend(binds.filter_map(|bind| read_only(bind, read, image)));
        if image.budget.is_some_and(|budget| budget.disk.is_some()) {
            problems.extend(unbounded(made, read));
        }
    }
}

/// Two workloads that a device would take for one.
fn projects(
    image: &Image,
    site: &Site,
    read: &[(&Made<WorkloadDraft>, &ReadWorkload)],
    problems: &mut Vec<Problem>,
) {
    for (at, (made, one)) in read.iter().enumerate() {
        if let Some((other, _)) = read.iter().take(at).find(|(_, before)| before.project == one.project) {
            let (name, other) = (&made.value.name, &other.value.name);
            let message = format!(
                "the image `{}` has two workloads that are called `{}` on a device: `{other}` and `{name}`",
                image.name, one.project
            );
            problems.push(
                Problem::error(Place::text(site, "workloads", name), message)
                    .hint("give one of their Compose files another `name`"),
            );
        }
    }
}

/// Ports of the device that two services want.
fn ports(read: &[(&Made<WorkloadDraft>, &ReadWorkload)]) -> Vec<Problem> {
    let all: Vec<(&ReadWorkload, &str, &Port)> = read
        .iter()
        .flat_map(|(_, read)| read.compose.services.iter().map(move |service| (*read, service)))
        .flat_map(|(read, service)| {
            service.ports.iter().map(move |port| (read, service.name.text.as_str(), port))
        })
        .collect();
    let taken = |(at, (read, service, port)): (usize, &(&ReadWorkload, &str, &Port))| {
        let (other, first, taken) = all.iter().take(at).find(|(_, _, before)| port.meets(before))?;
        let message =
            format!("the port {} of the device is taken twice: by `{first}` and by `{service}`", port.show());
        let problem = Problem::error(read.place(port.at), message);
        Some(problem.related(other.place(taken.at), "first taken here"))
    };
    all.iter().enumerate().filter_map(taken).collect()
}

/// A path that a container is to write to, and the device cannot.
fn read_only(bind: &Bind, read: &ReadWorkload, image: &Image) -> Option<Problem> {
    let path = bind.source.text.as_str();
    let top = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let own = !path.starts_with('/');
    let writable = !own && (WRITABLE.contains(&top) || top == "etc" && image.etc != Etc::None);
    if bind.read_only || writable {
        return None;
    }
    let message = match own {
        true => format!("{path:?} is a file of the image, which is read-only on the device"),
        false => format!("{path:?} is read-only on the device"),
    };
    let problem = Problem::error(read.place(bind.source.at), message);
    Some(problem.hint("mount it with `:ro`, a named volume, or a path below /var"))
}

/// Volumes of which nobody says how large they become.
fn unbounded(made: &Made<WorkloadDraft>, read: &ReadWorkload) -> Vec<Problem> {
    let without =
        read.compose.volumes.iter().filter(|volume| !made.value.volumes.contains_key(&volume.name.text));
    let problem = |volume: &yoe_compose::Volume| {
        let name = &volume.name.text;
        let message =
            format!("nobody says how large the volume `{name}` becomes, and the image's budget names a disk");
        let problem = Problem::error(read.place(volume.name.at), message);
        problem.hint(format!("write `volumes = {{{name:?}: \"64M\"}}` in the workload `{}`", made.value.name))
    };
    without.map(problem).collect()
}
