//! Services: whether they can run in this root, and what they become for its init.

mod check;
mod finit;
mod limits;
mod openrc;
mod problem;
mod script;

use std::io;

use yoe_model::{Init, Service};

use crate::root::tree::RootTree;

pub(crate) use check::check;
pub use problem::ServiceError;

/// A file of the root that comes of the services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rendered {
    File { path: String, text: String, mode: u32 },
    Link { path: String, target: String },
}

impl Rendered {
    fn file(path: impl Into<String>, text: impl Into<String>, mode: u32) -> Self {
        Rendered::File { path: path.into(), text: text.into(), mode }
    }
}

/// What the services become. They are in an order that respects their needs; `tree` holds the packages.
pub(crate) fn render(init: Init, services: &[&Service], tree: &RootTree) -> io::Result<Vec<Rendered>> {
    if services.is_empty() {
        return Ok(Vec::new());
    }
    let mut rendered = match init {
        Init::Finit => finit::render(services, tree.text(finit::CONF)?.as_deref()),
        Init::OpenRc => openrc::render(services),
    };
    rendered.extend(services.iter().map(|service| script::render(init, service, services)));
    Ok(rendered)
}

/// Which of a service's needs are services of the image. The others are milestones that the base system has reached
/// before it starts any service.
fn met_by_services<'a>(service: &'a Service, all: &'a [&Service]) -> impl Iterator<Item = &'a str> {
    let needs = service.needs.iter().map(String::as_str);
    needs.filter(|need| all.iter().any(|other| other.name == *need))
}

/// The service that makes /var persistent, if the image has it.
const DATA: &str = "data";

/// Whether a service starts after the one named, directly or by way of others.
fn comes_after(service: &Service, name: &str, all: &[&Service]) -> bool {
    // Without circles, as was checked before.
    met_by_services(service, all).any(|need| {
        need == name || all.iter().any(|other| other.name == need && comes_after(other, name, all))
    })
}
