//! What a Compose file says, as far as somebody must know before it runs.

use crate::At;
use crate::yaml::Node;

/// A Compose file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compose {
    /// The name of the project, when the file says one.
    pub name: Option<Mention>,
    /// Its services, in the order of their names.
    pub services: Vec<Service>,
    /// Its volumes.
    pub volumes: Vec<Volume>,
    /// Its networks.
    pub networks: Vec<Mention>,
    /// Its configs; the files of those that have one are in [`Self::files`].
    pub configs: Vec<Mention>,
    /// Its secrets.
    pub secrets: Vec<Mention>,
    /// Paths of files that it reads, as they are written.
    pub files: Vec<Mention>,
    /// Paths of files of secrets, and of secrets that are written into the file themselves.
    pub secret_files: Vec<Mention>,
}

/// A word and where it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// The word.
    pub text: String,
    /// Where.
    pub at: At,
}

/// A volume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Volume {
    /// What the file calls it.
    pub name: Mention,
    /// What the engine calls it, when the file says so.
    pub named: Option<String>,
}

/// A service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: Mention,
    /// The image that it names.
    pub image: Option<Mention>,
    /// The architecture that it wants, such as `linux/arm64`.
    pub platform: Option<Mention>,
    /// Whether it starts only when its profile is asked for.
    pub on_request: bool,
    /// How many containers it has.
    pub containers: u32,
    /// Whether its container may end by itself without being started again.
    pub may_end: bool,
    /// Its health check.
    pub health: Health,
    /// The most bytes that the logs of one of its containers take, when the file bounds them.
    pub log: Option<u64>,
    /// Ports of the device that lead to it.
    pub ports: Vec<Port>,
    /// Paths of the device that it sees.
    pub binds: Vec<Bind>,
    /// Volumes that it mounts by name.
    pub volumes: Vec<Mention>,
    /// Networks that it names.
    pub networks: Vec<Mention>,
    /// Configs that it names.
    pub configs: Vec<Mention>,
    /// Secrets that it names.
    pub secrets: Vec<Mention>,
    /// Services that it waits for.
    pub depends_on: Vec<Dependency>,
}

/// What a file says of a service's health check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Health {
    /// Nothing: the image may have one.
    #[default]
    OfImage,
    /// There is one.
    Checked,
    /// There is none, whatever the image has.
    Disabled,
}

/// A range of ports of the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Where it is written.
    pub at: At,
    /// The address that it is on; every one when empty.
    pub address: String,
    /// `tcp` or `udp`.
    pub protocol: String,
    /// The first port.
    pub first: u16,
    /// The last port.
    pub last: u16,
}

impl Port {
    /// Whether both want the same.
    pub fn meets(&self, other: &Port) -> bool {
        let everywhere = |address: &str| matches!(address, "" | "0.0.0.0" | "::");
        let same = self.address == other.address || everywhere(&self.address) || everywhere(&other.address);
        same && self.protocol == other.protocol && self.first <= other.last && other.first <= self.last
    }

    /// As messages name it.
    pub fn show(&self) -> String {
        match self.first == self.last {
            true => format!("{}/{}", self.first, self.protocol),
            false => format!("{}-{}/{}", self.first, self.last, self.protocol),
        }
    }
}

/// A path of the device that a container sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// The path, as it is written.
    pub source: Mention,
    /// Whether the container may not write to it.
    pub read_only: bool,
}

/// A service that another one waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Its name.
    pub name: Mention,
    /// What is waited for.
    pub condition: Condition,
    /// Whether it must be there.
    pub required: bool,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// That it was started.
    Started,
    /// That it is healthy.
    Healthy,
    /// That it ended well.
    Completed,
}

/// A single value with its place.
pub(crate) fn mention(node: &Node) -> Option<Mention> {
    Some(Mention { text: node.text()?.to_owned(), at: node.at })
}
