//! Names that must be those of something else in the file, and what can only be wrong between two services.

use std::collections::BTreeMap;

use crate::contents::{Compose, Condition, Health, Mention, Service};
use crate::schema::START;
use crate::{At, Problem};

pub(crate) fn all(compose: &Compose, problems: &mut Vec<Problem>) {
    if compose.services.is_empty() {
        problems.push(
            Problem::new(START, "the file has no services")
                .expected("a mapping `services` with at least one"),
        );
    }
    if let Some(name) = compose.name.iter().find(|name| !is_project(&name.text)) {
        let problem = Problem::new(name.at, format!("{:?} cannot be the name of a project", name.text));
        problems
            .push(problem.expected("lower-case letters, digits, - and _, starting with a letter or digit"));
    }
    let volumes: Vec<Mention> = compose.volumes.iter().map(|volume| volume.name.clone()).collect();
    for service in &compose.services {
        if let Err(problem) = name(service) {
            problems.push(*problem);
        }
        let mut look = |kind, names: &[Mention], known: &[Mention], also: &str| {
            problems.extend(
                names.iter().filter(|name| name.text != also).filter_map(|name| missing(kind, name, known)),
            );
        };
        look("volume", &service.volumes, &volumes, "");
        look("network", &service.networks, &compose.networks, "default");
        look("config", &service.configs, &compose.configs, "");
        look("secret", &service.secrets, &compose.secrets, "");
        dependencies(service, compose, problems);
    }
    circle(compose, problems);
}

/// Whether the engine takes it as the name of a project.
fn is_project(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        && name.len() <= 63
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}

fn name(service: &Service) -> Result<(), Box<Problem>> {
    let name = &service.name;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !name.text.is_empty() && name.text.len() <= 63 && name.text.bytes().all(plain) {
        return Ok(());
    }
    let problem = Problem::new(name.at, format!("{:?} cannot be the name of a service", name.text));
    Err(Box::new(problem.expected("letters, digits, -, _ and .")))
}

fn missing(kind: &str, name: &Mention, known: &[Mention]) -> Option<Problem> {
    if known.iter().any(|known| known.text == name.text) {
        return None;
    }
    let problem = Problem::new(name.at, format!("there is no {kind} `{}`", name.text));
    let near = problem.near(&name.text, known.iter().map(|known| known.text.as_str()));
    let hint = near.hint.is_none().then(|| format!("write it below `{kind}s:` of the file"));
    Some(near.hint(hint))
}

fn dependencies(service: &Service, compose: &Compose, problems: &mut Vec<Problem>) {
    for dependency in &service.depends_on {
        let name = &dependency.name;
        let Some(other) = compose.services.iter().find(|other| other.name.text == name.text) else {
            let message =
                format!("the service `{}` depends on `{}`, which there is not", service.name.text, name.text);
            let names = compose.services.iter().map(|service| service.name.text.as_str());
            problems.push(Problem::new(name.at, message).near(&name.text, names));
            continue;
        };
        if dependency.required && other.on_request && !service.on_request {
            let message = format!(
                "the service `{}` depends on `{}`, which has a profile and does not start by itself",
                service.name.text, name.text
            );
            problems.push(Problem::new(name.at, message).hint(Some("write `required: false`".to_owned())));
        }
        if dependency.condition == Condition::Healthy && other.health == Health::Disabled {
            let message = format!("`{}` is never healthy: its health check is disabled", name.text);
            problems.push(Problem::new(name.at, message));
        }
    }
}

/// Services that wait for one another.
fn circle(compose: &Compose, problems: &mut Vec<Problem>) {
    let needs: BTreeMap<&str, Vec<(&str, At)>> = compose
        .services
        .iter()
        .map(|service| {
            let needs = service.depends_on.iter().map(|needed| (needed.name.text.as_str(), needed.name.at));
            (service.name.text.as_str(), needs.collect())
        })
        .collect();
    let mut done: Vec<&str> = Vec::new();
    // What waits for nobody that is left comes next; what never comes waits for itself.
    loop {
        let before = done.len();
        for (name, needed) in &needs {
            let ready = needed.iter().all(|(need, _)| done.contains(need) || !needs.contains_key(need));
            if !done.contains(name) && ready {
                done.push(name);
            }
        }
        if done.len() == before {
            break;
        }
    }
    let left: Vec<&str> = needs.keys().copied().filter(|name| !done.contains(name)).collect();
    let Some(at) = left.first().and_then(|name| needs[name].iter().find(|(need, _)| left.contains(need)))
    else {
        return;
    };
    problems.push(Problem::new(at.1, format!("these services wait for one another: {}", left.join(", "))));
}
