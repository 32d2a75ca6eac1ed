//! Whether services can run.

use std::collections::BTreeMap;

use yoe_model::{Image, Init, Service, nearest};

use super::limits;
use super::problem::ServiceError;
use crate::root::tree::{Body, RootTree};

/// What services can need without naming one. A service of the image that bears such a name brings it about;
/// otherwise it counts as reached once the base system is up.
const MILESTONES: [&str; 6] = ["clock", "credentials", "cgroups", "data", "mounts", "network"];

/// The services in an order that respects their needs.
pub(crate) fn check<'a>(
    services: &'a [Service],
    image: &Image,
    tree: &RootTree,
) -> Result<Vec<&'a Service>, Vec<ServiceError>> {
    let mut problems = Vec::new();
    if !services.is_empty() {
        problems.extend(init(image, tree));
    }
    let image = image.name.as_str();
    let mut by_name: BTreeMap<&str, &Service> = BTreeMap::new();
    for service in services {
        if let Some(first) = by_name.insert(&service.name, service) {
            problems.push(ServiceError::Twice {
                origin: service.origin.clone(),
                service: service.name.clone(),
                other: first.origin.clone(),
            });
        }
    }
    for service in services {
        problems.extend(words(service));
        problems.extend(program(service, image, tree));
        problems.extend(needs(service, image, &by_name));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    ordered(&by_name).map_err(|circle| vec![*circle])
}

/// Whether what the services are rendered for is there.
fn init(image: &Image, tree: &RootTree) -> Option<ServiceError> {
    let program = match image.init {
        Init::Finit => "/sbin/finit",
        Init::OpenRc => "/sbin/openrc-init",
    };
    if tree.resolve(program).is_some() {
        return None;
    }
    let (origin, image_name) = (image.origin.clone(), image.name.clone());
    Some(ServiceError::NoInit { origin, image: image_name, init: image.init.as_str(), program })
}

fn words(service: &Service) -> Vec<ServiceError> {
    let (origin, name) = (|| service.origin.clone(), || service.name.clone());
    let mut problems = Vec::new();
    let plain = service.name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if !plain || !service.name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        problems.push(ServiceError::Name { origin: origin(), service: name() });
    }
    for limit in service.limits.keys().filter(|limit| limits::find(limit).is_none()) {
        let names: Vec<_> = limits::ALL.iter().map(|limit| limit.name).collect();
        problems.push(ServiceError::UnknownLimit {
            origin: origin(),
            service: name(),
            limit: limit.clone(),
            near: nearest(limit, names.iter().copied()).map(str::to_owned),
            expected: names.join(", "),
        });
    }
    for variable in service.environment.keys().filter(|variable| !is_variable(variable)) {
        problems.push(ServiceError::Variable {
            origin: origin(),
            service: name(),
            variable: variable.clone(),
        });
    }
    problems
}

fn is_variable(name: &str) -> bool {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    plain && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

fn program(service: &Service, image: &str, tree: &RootTree) -> Option<ServiceError> {
    let (origin, name) = (service.origin.clone(), service.name.clone());
    let Some(program) = service.command.first() else {
        return Some(ServiceError::NoCommand { origin, service: name });
    };
    if !program.starts_with('/') {
        return Some(ServiceError::Relative { origin, service: name, program: program.clone() });
    }
    let Some(node) = tree.resolve(program).and_then(|path| tree.nodes.get(&path)) else {
        let near = near_program(program, tree);
        let (program, image) = (program.clone(), image.to_owned());
        return Some(ServiceError::NoProgram { origin, service: name, program, image, near });
    };
    let kind = match &node.body {
        Body::File(..) if node.mode & 0o111 != 0 => return None,
        Body::File(..) => format!("a file with mode {:04o}", node.mode),
        other => other.kind().to_owned(),
    };
    Some(ServiceError::NotExecutable { origin, service: name, program: program.clone(), kind })
}

/// A program of the same name elsewhere, else one with a near path.
fn near_program(program: &str, tree: &RootTree) -> Option<String> {
    let is_program = |body: &Body, mode| matches!(body, Body::Symlink(_)) || mode & 0o111 != 0;
    let programs = tree
        .nodes
        .iter()
        .filter(|(_, node)| !matches!(node.body, Body::Directory) && is_program(&node.body, node.mode))
        .map(|(path, _)| format!("/{path}"));
    let programs: Vec<String> = programs.collect();
    let file = program.rsplit('/').next()?;
    let same = programs.iter().find(|path| path.rsplit('/').next() == Some(file));
    same.cloned().or_else(|| nearest(program, programs.iter().map(String::as_str)).map(str::to_owned))
}

fn needs<'a>(
    service: &'a Service,
    image: &'a str,
    by_name: &'a BTreeMap<&str, &Service>,
) -> impl Iterator<Item = ServiceError> + 'a {
    let known = |need: &str| by_name.contains_key(need) || MILESTONES.contains(&need);
    service.needs.iter().filter(move |need| !known(need)).map(move |need| ServiceError::UnknownNeed {
        origin: service.origin.clone(),
        service: service.name.clone(),
        need: need.clone(),
        image: image.to_owned(),
        near: nearest(need, by_name.keys().copied().chain(MILESTONES)).map(str::to_owned),
        milestones: MILESTONES.join(", "),
    })
}

/// Needs before those that need them, otherwise by name.
fn ordered<'a>(by_name: &BTreeMap<&str, &'a Service>) -> Result<Vec<&'a Service>, Box<ServiceError>> {
    let mut order = Vec::new();
    for service in by_name.values() {
        visit(service, by_name, &mut Vec::new(), &mut order)?;
    }
    Ok(order)
}

fn visit<'a>(
    service: &'a Service,
    by_name: &BTreeMap<&str, &'a Service>,
    path: &mut Vec<String>,
    order: &mut Vec<&'a Service>,
) -> Result<(), Box<ServiceError>> {
    if order.iter().any(|done| done.name == service.name) {
        return Ok(());
    }
    let again = path.iter().position(|name| *name == service.name);
    path.push(service.name.clone());
    if let Some(start) = again {
        let (origin, path) = (service.origin.clone(), path.split_off(start));
        return Err(Box::new(ServiceError::Circle { origin, path }));
    }
    for need in service.needs.iter().filter_map(|need| by_name.get(need.as_str())) {
        visit(need, by_name, path, order)?;
    }
    path.pop();
    order.push(service);
    Ok(())
}
