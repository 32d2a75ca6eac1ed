//! Services for OpenRC: a script of `/etc/init.d` each, supervised by supervise-daemon, in the runlevel `default`.
//!
//! `need` orders both ways; a service counts as started once it is ready. supervise-daemon starts again without end: how often
//! and how fast is counted by the service's script, which also says so when it gives up. A limit of supervise-daemon's own would be
//! met first, and in silence. A service's cgroup is a group apart from the one that OpenRC keeps supervise-daemon in, so that limits
//! and clean-up meet the service alone.

use yoe_model::{Service, ServiceKind};

use super::{Rendered, met_by_services, script};

/// The script that brings the base system up, before every service.
const BASE: &str = "yoe-base";

/// OpenRC's own settings. Services wait for their own needs alone, not for whoever happens to stand before them.
const SETTINGS: &str = "# Services that do not need one another start at the same time.\nrc_parallel=\"YES\"\n";

/// The files and links.
pub(super) fn render(services: &[&Service]) -> Vec<Rendered> {
    let base = "#!/sbin/openrc-run\n# Mounts, cgroups, host name, credentials: what services may count on.\n\
                start() {\n    ebegin \"Bringing up the base system\"\n    /usr/lib/yoe/start\n    eend $?\n}\n";
    let console = "#!/sbin/openrc-run\n# A login on the console.\nsupervisor=supervise-daemon\n\
                   command=/usr/lib/yoe/console\nrespawn_delay=1\nrespawn_max=0\n";
    let mut rendered = vec![
        Rendered::file(format!("etc/init.d/{BASE}"), base, 0o755),
        link("boot", BASE),
        Rendered::file("etc/init.d/yoe-console", console, 0o755),
        link("default", "yoe-console"),
        Rendered::file("etc/rc.conf.d/yoe.conf", SETTINGS, 0o644),
    ];
    for service in services {
        rendered.push(Rendered::file(
            format!("etc/init.d/{}", service.name),
            init_script(service, services),
            0o755,
        ));
        rendered.push(link("default", &service.name));
    }
    rendered
}

fn link(runlevel: &str, name: &str) -> Rendered {
    Rendered::Link { path: format!("etc/runlevels/{runlevel}/{name}"), target: format!("/etc/init.d/{name}") }
}

fn init_script(service: &Service, all: &[&Service]) -> String {
    let own = script::path(service);
    let needs: String = met_by_services(service, all).map(|need| format!(" {need}")).collect();
    let depend = format!("depend() {{\n    need {BASE}{needs}\n}}\n");
    let body = match service.kind {
        ServiceKind::Task => task(service, &own),
        ServiceKind::Daemon => daemon(service, &own),
    };
    format!("#!/sbin/openrc-run\n# The service {}.\n{body}{depend}", service.name)
}

fn task(service: &Service, own: &str) -> String {
    let name = &service.name;
    format!("start() {{\n    ebegin \"Running {name}\"\n    {own} start\n    eend $?\n}}\n")
}

fn daemon(service: &Service, own: &str) -> String {
    let (name, stop) = (&service.name, service.stop);
    let log = format!("/run/yoe/services/{name}/log.pid");
    format!(
        "supervisor=supervise-daemon\n\
         command={own}\n\
         command_args_foreground=start\n\
         respawn_delay=2\n\
         respawn_max=0\n\
         retry=\"{signal}/{timeout}/KILL/5\"\n\
         start_pre() {{\n    \
             mkdir -p /run/yoe/services/{name} &&\n        start-stop-daemon --start --background --make-pidfile --pidfile {log} --exec {own} -- log\n\
         }}\n\
         start_post() {{\n    {own} wait\n}}\n\
         stop_pre() {{\n    {own} stopped\n}}\n\
         stop_post() {{\n    {own} after\n    start-stop-daemon --stop --pidfile {log}\n}}\n",
        signal = stop.signal.as_str(),
        timeout = stop.timeout,
    )
}
