//! The engines that a kernel may have to carry.

use std::fmt;

use serde::Serialize;
use yoe_model::nearest;

/// A container engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// containerd with runc.
    Containerd,
    /// nerdctl with CNI plugins, over containerd.
    Nerdctl,
    /// Docker Engine, over containerd.
    Docker,
    /// Podman with netavark.
    Podman,
    /// Podman started by a user without privileges.
    PodmanRootless,
    /// k3s with its own containerd.
    K3s,
}

/// A name that no engine has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown container engine `{name}`; {}", .near.map_or_else(|| format!("expected one of {}", Runtime::names().join(", ")), |near| format!("did you mean `{near}`?")))]
pub struct RuntimeError {
    /// What was written.
    pub name: String,
    /// The closest name.
    pub near: Option<&'static str>,
}

impl Runtime {
    /// Every engine, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Containerd, Self::Nerdctl, Self::Docker, Self::Podman, Self::PodmanRootless, Self::K3s];

    /// The name that users write.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Containerd => "containerd",
            Self::Nerdctl => "nerdctl",
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::PodmanRootless => "podman-rootless",
            Self::K3s => "k3s",
        }
    }

    /// Every name.
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|runtime| runtime.name()).collect()
    }

    /// The engine that it stands on: what that one needs, it needs too.
    pub const fn base(self) -> Option<Self> {
        match self {
            Self::Nerdctl | Self::Docker | Self::K3s => Some(Self::Containerd),
            Self::PodmanRootless => Some(Self::Podman),
            Self::Containerd | Self::Podman => None,
        }
    }

    /// Whether it, or what it brings for networks, calls iptables. containerd filters nothing, and Podman uses nftables
    /// itself.
    pub const fn calls_iptables(self) -> bool {
        match self {
            Self::Nerdctl | Self::Docker | Self::K3s => true,
            Self::Containerd | Self::Podman | Self::PodmanRootless => false,
        }
    }

    /// The engine named `name`.
    ///
    /// # Errors
    /// No engine has that name: [`RuntimeError`] with the closest one.
    pub fn parse(name: &str) -> Result<Self, RuntimeError> {
        let found = Self::ALL.into_iter().find(|runtime| runtime.name() == name);
        found.ok_or_else(|| RuntimeError {
            name: name.to_owned(),
            near: nearest(name, Self::names()).and_then(known),
        })
    }

    /// Engines in a list with commas, `docker,podman`: each once, in the order of reports.
    ///
    /// # Errors
    /// The first name that no engine has.
    pub fn parse_list(list: &str) -> Result<Vec<Self>, RuntimeError> {
        let mut found =
            list.split(',').map(|name| Self::parse(name.trim())).collect::<Result<Vec<_>, _>>()?;
        found.sort();
        found.dedup();
        Ok(found)
    }
}

fn known(name: &str) -> Option<&'static str> {
    Runtime::names().into_iter().find(|known| *known == name)
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
