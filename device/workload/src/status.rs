//! Whether workloads run as the root says, and are healthy.

use serde::Serialize;
use yoe_workload_format::generations::Failure;
use yoe_workload_format::{Record, Service};

use crate::containers::Container;
use crate::versions::Versions;

/// What is found of a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Whether a version of the device is good only when it is healthy.
    pub required: bool,
    /// Whether all of its services are.
    pub healthy: bool,
    /// Its version, where it has one of its own.
    pub version: Option<String>,
    /// Whether that came apart from the system.
    pub apart: bool,
    /// Whether that is on trial.
    pub trial: bool,
    /// The version that was given up last, and why.
    pub failure: Option<Failure>,
    /// Its services, but for those that start on request.
    pub services: Vec<FoundService>,
}

/// What is found of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundService {
    /// Its name.
    pub name: String,
    /// Whether it is as it should be.
    pub healthy: bool,
    /// How it is, in few words.
    pub state: String,
    /// Its containers.
    pub containers: Vec<Container>,
}

/// Judges a workload by its containers.
pub fn judge(record: &Record, containers: Vec<Container>) -> Found {
    let started = record.services.iter().filter(|service| service.containers > 0);
    let services: Vec<FoundService> = started
        .map(|service| {
            let own: Vec<Container> =
                containers.iter().filter(|container| container.service == service.name).cloned().collect();
            let problem = problem(record, service, &own);
            let state = problem.clone().unwrap_or_else(|| well(service, &own));
            FoundService { name: service.name.clone(), healthy: problem.is_none(), state, containers: own }
        })
        .collect();
    let healthy = services.iter().all(|service| service.healthy);
    let (name, version) = (record.name.clone(), record.version.clone());
    let (apart, trial, failure) = (false, false, None);
    Found { name, required: record.required, healthy, version, apart, trial, failure, services }
}

impl Found {
    /// With what is on record of its version.
    pub fn with(self, versions: &Versions<'_>, apart: bool) -> Self {
        let (chosen, failure) = versions.about(&self.name);
        let trial = apart && chosen.is_some_and(|chosen| chosen.tries.is_some());
        Self { apart, trial, failure, ..self }
    }

    fn line(&self) -> String {
        let mut line = format!("{}: {}", self.name, if self.healthy { "healthy" } else { "not healthy" });
        if !self.required {
            line += ", not required";
        }
        if let Some(version) = self.version.as_ref().filter(|_| self.apart) {
            line += &format!(", version {version}{}", if self.trial { " on trial" } else { "" });
        }
        line
    }
}

fn well(service: &Service, own: &[Container]) -> String {
    let word = match own.iter().any(|container| container.status == "running") {
        true if service.checked => "healthy",
        true => "running",
        false => "done",
    };
    word.to_owned()
}

/// Whether a container is what this root's service is made of.
pub fn is_of(record: &Record, service: &Service, container: &Container) -> bool {
    container.service == service.name && container.image == service.image && container.files == record.files
}

/// What is wrong with a service.
fn problem(record: &Record, service: &Service, own: &[Container]) -> Option<String> {
    let count = service.containers as usize;
    if own.len() < count {
        return Some(match own.len() {
            0 => "not started".to_owned(),
            some => format!("{some} of {count} started"),
        });
    }
    own.iter().find_map(|container| {
        // One that an older version left may run until this version's takes its place.
        if !is_of(record, service, container) {
            return Some("of another version".to_owned());
        }
        match container.status.as_str() {
            "running" if !service.checked || container.health == "healthy" => None,
            "running" if container.health.is_empty() => Some("starting".to_owned()),
            "running" => Some(container.health.clone()),
            "exited" if service.may_end && container.exit_code == 0 => None,
            "exited" => Some(format!("ended with {}", container.exit_code)),
            // It has not run since the device started.
            "" => Some("not running".to_owned()),
            other => Some(other.to_owned()),
        }
    })
}

/// What was found, for people: a line for each workload, and one for each of its services.
pub fn table(all: &[Found]) -> String {
    let mut lines = Vec::new();
    for found in all {
        lines.push(found.line());
        for FoundService { name, state, containers, .. } in &found.services {
            let restarts: u64 = containers.iter().map(|container| container.restarts).sum();
            let again =
                if restarts > 0 { format!(", started again {restarts} times") } else { String::new() };
            lines.push(format!("  {name}: {state}{again}"));
        }
        if let Some(Failure { version, reason }) = &found.failure {
            lines.push(format!("  last failure: version {version} was given up: {reason}"));
        }
    }
    lines.join("\n")
}

/// What is not healthy among those that must be, in one line.
pub fn complaint(all: &[Found]) -> Option<String> {
    let bad = all.iter().filter(|found| !found.healthy);
    let lines: Vec<String> = bad
        .flat_map(|found| {
            let services = found.services.iter().filter(|service| !service.healthy);
            services.map(|service| format!("{}/{} is {}", found.name, service.name, service.state))
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let service = |name: &str, checked, may_end, containers| Service {
            name: name.to_owned(),
            image: "yoe.internal/x:1".to_owned(),
            containers,
            may_end,
            checked,
        };
        Record {
            format: 1,
            name: "shop".to_owned(),
            version: None,
            data_version: None,
            volumes: Vec::new(),
            required: true,
            compose: "compose.yaml".to_owned(),
            files: "f".to_owned(),
            services: vec![
                service("debug", false, true, 0),
                service("init", false, true, 1),
                service("web", true, false, 2),
            ],
            images: Vec::new(),
        }
    }

    fn container(service: &str, status: &str, health: &str) -> Container {
        Container {
            service: service.to_owned(),
            image: "yoe.internal/x:1".to_owned(),
            files: "f".to_owned(),
            status: status.to_owned(),
            health: health.to_owned(),
            ..Container::default()
        }
    }

    fn shown(containers: Vec<Container>) -> String {
        table(&[judge(&record(), containers)]).replace('\n', "|")
    }

    #[test]
    fn a_workload_is_healthy_when_all_of_it_is() {
        let web = || container("web", "running", "healthy");
        let init = || container("init", "exited", "");
        assert_eq!(shown(vec![init(), web(), web()]), "shop: healthy|  init: done|  web: healthy");
        assert_eq!(shown(vec![init(), web()]), "shop: not healthy|  init: done|  web: 1 of 2 started");
        assert_eq!(shown(vec![web(), web()]), "shop: not healthy|  init: not started|  web: healthy");
        let waiting = container("web", "", "");
        assert_eq!(shown(vec![init(), web(), waiting]), "shop: not healthy|  init: done|  web: not running");
        let failed = Container { exit_code: 3, ..init() };
        assert_eq!(
            shown(vec![failed, web(), web()]),
            "shop: not healthy|  init: ended with 3|  web: healthy"
        );
    }

    #[test]
    fn one_that_is_checked_must_have_answered() {
        let of = |health| {
            shown(vec![
                container("init", "exited", ""),
                container("web", "running", "healthy"),
                container("web", "running", health),
            ])
        };
        assert_eq!(of(""), "shop: not healthy|  init: done|  web: starting");
        assert_eq!(of("unhealthy"), "shop: not healthy|  init: done|  web: unhealthy");
    }

    #[test]
    fn a_container_of_an_older_version_does_not_count() {
        let old =
            Container { image: "yoe.internal/x:0".to_owned(), ..container("web", "running", "healthy") };
        let found = judge(
            &record(),
            vec![container("init", "exited", ""), container("web", "running", "healthy"), old],
        );
        assert_eq!(complaint(&[found]).unwrap(), "shop/web is of another version");
    }
}
