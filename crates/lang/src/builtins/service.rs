//! `service`.

use std::collections::BTreeMap;

use yoe_model::{Children, OomScore, Restart, RestartLimit, Service, ServiceKind, Signal, Size, Stop};

use crate::arguments::cgroup::ControlFiles;
use crate::arguments::choices::Resource;
use crate::arguments::numbers::{Amount, Whole};
use crate::arguments::text::{ServiceName, Variable};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::problem::{Place, Problem};
use crate::session::FileKind;

arguments! {
    /// A supervised program on the device: typed data, rendered for the image's init.
    "service" => pub(crate) struct Arguments {
        /// The name, unique in an image. A service with a milestone's name brings that milestone about.
        name: ServiceName,
        /// Whether it stays (`"daemon"`), or runs once and must succeed (`"task"`), which makes it ready.
        kind: ServiceKind = ServiceKind::Daemon,
        /// The program by its absolute path, then its arguments. It stays in the foreground.
        command: Vec<String>,
        /// The services and milestones that come before it: it starts once they are ready.
        needs: Vec<ServiceName> = Vec::new(),
        /// A command that succeeds when the service is up; health checks ask the same. Where it is
        /// `test -e FILE` (or `-f`, `-p`, `-S`) with a file below `/run`, the file is removed before each start.
        ready: Vec<String> = Vec::new(),
        /// When it is started again after it ended; `None` is `"always"` for a daemon and `"never"` for a task.
        restart: Option<Restart> = None,
        /// How many restarts within `restart_period` are made before it is given up and reported as failed.
        restart_limit: Whole<1, 100> = Whole(RestartLimit::default().count),
        /// The seconds that `restart_limit` counts in.
        restart_period: Whole<1, 86_400> = Whole(RestartLimit::default().period),
        /// The seconds that a daemon has to become ready and a task to be done, after which it counts as ended with an
        /// error; `None` for no end.
        start_timeout: Option<Whole<1, 86_400>> = None,
        /// The signal that asks it to end.
        stop_signal: Signal = Stop::default().signal,
        /// The seconds after that signal until all that is left in its cgroup is killed.
        stop_timeout: Whole<1, 300> = Whole(Stop::default().timeout),
        /// What becomes of the processes that it started when it ends: `"end"` kills what is left in its cgroup,
        /// `"stay"` leaves them, as an engine's containers.
        children: Children = Children::End,
        /// Limits of its cgroup, by cgroup v2 control file.
        cgroup: ControlFiles = ControlFiles::default(),
        /// How readily the kernel ends it when memory runs out, from -999 (last) to 1000 (first). Containers have 0; what they
        /// depend on has less. Programs that it starts inherit it.
        oom: OomScore = OomScore::default(),
        /// Resource limits by their name in setrlimit(2), in lower case without `RLIMIT_`.
        limits: BTreeMap<Resource, Amount> = BTreeMap::new(),
        /// Its environment.
        environment: BTreeMap<Variable, String> = BTreeMap::new(),
        /// The most that is kept of what it prints, in /var/log.
        log: Size = Service::LOG,
    }
}

/// How many seconds an init waits at most before it starts a service again.
const PACE: u32 = 5;

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        self.check_command(call)?;
        let restart = self.restart_of_kind(call)?;
        self.check_limit(call)?;
        let value = Service {
            name: self.name.into(),
            kind: self.kind,
            command: self.command,
            needs: self.needs.into_iter().map(String::from).collect(),
            ready: self.ready,
            restart,
            restart_limit: RestartLimit { count: self.restart_limit.0, period: self.restart_period.0 },
            start_timeout: self.start_timeout.map(|seconds| seconds.0),
            stop: Stop { signal: self.stop_signal, timeout: self.stop_timeout.0 },
            children: self.children,
            cgroup: self.cgroup.0,
            oom: self.oom,
            limits: self
                .limits
                .into_iter()
                .map(|(resource, amount)| (resource.as_str().to_owned(), amount.0))
                .collect(),
            environment: self.environment.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            log: self.log,
            origin: call.site.origin(),
        };
        Some(Part::Service(Made { value, site: call.site.clone() }))
    }
}

impl Arguments {
    /// What is done when it ended. A task that is started again after it succeeded would never be done.
    fn restart_of_kind(&self, call: &Call<'_>) -> Option<Restart> {
        match (self.kind, self.restart) {
            (ServiceKind::Task, Some(Restart::Always)) => {
                let message = format!("the task `{}` would never be done: it restarts always", self.name.0);
                let problem = Problem::error(Place::argument(call.site, "restart"), message);
                call.report(problem.expected("\"on-failure\" or \"never\""));
                None
            }
            (_, Some(restart)) => Some(restart),
            (ServiceKind::Daemon, None) => Some(Restart::Always),
            (ServiceKind::Task, None) => Some(Restart::Never),
        }
    }

    /// Restarts are up to [`PACE`] seconds apart: a limit beyond what fits into the period would never be reached.
    fn check_limit(&self, call: &Call<'_>) -> Option<()> {
        let (Whole(count), Whole(period)) = (self.restart_limit, self.restart_period);
        if count * PACE < period {
            return Some(());
        }
        let message =
            format!("{count} restarts do not happen within {period} seconds: they are up to {PACE} apart");
        let problem = Problem::error(Place::argument(call.site, "restart_period"), message);
        call.report(problem.expected(format!("more than {} seconds", count * PACE)));
        None
    }

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
