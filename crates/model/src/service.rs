//! Services as typed data, rendered for the image's init.

use std::collections::BTreeMap;

use crate::content_hash::content_hash;
use crate::{ContentHash, Fingerprint, Origin, Size};

/// A supervised program on the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Unique within an image. One with a milestone's name brings that milestone about.
    pub name: String,
    /// Whether it stays or ends.
    pub kind: ServiceKind,
    /// Absolute program path, then its arguments.
    pub command: Vec<String>,
    /// Names of the services and milestones that come before it.
    pub needs: Vec<String>,
    /// A command that succeeds when the service is up; empty when being started is being up.
    pub ready: Vec<String>,
    /// When it is started again.
    pub restart: Restart,
    /// When it is given up.
    pub restart_limit: RestartLimit,
    /// Seconds that it has to become ready, or a task to be done; without end when absent.
    pub start_timeout: Option<u32>,
    /// How it is ended.
    pub stop: Stop,
    /// What becomes of the processes that it started when it ends.
    pub children: Children,
    /// What is written into its cgroup's control files, by their names, such as `memory.max`.
    pub cgroup: BTreeMap<String, String>,
    /// How readily the kernel ends it when memory runs out, compared with everything else.
    pub oom: OomScore,
    /// Resource limits by their name in setrlimit(2) without `RLIMIT_`, in lower case.
    pub limits: BTreeMap<String, u64>,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// The most that is kept of what it prints.
    pub log: Size,
    /// Where it was written.
    pub origin: Origin,
}

content_hash!(Service {
    name, kind, command, needs, ready, restart, restart_limit, start_timeout, stop, children, cgroup, oom, limits,
    environment, log,
} ignoring { origin });

impl Service {
    /// A daemon that needs nothing, with the language's defaults for everything else.
    pub fn new(name: impl Into<String>, command: Vec<String>, origin: Origin) -> Self {
        Self {
            name: name.into(),
            kind: ServiceKind::Daemon,
            command,
            needs: Vec::new(),
            ready: Vec::new(),
            restart: Restart::Always,
            restart_limit: RestartLimit::default(),
            start_timeout: None,
            stop: Stop::default(),
            children: Children::End,
            cgroup: BTreeMap::new(),
            oom: OomScore::default(),
            limits: BTreeMap::new(),
            environment: BTreeMap::new(),
            log: Self::LOG,
            origin,
        }
    }

    /// How much is kept of what a service prints when nothing else is said.
    pub const LOG: Size = Size(1 << 20);
}

/// Whether a service stays or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceKind {
    /// Runs until it is stopped.
    Daemon,
    /// Runs once and must succeed; having succeeded is being ready.
    Task,
}

impl ServiceKind {
    /// As written in a definition.
    pub fn as_str(self) -> &'static str {
        match self {
            ServiceKind::Daemon => "daemon",
            ServiceKind::Task => "task",
        }
    }
}

impl ContentHash for ServiceKind {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_str().hash(into);
    }
}

/// When a service that ended is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// However it ended.
    Always,
    /// When it ended with an error.
    OnFailure,
    /// Not at all.
    Never,
}

impl Restart {
    /// As written in a definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Restart::Always => "always",
            Restart::OnFailure => "on-failure",
            Restart::Never => "never",
        }
    }
}

impl ContentHash for Restart {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_str().hash(into);
    }
}

/// How often a service is started again before it is given up and reported as failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestartLimit {
    /// So many restarts are made,
    pub count: u32,
    /// within so many seconds.
    pub period: u32,
}

impl Default for RestartLimit {
    fn default() -> Self {
        Self { count: 5, period: 60 }
    }
}

content_hash!(RestartLimit { count, period });

/// How a service is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// What it is sent first.
    pub signal: Signal,
    /// Seconds until all that is left in its cgroup is killed.
    pub timeout: u32,
}

impl Default for Stop {
    fn default() -> Self {
        Self { signal: Signal::Term, timeout: 10 }
    }
}

content_hash!(Stop { signal, timeout });

/// A signal that asks a program to end, by convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM, what most programs expect.
    Term,
    /// SIGINT, as from a keyboard.
    Int,
    /// SIGQUIT, with which some end after what they are doing.
    Quit,
    /// SIGHUP, as when a terminal goes away.
    Hup,
    /// SIGUSR1.
    Usr1,
    /// SIGUSR2.
    Usr2,
}

impl Signal {
    /// All of them, the usual one first.
    pub const ALL: [Signal; 6] =
        [Signal::Term, Signal::Int, Signal::Quit, Signal::Hup, Signal::Usr1, Signal::Usr2];

    /// Its name without `SIG`, as written in a definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Signal::Term => "TERM",
            Signal::Int => "INT",
            Signal::Quit => "QUIT",
            Signal::Hup => "HUP",
            Signal::Usr1 => "USR1",
            Signal::Usr2 => "USR2",
        }
    }
}

impl ContentHash for Signal {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_str().hash(into);
    }
}

/// What becomes of the processes that a service started when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Children {
    /// All that is left in its cgroup is killed.
    End,
    /// They live on, as the containers of an engine do.
    Stay,
}

impl Children {
    /// As written in a definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Children::End => "end",
            Children::Stay => "stay",
        }
    }
}

impl ContentHash for Children {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_str().hash(into);
    }
}

/// How readily the kernel ends a process when memory runs out (`oom_score_adj` of proc(5)): 1000 is first, -999 is last.
/// -1000, by which a process is never ended, is left to process 1: a service that eats all memory has to be stoppable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct OomScore(i16);

impl OomScore {
    /// The process that is ended last.
    pub const MIN: i16 = -999;
    /// The process that is ended first.
    pub const MAX: i16 = 1000;

    /// The score, when it is between [`Self::MIN`] and [`Self::MAX`], both included.
    pub fn new(score: i16) -> Option<Self> {
        (Self::MIN..=Self::MAX).contains(&score).then_some(Self(score))
    }

    /// The number that the kernel takes.
    pub fn get(self) -> i16 {
        self.0
    }
}

impl ContentHash for OomScore {
    fn hash(&self, into: &mut Fingerprint) {
        self.0.to_string().hash(into);
    }
}
