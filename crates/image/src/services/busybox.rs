//! Services for busybox init: a line of `/etc/inittab` and a script each.
//!
//! init has run its `sysinit` lines to the end before it starts services, so milestones are reached by then. A service
//! is ready when the file `/run/yoe/ready/<name>` exists; those that need it wait for that file.

use std::fmt::Write as _;

use yoe_model::{Restart, Service};

use super::limits;
use crate::disk::quote;

const FOLDER: &str = "usr/lib/yoe/services";

/// Where a service's script lies, relative to the root.
pub(crate) fn path(service: &Service) -> String {
    format!("{FOLDER}/{}", service.name)
}

/// The packages' inittab with a line for each service.
pub(crate) fn inittab(of_packages: Option<&str>, services: &[&Service]) -> String {
    const OWN: &str = "::ctrlaltdel:/sbin/reboot\n::shutdown:/bin/umount -a -r\n";
    let mut text = of_packages.unwrap_or(OWN).trim_end().to_owned();
    text.push_str("\n# The services of the image's units.\n");
    for service in services {
        // init itself knows no restart upon failure: that script repeats by itself.
        let action = if service.restart == Restart::Always { "respawn" } else { "once" };
        // Writing to a string does not fail.
        let _ = writeln!(text, "::{action}:/{}", path(service));
    }
    text
}

/// The script that init runs; `all` are the services of the image. What is no service is a milestone.
pub(crate) fn script(service: &Service, all: &[&Service]) -> String {
    let mut text = format!("#!/bin/sh\n# The service {}.\n", service.name);
    let mut add = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    add(format!("ready=/run/yoe/ready/{}", service.name));
    add("mkdir -p /run/yoe/ready".to_owned());
    for need in service.needs.iter().filter(|need| all.iter().any(|other| other.name == **need)) {
        add(format!("until [ -e /run/yoe/ready/{need} ]; do sleep 1; done"));
    }
    for (limit, value) in service.limits.iter().filter_map(|(name, value)| Some((limits::find(name)?, value)))
    {
        add(format!("ulimit -{} {}", limit.option, value.div_ceil(limit.unit)));
    }
    for (name, value) in &service.environment {
        add(format!("export {name}={}", quote(value)));
    }
    add(run(service));
    add(match service.restart {
        Restart::OnFailure => "until run; do sleep 1; done".to_owned(),
        Restart::Always | Restart::Never => "run".to_owned(),
    });
    text
}

/// The shell function that starts the program, says when it is ready, and ends with its status.
fn run(service: &Service) -> String {
    let words = |command: &[String]| command.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ");
    let ready = match service.ready.as_slice() {
        [] => String::new(),
        command => format!(
            "    until {} >/dev/null 2>&1; do\n        kill -0 \"$pid\" 2>/dev/null || break\n        sleep 1\n    done\n",
            words(command)
        ),
    };
    // What is not started again and ended well has done its work: it stays ready.
    let ended = match service.restart {
        Restart::Always => "rm -f \"$ready\"",
        Restart::OnFailure | Restart::Never => {
            "if [ \"$status\" -eq 0 ]; then : >\"$ready\"; else rm -f \"$ready\"; fi"
        }
    };
    format!(
        "run() {{\n    rm -f \"$ready\"\n    {} &\n    pid=$!\n{ready}    ! kill -0 \"$pid\" 2>/dev/null || : >\"$ready\"\n    status=0\n    wait \"$pid\" || status=$?\n    {ended}\n    return \"$status\"\n}}",
        words(&service.command)
    )
}
