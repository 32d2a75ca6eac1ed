//! Reads the Compose files of workloads, and holds each against its definition.

use yoe_compose::{Compose, Condition, Health, Mention, Service};
use yoe_model::{Arch, ImageName, Size, Workload, WorkloadHealth, WorkloadImage, WorkloadService};

use crate::assemble::Draft;
use crate::definitions::{Made, ReadWorkload, WorkloadDraft, compose_place};
use crate::near;
use crate::problem::{Place, Problem};
use crate::session::FileKind;

/// The variables that a Compose file may use lie next to it.
const DOT_ENV: &str = ".env";
/// Where a device has its credentials.
pub(crate) const CREDENTIALS: &str = "/run/credentials/@system/";

/// Reads the Compose file of each workload; one that is wrong stays unread.
pub(crate) fn read(draft: &mut Draft, arch: Arch, problems: &mut Vec<Problem>) {
    let names: Vec<String> = draft.oci_images.keys().cloned().collect();
    let excused = |name: &str| draft.excused(FileKind::Image, name);
    let read = |made: &Made<WorkloadDraft>, problems: &mut Vec<Problem>| {
        let before = problems.len();
        problems.extend(made.value.images.values().filter_map(|image| unknown(image, &names, &excused)));
        let read = workload(made, arch, problems)?;
        (problems.len() == before).then_some(read)
    };
    let all: Vec<(String, Option<ReadWorkload>)> =
        draft.workloads.iter().map(|(name, made)| (name.clone(), read(made, problems))).collect();
    for (name, read) in all {
        if let Some(made) = draft.workloads.get_mut(&name) {
            made.value.read = read;
        }
    }
}

fn unknown(
    image: &Made<WorkloadImage>,
    names: &[String],
    excused: &impl Fn(&str) -> bool,
) -> Option<Problem> {
    let WorkloadImage::Oci(name) = &image.value else { return None };
    if names.contains(name) || excused(name) {
        return None;
    }
    let problem =
        Problem::error(Place::text(&image.site, "name", name), format!("there is no OCI image `{name}`"));
    Some(problem.maybe_hint(near::hint(name, names.iter().map(String::as_str))))
}

fn workload(made: &Made<WorkloadDraft>, arch: Arch, problems: &mut Vec<Problem>) -> Option<ReadWorkload> {
    let draft = &made.value;
    let shown = format!("{}/{}", draft.directory, draft.compose);
    let text = match compose_text(made, &shown) {
        Ok(text) => text,
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
    let dot_env = draft
        .compose
        .rsplit_once('/')
        .map_or(DOT_ENV.to_owned(), |(directory, _)| format!("{directory}/{DOT_ENV}"));
    let variables = draft.files.iter().find(|file| file.path == dot_env);
    let variables = variables.map(|file| yoe_compose::dot_env(&String::from_utf8_lossy(&file.content)));
    let compose = match yoe_compose::read(&text, &variables.unwrap_or_default()) {
        Ok(compose) => compose,
        Err(found) => {
            problems.extend(found.into_iter().map(|problem| of_compose(problem, &shown, &text)));
            return None;
        }
    };
    let project = compose.name.as_ref().map_or_else(|| draft.name.clone(), |name| name.text.clone());
    let mut read = ReadWorkload { project, compose, shown, text, services: Vec::new() };
    let mut checker = Checker { made, read: &read, arch, problems };
    let services = checker.services();
    checker.unused();
    checker.files();
    checker.volumes();
    read.services = services;
    Some(read)
}

fn of_compose(problem: yoe_compose::Problem, shown: &str, text: &str) -> Problem {
    let mut mention =
        Problem::error(compose_place(shown, text, problem.at), problem.message).maybe_hint(problem.hint);
    mention.expected = problem.expected;
    mention
}

fn compose_text(made: &Made<WorkloadDraft>, shown: &str) -> Result<String, Box<Problem>> {
    let WorkloadDraft { name, compose, files, .. } = &made.value;
    let Some(file) = files.iter().find(|file| file.path == *compose) else {
        let names = files.iter().map(|file| file.path.as_str());
        let message = format!("the workload `{name}` has no file {shown}");
        let hint = near::hint(compose, names)
            .unwrap_or_else(|| format!("put it into the directory {}/", made.value.directory));
        return Err(Box::new(
            Problem::error(Place::text(&made.site, "compose", compose), message).hint(hint),
        ));
    };
    String::from_utf8(file.content.to_vec())
        .map_err(|_| Box::new(Problem::error(Place::File(shown.to_owned()), "the file is not UTF-8 text")))
}

struct Checker<'a> {
    made: &'a Made<WorkloadDraft>,
    read: &'a ReadWorkload,
    arch: Arch,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn compose(&self) -> &'a Compose {
        &self.read.compose
    }

    fn services(&mut self) -> Vec<WorkloadService> {
        let services = self.read.compose.services.iter();
        services.filter_map(|service| self.service(service)).collect()
    }

    fn service(&mut self, service: &Service) -> Option<WorkloadService> {
        self.platform(service);
        self.conditions(service);
        let image = self.image(service)?;
        Some(WorkloadService {
            name: service.name.text.clone(),
            image,
            containers: if service.on_request { 0 } else { service.containers },
            may_end: service.may_end,
            health: match service.health {
                Health::Checked => WorkloadHealth::Checked,
                Health::OfImage => WorkloadHealth::OfImage,
                Health::Disabled => WorkloadHealth::Disabled,
            },
            awaited: self.awaited(service),
            log: service.log.map_or(Workload::LOG, Size),
        })
    }

    /// Whether another service waits until this one is healthy.
    fn awaited(&self, service: &Service) -> bool {
        let dependencies = self.compose().services.iter().flat_map(|other| &other.depends_on);
        dependencies
            .into_iter()
            .any(|on| on.condition == Condition::Healthy && on.name.text == service.name.text)
    }

    /// The entry of `images` for a service: by its name, or by what the file calls the image.
    fn entry(&self, service: &Service) -> Option<&'a WorkloadImage> {
        let images = &self.made.value.images;
        let by_image = || service.image.as_ref().and_then(|image| images.get(&image.text));
        images.get(&service.name.text).or_else(by_image).map(|image| &image.value)
    }

    /// The same, or what is missing.
    fn image(&mut self, service: &Service) -> Option<WorkloadImage> {
        let images = &self.made.value.images;
        if let Some(image) = self.entry(service) {
            return Some(image.clone());
        }
        let (name, workload) = (&service.name.text, &self.made.value.name);
        let mention = service.image.as_ref().unwrap_or(&service.name);
        let message = match &service.image {
            Some(image) => format!(
                "the image `{}` of the service `{name}` has no entry in `images` of the workload `{workload}`",
                image.text
            ),
            None => {
                format!("the service `{name}` has no image, here or in `images` of the workload `{workload}`")
            }
        };
        let known = images.keys().map(String::as_str);
        // With a slash or a tag it can only be the name of a registry's.
        let registry = service
            .image
            .as_ref()
            .map(|image| &image.text)
            .filter(|text| text.contains(['/', ':']) && text.parse::<ImageName>().is_ok());
        let hint = near::hint(&mention.text, known).unwrap_or_else(|| match registry {
            Some(image) => format!("write `images = {{{image:?}: oci_registry({image:?})}}`"),
            None => format!("write `images = {{{name:?}: oci(\"…\")}}`"),
        });
        let problem = Problem::error(self.read.place(mention.at), message).hint(hint);
        let problem = problem.related(Place::argument(&self.made.site, "images"), "its images");
        self.problems.push(problem);
        None
    }

    fn unused(&mut self) {
        let services = &self.compose().services;
        let used = |name: &String| {
            services.iter().any(|service| {
                let by_image = service.image.as_ref().is_some_and(|image| image.text == *name);
                service.name.text == *name
                    || by_image && !self.made.value.images.contains_key(&service.name.text)
            })
        };
        let unused: Vec<&String> = self.made.value.images.keys().filter(|name| !used(name)).collect();
        for name in unused {
            let known = services.iter().flat_map(|service| {
                [Some(&service.name), service.image.as_ref()]
                    .into_iter()
                    .flatten()
                    .map(|mention| mention.text.as_str())
            });
            let hint = near::hint(name, known);
            let message = format!("no service of {} uses the image `{name}`", self.read.shown);
            self.problems
                .push(Problem::error(Place::text(&self.made.site, "images", name), message).maybe_hint(hint));
        }
    }

    fn platform(&mut self, service: &Service) {
        let Some(platform) = &service.platform else { return };
        let wanted = format!("linux/{}", self.arch.debian());
        if platform.text == wanted
            || platform.text.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('/'))
        {
            return;
        }
        let message = format!(
            "the service `{}` is for {}, and the device is {wanted}",
            service.name.text, platform.text
        );
        let problem = Problem::error(self.read.place(platform.at), message);
        self.problems.push(problem.hint("leave `platform` out: the image is made for the device"));
    }

    /// Images of the project have no health check of their own, so what is waited for must have one here. Whether a registry's
    /// image has one is known when it is fetched.
    fn conditions(&mut self, service: &Service) {
        let healthy =
            service.depends_on.iter().filter(|dependency| dependency.condition == Condition::Healthy);
        for dependency in healthy {
            let of = |other: &&Service| {
                let registry = matches!(self.entry(other), Some(WorkloadImage::Registry(_)));
                other.name.text == dependency.name.text && !registry
            };
            if self.compose().services.iter().find(of).is_some_and(|other| other.health == Health::OfImage) {
                let message = format!(
                    "the service `{}` waits until `{}` is healthy, which has no health check",
                    service.name.text, dependency.name.text
                );
                let hint =
                    format!("write a `healthcheck` for `{}`, or `service_started`", dependency.name.text);
                self.problems.push(Problem::error(self.read.place(dependency.name.at), message).hint(hint));
            }
        }
    }

    fn files(&mut self) {
        let compose = &self.read.compose;
        let binds = compose.services.iter().flat_map(|service| &service.binds).map(|bind| &bind.source);
        for mention in compose.files.iter().chain(binds) {
            if let Some(problem) = self.missing(mention) {
                self.problems.push(problem);
            }
        }
        for secret in compose.secret_files.iter().filter(|secret| !secret.text.starts_with('/')) {
            let message = "this secret would be in the image, for everybody who has it";
            let problem = Problem::error(self.read.place(secret.at), message);
            self.problems
                .push(problem.expected(format!("a credential of the device, such as {CREDENTIALS}NAME")));
        }
    }

    /// A file of the workload that is not there. A path from `/` is the device's own.
    fn missing(&self, mention: &Mention) -> Option<Problem> {
        let path = &mention.text;
        if path.starts_with('/') {
            return None;
        }
        let relative = path.trim_start_matches("./").trim_end_matches('/');
        let above = self.made.value.compose.rsplit_once('/').map_or("", |(directory, _)| directory);
        let whole = if above.is_empty() { relative.to_owned() } else { format!("{above}/{relative}") };
        let files = &self.made.value.files;
        let inside = format!("{whole}/");
        let there =
            files.iter().any(|file| file.path == whole || file.path.starts_with(&inside)) || relative == ".";
        if there && !path.starts_with('~') && !path.split('/').any(|part| part == "..") {
            return None;
        }
        let message = format!("the workload has no file {path:?} next to {}", self.read.shown);
        let names = files.iter().map(|file| file.path.as_str());
        let problem = Problem::error(self.read.place(mention.at), message);
        Some(problem.maybe_hint(near::hint(&whole, names)))
    }

    fn volumes(&mut self) {
        let known: Vec<&str> =
            self.compose().volumes.iter().map(|volume| volume.name.text.as_str()).collect();
        for name in self.made.value.volumes.keys().filter(|name| !known.contains(&name.as_str())) {
            let message = format!("{} has no volume `{name}`", self.read.shown);
            let problem = Problem::error(Place::text(&self.made.site, "volumes", name), message);
            self.problems.push(problem.maybe_hint(near::hint(name, known.iter().copied())));
        }
    }
}
