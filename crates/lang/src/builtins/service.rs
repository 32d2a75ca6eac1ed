//! `service`.

use std::collections::BTreeMap;

use yoe_model::{Restart, Service};

use crate::arguments::choices::Resource;
use crate::arguments::numbers::Amount;
use crate::arguments::text::{Name, Variable};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::problem::{Place, Problem};
use crate::session::FileKind;

arguments! {
    /// A supervised program on the device: typed data, rendered for the image's init.
    "service" => pub(crate) struct Arguments {
        /// The name, unique in an image.
        name: Name,
        /// The program by its absolute path, then its arguments.
        command: Vec<String>,
        /// The services and milestones that come before it.
        needs: Vec<Name> = Vec::new(),
        /// A command that succeeds when the service is up; health checks ask the same.
        ready: Vec<String> = Vec::new(),
        /// When it is started again after it ended.
        restart: Restart = Restart::Always,
        /// Resource limits by their name in setrlimit(2), in lower case without `RLIMIT_`.
        limits: BTreeMap<Resource, Amount> = BTreeMap::new(),
        /// Its environment.
        environment: BTreeMap<Variable, String> = BTreeMap::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        self.check_command(call)?;
        let value = Service {
            name: self.name.into(),
            command: self.command,
            needs: self.needs.into_iter().map(String::from).collect(),
            ready: self.ready,
            restart: self.restart,
            limits: self
                .limits
                .into_iter()
                .map(|(resource, amount)| (resource.as_str().to_owned(), amount.0))
                .collect(),
            environment: self.environment.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            origin: call.site.origin(),
        };
        Some(Part::Service(Made { value, site: call.site.clone() }))
    }
}

impl Arguments {
    /// A service starts a program that is known by its whole path: there is no search path before the init.
    fn check_command(&self, call: &Call<'_>) -> Option<()> {
        let name = &self.name.0;
        let problem = match self.command.first() {
            None => Problem::error(
                Place::argument(call.site, "command"),
                format!("service `{name}` has an empty command"),
            ),
            Some(program) if !program.starts_with('/') => Problem::error(
                Place::text(call.site, "command", program),
                format!("service `{name}` starts {program:?}, which is not an absolute path"),
            ),
            Some(_) => return Some(()),
        };
        call.report(problem.expected("a program's absolute path, then its arguments"));
        None
    }
}
