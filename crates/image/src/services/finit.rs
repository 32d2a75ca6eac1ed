//! Services for finit: a file of stanzas each, and lines of `/etc/finit.conf` that name the files.
//!
//! finit starts, reaps, starts again and stops; what it cannot express is done by the service's script: readiness by
//! asking, a restart limit within a period, what is left of a service after its end. That a service is ready is a
//! condition of finit's `usr/` kind, which stays when the service ends: those that need it are not taken down with it.
//!
//! finit names a cgroup after the file, so every service has one. When the system goes down it asks services to stop in
//! the order in which it read them, so those that need others are read first.

use std::fmt::Write as _;

use yoe_model::{Restart, Service, ServiceKind};

use super::{DATA, Rendered, comes_after, met_by_services, script};

/// finit's own configuration, a package's file.
pub(super) const CONF: &str = "etc/finit.conf";
const DIRECTORY: &str = "usr/lib/yoe/finit";

/// The files; `of_packages` is the text of [`CONF`].
pub(super) fn render(services: &[&Service], of_packages: Option<&str>) -> Vec<Rendered> {
    let mut conf = of_packages.unwrap_or_default().to_owned();
    conf.push_str("\n# The services of the image, in the order in which they stop.\n");
    for service in services.iter().rev() {
        // Writing to a string does not fail.
        let _ = writeln!(conf, "include /{DIRECTORY}/{}.conf", service.name);
    }
    let files = services.iter().map(|service| {
        Rendered::file(format!("{DIRECTORY}/{}.conf", service.name), stanzas(service, services), 0o644)
    });
    std::iter::once(Rendered::file(CONF, conf, 0o644)).chain(files).collect()
}

fn stanzas(service: &Service, all: &[&Service]) -> String {
    let (name, script) = (&service.name, script::path(service));
    let needs: Vec<String> = met_by_services(service, all).map(|need| format!("usr/{need}")).collect();
    let head = format!("# The service {name}.\n");
    let after = conditions(&needs);
    let kill = service.stop.timeout;
    match service.kind {
        ServiceKind::Task => format!("{head}task [2345] {after}name:{name} kill:{kill} {script} start --\n"),
        ServiceKind::Daemon => {
            // What ended is started again by finit only to find out in its script that it must not be.
            let restart = match service.restart {
                Restart::Always | Restart::OnFailure => "restart:always",
                Restart::Never => "norestart",
            };
            let log = log_needs(service, all);
            format!(
                "{head}service [2345] {after}name:{name} notify:none {restart} kill:{kill} \
                 stop:'{script} stop' post:'{script} after' {script} start --\n\
                 # What it prints, read in a cgroup apart.\n\
                 service [2345] {log}name:{name}.log cgroup.log notify:none respawn {script} log --\n"
            )
        }
    }
}

/// A log below /var waits for what is mounted there.
fn log_needs(service: &Service, all: &[&Service]) -> String {
    let needs: Vec<String> =
        comes_after(service, DATA, all).then(|| format!("usr/{DATA}")).into_iter().collect();
    conditions(&needs)
}

fn conditions(needs: &[String]) -> String {
    if needs.is_empty() { String::new() } else { format!("<{}> ", needs.join(",")) }
}
