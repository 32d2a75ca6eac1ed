//! What a service says.

use crate::contents::{Condition, Dependency, Health, Mention, Service, mention};
use crate::values;
use crate::yaml::{Key, Node};
use crate::{Port, Problem};

pub(crate) fn read(key: &Key, node: &Node, problems: &mut Vec<Problem>) -> Service {
    let mut service = Service {
        name: Mention { text: key.text.clone(), at: key.at },
        image: node.get("image").and_then(mention),
        platform: node.get("platform").and_then(mention),
        on_request: node.get("profiles").is_some_and(|node| !node.items().is_empty()),
        containers: containers(node),
        may_end: may_end(node),
        health: health(node),
        log: log(node),
        ports: ports(node, problems),
        networks: names(node.get("networks")),
        configs: references(node.get("configs")),
        secrets: references(node.get("secrets")),
        depends_on: dependencies(node.get("depends_on")),
        ..Service::default()
    };
    if let Some(name) =
        node.get("network_mode").and_then(Node::text).and_then(|mode| mode.strip_prefix("service:"))
    {
        let at = node.get("network_mode").map(|node| node.at).unwrap_or_default();
        let name = Mention { text: name.to_owned(), at };
        service.depends_on.push(Dependency { name, condition: Condition::Started, required: true });
    }
    for mount in node.get("volumes").map(Node::items).unwrap_or_default() {
        match values::mount(mount) {
            Some(values::Mount::Bind(bind)) => service.binds.push(bind),
            Some(values::Mount::Volume(name)) => service.volumes.push(name),
            None => {}
        }
    }
    for device in node.get("devices").map(Node::items).unwrap_or_default() {
        // A device is there or it is not; it is no directory that somebody writes to.
        let source = device.text().and_then(|text| text.split(':').next()).unwrap_or_default();
        if !source.starts_with('/') {
            let problem = Problem::new(device.at, format!("{source:?} is not the path of a device"));
            problems.push(problem.expected("a path such as `/dev/ttyUSB0`"));
        }
    }
    service
}

fn containers(node: &Node) -> u32 {
    let of_deploy = node.get("deploy").and_then(|node| node.get("replicas"));
    let count = of_deploy.or_else(|| node.get("scale")).and_then(Node::text);
    count.and_then(|text| text.parse().ok()).unwrap_or(1)
}

fn may_end(node: &Node) -> bool {
    let policy = node.get("deploy").and_then(|node| node.get("restart_policy"));
    match policy {
        Some(policy) => matches!(policy.get("condition").and_then(Node::text), Some("none" | "on-failure")),
        None => !matches!(node.get("restart").and_then(Node::text), Some("always" | "unless-stopped")),
    }
}

fn health(node: &Node) -> Health {
    let Some(check) = node.get("healthcheck") else { return Health::OfImage };
    let test = check.get("test");
    let none = test.is_some_and(|test| test.items().first().unwrap_or(test).text() == Some("NONE"));
    match () {
        () if none || check.get("disable").is_some_and(Node::is_true) => Health::Disabled,
        () if test.is_some() => Health::Checked,
        () => Health::OfImage,
    }
}

/// How much the logs of one container take at most: two files, each of `max-size`, as the engine keeps them, or `max-file`.
fn log(node: &Node) -> Option<u64> {
    let options = node.get("logging")?.get("options")?;
    let size = values::bytes(options.get("max-size")?.text()?)?;
    let files = options.get("max-file").and_then(Node::text).and_then(|text| text.parse().ok()).unwrap_or(1);
    size.checked_mul(files)
}

fn ports(node: &Node, problems: &mut Vec<Problem>) -> Vec<Port> {
    let mut ports = Vec::new();
    for node in node.get("ports").map(Node::items).unwrap_or_default() {
        match values::port(node) {
            Ok(port) => ports.extend(port),
            Err(problem) => problems.push(*problem),
        }
    }
    ports
}

/// Files of variables. One that need not be there is not missed.
pub(crate) fn env_files(node: &Node) -> Vec<Mention> {
    let Some(node) = node.get("env_file") else { return Vec::new() };
    let needed = |node: &&Node| node.get("required").is_none_or(Node::is_true);
    let path = |node: &Node| mention(node).or_else(|| node.get("path").and_then(mention));
    mention(node).into_iter().chain(node.items().iter().filter(needed).filter_map(path)).collect()
}

/// The names of a list or the keys of a mapping.
fn names(node: Option<&Node>) -> Vec<Mention> {
    let Some(node) = node else { return Vec::new() };
    let keys = node.entries().iter().map(|(key, _)| Mention { text: key.text.clone(), at: key.at });
    node.items().iter().filter_map(mention).chain(keys).collect()
}

/// Names of configs or secrets.
fn references(node: Option<&Node>) -> Vec<Mention> {
    let source = |node: &Node| mention(node).or_else(|| node.get("source").and_then(mention));
    node.map(Node::items).unwrap_or_default().iter().filter_map(source).collect()
}

fn dependencies(node: Option<&Node>) -> Vec<Dependency> {
    let Some(node) = node else { return Vec::new() };
    let plain = node.items().iter().filter_map(mention).map(|name| Dependency {
        name,
        condition: Condition::Started,
        required: true,
    });
    let long = node.entries().iter().map(|(key, node)| Dependency {
        name: Mention { text: key.text.clone(), at: key.at },
        condition: match node.get("condition").and_then(Node::text) {
            Some("service_healthy") => Condition::Healthy,
            Some("service_completed_successfully") => Condition::Completed,
            _ => Condition::Started,
        },
        required: node.get("required").is_none_or(Node::is_true),
    });
    plain.chain(long).collect()
}
