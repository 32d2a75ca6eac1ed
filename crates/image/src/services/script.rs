//! A service's own script, the same for every init but for one word: what is particular to it, around the program of
//! base-files that holds how services live.
//!
//! It lies at `/usr/lib/yoe/services/NAME`; docs/design/0009-init.md has the words that it takes.

use std::fmt::Write as _;

use yoe_model::{Init, Service};

use super::{DATA, Rendered, comes_after, limits};
use crate::disk::quote;

/// Where a service's script lies on the device.
pub(super) fn path(service: &Service) -> String {
    format!("/usr/lib/yoe/services/{}", service.name)
}

/// The directory of its log. What /var holds before the data partition is there is lost, and would keep it busy.
pub(super) fn log(service: &Service, all: &[&Service]) -> String {
    let has_data = all.iter().any(|other| other.name == DATA);
    let directory = if has_data && !comes_after(service, DATA, all) { "/run/log" } else { "/var/log" };
    format!("{directory}/{}", service.name)
}

pub(super) fn render(init: Init, service: &Service, all: &[&Service]) -> Rendered {
    let mut text = format!("#!/bin/sh\n# The service {}.\n", service.name);
    for (name, value) in variables(init, service, all) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name}={value}");
    }
    text.push_str(&function("confine", &confine(service)));
    let start = [environment(service), vec![format!("exec {}", words(&service.command))]].concat();
    text.push_str(&function("run", &start));
    if !service.ready.is_empty() {
        let ask = [environment(service), vec![words(&service.ready)]].concat();
        text.push_str(&function("ready", &ask));
    }
    text.push_str(". /usr/lib/yoe/service\n");
    Rendered::file(path(service).trim_start_matches('/'), text, 0o755)
}

fn variables(init: Init, service: &Service, all: &[&Service]) -> [(&'static str, String); 14] {
    [
        ("name", quote(&service.name)),
        ("init", init.as_str().to_owned()),
        ("kind", service.kind.as_str().to_owned()),
        ("restart", service.restart.as_str().to_owned()),
        ("restart_limit", service.restart_limit.count.to_string()),
        ("restart_period", service.restart_limit.period.to_string()),
        ("start_timeout", service.start_timeout.map(|seconds| seconds.to_string()).unwrap_or_default()),
        ("stop_signal", service.stop.signal.as_str().to_owned()),
        ("stop_timeout", service.stop.timeout.to_string()),
        ("children", service.children.as_str().to_owned()),
        ("log", log(service, all)),
        ("log_size", service.log.0.to_string()),
        ("asks", if service.ready.is_empty() { "no" } else { "yes" }.to_owned()),
        ("sign", sign(&service.ready).map(quote).unwrap_or_default()),
    ]
}

/// The file whose existence is all that `ready` asks for: what an earlier run left there would answer for this one.
fn sign(ready: &[String]) -> Option<&str> {
    let [test, option, file] = ready else { return None };
    let asks = test.ends_with("/test") && ["-e", "-f", "-p", "-S"].contains(&option.as_str());
    (asks && file.starts_with("/run/")).then_some(file)
}

/// Limits are for the service as a whole: those of the cgroup are written, those of the process are inherited.
fn confine(service: &Service) -> Vec<String> {
    // Before anything else: a limit of memory may be met by what follows.
    let oom = format!("echo {} >/proc/self/oom_score_adj", service.oom.get());
    let cgroup =
        service.cgroup.iter().map(|(file, value)| format!("echo {} >\"$cgroup/{file}\"", quote(value)));
    let known = service.limits.iter().filter_map(|(name, value)| Some((limits::find(name)?, value)));
    let process =
        known.map(|(limit, value)| format!("ulimit -{} {}", limit.option, value.div_ceil(limit.unit)));
    let all: Vec<String> = std::iter::once(oom).chain(cgroup).chain(process).collect();
    vec![all.join(" &&\n        ")]
}

fn environment(service: &Service) -> Vec<String> {
    service.environment.iter().map(|(name, value)| format!("export {name}={}", quote(value))).collect()
}

fn words(command: &[String]) -> String {
    command.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

fn function(name: &str, lines: &[String]) -> String {
    let body: String = lines.iter().map(|line| format!("    {line}\n")).collect();
    format!("{name}() {{\n{body}}}\n")
}
