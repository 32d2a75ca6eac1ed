//! What PID 1 of a sandbox does, and in which order. The calls themselves stand behind [`Kernel`], so that the order
//! can be tested without rights.

use std::io;

use crate::protocol::{Failure, Stage};
use crate::{Limits, Mount, Network, Spec};

/// Something that the kernel refused.
#[derive(Debug)]
pub(crate) struct SetUpFailure {
    /// What was being done, to follow "cannot".
    pub(crate) doing: String,
    /// The refusal.
    pub(crate) error: io::Error,
}

/// Says what was being done when a call failed.
pub(crate) trait Doing<T> {
    /// The same result, whose error knows what was being done.
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, SetUpFailure>;
}

impl<T, E: Into<io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, SetUpFailure> {
        self.map_err(|error| SetUpFailure { doing: what(), error: error.into() })
    }
}

/// What is asked of the kernel, one method a stage.
pub(crate) trait Kernel {
    /// Makes what bounds memory, where the caller may: it belongs to the caller, outside of all namespaces.
    fn make_group(&mut self, limits: &Limits);
    /// Enters new namespaces; those for processes begin with the next fork.
    fn make_namespaces(&mut self, network: Network) -> Result<(), SetUpFailure>;
    /// Maps the caller to user 0 and group 0.
    fn map_identity(&mut self) -> Result<(), SetUpFailure>;
    /// Dies with the supervisor.
    fn die_with_supervisor(&mut self) -> Result<(), SetUpFailure>;
    /// Bounds what the step takes of the machine; from here on its control group is the root of those that it sees.
    fn limit(&mut self, limits: &Limits) -> Result<(), SetUpFailure>;
    /// Sets the host name.
    fn set_hostname(&mut self, name: &str) -> Result<(), SetUpFailure>;
    /// Switches the loopback device on.
    fn raise_loopback(&mut self) -> Result<(), SetUpFailure>;
    /// Cuts the mounts of this namespace off from the host's.
    fn keep_mounts_private(&mut self) -> Result<(), SetUpFailure>;
    /// Adds one mount to the new root.
    fn mount(&mut self, mount: &Mount) -> Result<(), SetUpFailure>;
    /// Makes the new root `/` and lets go of the old one.
    fn enter_root(&mut self) -> Result<(), SetUpFailure>;
    /// Leaves the caller's session, and takes the terminal that was made for the step, if there is one.
    fn settle_terminal(&mut self) -> Result<(), SetUpFailure>;
    /// Makes this the working directory.
    fn enter_directory(&mut self, path: &str) -> Result<(), SetUpFailure>;
    /// Gives up for good every right that could undo the sandbox.
    fn drop_privileges(&mut self) -> Result<(), SetUpFailure>;
    /// Refuses system calls from here on, here and in all that is started.
    fn filter_calls(&mut self) -> Result<(), SetUpFailure>;
    /// Shuts this process off from the step's curiosity.
    fn become_opaque(&mut self) -> Result<(), SetUpFailure>;
}

fn at<T>(stage: Stage, result: Result<T, SetUpFailure>) -> Result<T, Failure> {
    result.map_err(|trouble| Failure::new(stage, &trouble.doing, &trouble.error))
}

/// The supervisor's part, before it forks PID 1.
pub(crate) fn isolate(kernel: &mut impl Kernel, network: Network, limits: &Limits) -> Result<(), Failure> {
    // Before the namespaces: what it makes is the caller's.
    kernel.make_group(limits);
    at(Stage::Namespaces, kernel.make_namespaces(network))?;
    at(Stage::Identity, kernel.map_identity())
}

/// PID 1's part, before it runs the command.
pub(crate) fn prepare(kernel: &mut impl Kernel, spec: &Spec) -> Result<(), Failure> {
    at(Stage::Surroundings, surroundings(kernel, spec))?;
    for (index, mount) in spec.mounts.iter().enumerate() {
        at(Stage::Mount(index), kernel.mount(mount))?;
    }
    at(Stage::Root, kernel.enter_root())?;
    at(Stage::Session, kernel.settle_terminal())?;
    at(Stage::Directory, kernel.enter_directory(&spec.directory))?;
    at(Stage::Privileges, kernel.drop_privileges())?;
    // After no_new_privs, which the kernel wants for it.
    at(Stage::Privileges, kernel.filter_calls())?;
    // Last: a process that is opaque cannot follow its own links in /proc, and a change of rights would take the
    // parent death signal back.
    at(Stage::Privileges, kernel.become_opaque())?;
    at(Stage::Privileges, kernel.die_with_supervisor())
}

fn surroundings(kernel: &mut impl Kernel, spec: &Spec) -> Result<(), SetUpFailure> {
    // First, so that nothing below can outlive the supervisor.
    kernel.die_with_supervisor()?;
    kernel.limit(&spec.limits)?;
    kernel.set_hostname(&spec.hostname)?;
    if spec.network == Network::None {
        kernel.raise_loopback()?;
    }
    kernel.keep_mounts_private()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down what it is asked, and refuses one thing.
    #[derive(Default)]
    struct Recorder {
        calls: Vec<String>,
        refuse: &'static str,
    }

    impl Recorder {
        fn note(&mut self, call: String) -> Result<(), SetUpFailure> {
            let refused = call == self.refuse;
            self.calls.push(call);
            if refused {
                return Err(rustix::io::Errno::PERM).doing(|| "be recorded".to_owned());
            }
            Ok(())
        }
    }

    impl Kernel for Recorder {
        fn make_group(&mut self, limits: &Limits) {
            self.calls.push(format!("group of {} processes", limits.processes));
        }
        fn make_namespaces(&mut self, network: Network) -> Result<(), SetUpFailure> {
            self.note(format!("namespaces {network:?}"))
        }
        fn map_identity(&mut self) -> Result<(), SetUpFailure> {
            self.note("identity".to_owned())
        }
        fn die_with_supervisor(&mut self) -> Result<(), SetUpFailure> {
            self.note("die with supervisor".to_owned())
        }
        fn limit(&mut self, limits: &Limits) -> Result<(), SetUpFailure> {
            self.note(format!("{} processes", limits.processes))
        }
        fn set_hostname(&mut self, name: &str) -> Result<(), SetUpFailure> {
            self.note(format!("hostname {name}"))
        }
        fn raise_loopback(&mut self) -> Result<(), SetUpFailure> {
            self.note("loopback".to_owned())
        }
        fn keep_mounts_private(&mut self) -> Result<(), SetUpFailure> {
            self.note("private mounts".to_owned())
        }
        fn mount(&mut self, mount: &Mount) -> Result<(), SetUpFailure> {
            self.note(mount.to_string())
        }
        fn enter_root(&mut self) -> Result<(), SetUpFailure> {
            self.note("enter root".to_owned())
        }
        fn settle_terminal(&mut self) -> Result<(), SetUpFailure> {
            self.note("terminal".to_owned())
        }
        fn enter_directory(&mut self, path: &str) -> Result<(), SetUpFailure> {
            self.note(format!("directory {path}"))
        }
        fn drop_privileges(&mut self) -> Result<(), SetUpFailure> {
            self.note("drop privileges".to_owned())
        }
        fn filter_calls(&mut self) -> Result<(), SetUpFailure> {
            self.note("filter calls".to_owned())
        }
        fn become_opaque(&mut self) -> Result<(), SetUpFailure> {
            self.note("become opaque".to_owned())
        }
    }

    fn spec(network: Network) -> Spec {
        Spec {
            mounts: vec![
                Mount::Proc { dest: "/proc".into() },
                Mount::ReadOnlyOverlay { lower: vec!["/layer".into()], dest: "/".into() },
            ],
            command: vec!["true".into()],
            environment: Default::default(),
            directory: "/build".into(),
            network,
            hostname: "box".into(),
            limits: Limits { processes: 9, memory: None },
        }
        .sorted()
    }

    #[test]
    fn rights_are_dropped_after_everything_that_needs_them() {
        let mut recorder = Recorder::default();
        isolate(&mut recorder, Network::None, &spec(Network::None).limits).unwrap();
        prepare(&mut recorder, &spec(Network::None)).unwrap();
        assert_eq!(
            recorder.calls,
            [
                "group of 9 processes",
                "namespaces None",
                "identity",
                "die with supervisor",
                "9 processes",
                "hostname box",
                "loopback",
                "private mounts",
                r#"overlay "/" read-only lower=["/layer"]"#,
                r#"proc "/proc""#,
                "enter root",
                "terminal",
                "directory /build",
                "drop privileges",
                "filter calls",
                "become opaque",
                "die with supervisor",
            ]
        );
    }

    #[test]
    fn the_hosts_loopback_is_left_alone() {
        let mut recorder = Recorder::default();
        prepare(&mut recorder, &spec(Network::Host)).unwrap();
        assert!(!recorder.calls.contains(&"loopback".to_owned()), "{:?}", recorder.calls);
    }

    #[test]
    fn a_refusal_names_its_stage_and_ends_the_set_up() {
        let stages = [
            ("hostname box", Stage::Surroundings),
            (r#"proc "/proc""#, Stage::Mount(1)),
            ("enter root", Stage::Root),
            ("terminal", Stage::Session),
            ("directory /build", Stage::Directory),
            ("drop privileges", Stage::Privileges),
            ("filter calls", Stage::Privileges),
        ];
        for (refuse, stage) in stages {
            let mut recorder = Recorder { refuse, ..Default::default() };
            let failure = prepare(&mut recorder, &spec(Network::None)).unwrap_err();
            assert_eq!(failure, Failure { stage, doing: "be recorded".to_owned(), errno: libc::EPERM });
            assert_eq!(recorder.calls.last().unwrap(), refuse);
        }
    }
}
