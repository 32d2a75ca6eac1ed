//! The files of a new project.

use super::Runtime;
use super::module_source::ModuleSource;

/// What differs between new projects.
pub struct Project<'a> {
    /// Its name, which its image and its unit begin with.
    pub name: &'a str,
    /// Its machine.
    pub machine: &'a str,
    /// What runs containers on its device.
    pub runtime: Runtime,
    /// Where its modules come from.
    pub modules: &'a ModuleSource,
}

/// What each device has.
const BASE: [&str; 8] = ["base-files", "busybox", "data", "dhcpcd", "dropbear", "finit", "linux", "musl"];

/// What each runtime needs besides: policies, authorities to trust, a clock that is right, and a packet filter.
const CONTAINERS: [&str; 5] = ["apparmor-policies", "ca-certificates", "chrony", "iptables", "tzdata"];

/// What a runtime is on a device.
struct OfRuntime {
    /// What follows the project's name in the image's description.
    description: &'static str,
    artifacts: &'static [&'static str],
    /// What the kernel must carry.
    contract: &'static [&'static str],
    /// The size of a slot.
    slot: &'static str,
}

impl Runtime {
    fn details(self) -> OfRuntime {
        match self {
            Runtime::Containerd => OfRuntime {
                description: ": a device that runs containers by containerd",
                artifacts: &["engine-config", "nerdctl", "supervisor", "tini"],
                contract: &["containerd", "nerdctl"],
                slot: "128M",
            },
            Runtime::Docker => OfRuntime {
                description: ": a device that runs containers by Docker",
                artifacts: &["docker-config"],
                contract: &["docker"],
                slot: "160M",
            },
            Runtime::Podman => OfRuntime {
                description: ": a device that runs containers by Podman",
                artifacts: &["podman-config"],
                contract: &["podman", "podman-rootless"],
                slot: "128M",
            },
            Runtime::None => {
                OfRuntime { description: ": a device", artifacts: &[], contract: &[], slot: "64M" }
            }
        }
    }
}

impl Project<'_> {
    /// Each file's path in the project, and its text.
    pub fn files(&self) -> Vec<(String, String)> {
        let name = self.name;
        let template = [
            ("PROJECT.star".to_owned(), include_str!("template/PROJECT.star")),
            (format!("images/{name}-device.star"), include_str!("template/image.star")),
            (format!("units/app/{name}-page.star"), include_str!("template/unit.star")),
            (format!("units/app/{name}-page/index.html"), include_str!("template/index.html")),
            (".gitignore".to_owned(), include_str!("template/gitignore")),
            ("README.md".to_owned(), include_str!("template/README.md")),
        ];
        template.into_iter().map(|(path, text)| (path, self.filled(text))).collect()
    }

    fn filled(&self, text: &str) -> String {
        let OfRuntime { description, artifacts, contract, slot } = self.runtime.details();
        let containers: &[&str] = if contract.is_empty() { &[] } else { &CONTAINERS };
        let line = |names: &[&str]| match names {
            [] => String::new(),
            names => format!("        {},\n", quoted(names)),
        };
        let contract = match contract {
            [] => String::new(),
            names => format!("    kernel_contract = [{}],\n", quoted(names)),
        };
        text.replace("@MODULES@", &self.modules.refs())
            .replace("@ARTIFACTS@", &[line(&BASE), line(containers), line(artifacts)].concat())
            .replace("@CONTRACT@", &contract)
            .replace("@RUNTIME@", description)
            .replace("@SLOT@", slot)
            .replace("@MACHINE@", self.machine)
            .replace("@NAME@", self.name)
    }
}

/// Names as elements of a Starlark list.
fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}
