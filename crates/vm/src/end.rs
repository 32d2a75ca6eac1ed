//! How a machine came to its end.

use std::fmt;

/// How a machine came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The kernel panicked.
    Panic {
        /// What the kernel said after `Kernel panic - not syncing:`.
        message: String,
    },
    /// The machine was reset: by its system, or by a person.
    Reset,
    /// Its watchdog reset the machine.
    Watchdog,
    /// The machine switched itself off.
    PowerOff,
    /// QEMU stopped the machine over an error of its own or of this host, such as a full disk or a KVM that fails.
    Stopped {
        /// What QEMU printed on its standard error.
        stderr: String,
    },
    /// QEMU ended without the machine having asked for it.
    Exit {
        /// What QEMU printed on its standard error.
        stderr: String,
    },
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Panic { message } => write!(f, "the kernel panicked: {message}"),
            End::Reset => f.write_str("the machine reset itself"),
            End::Watchdog => f.write_str("its watchdog reset the machine"),
            End::PowerOff => f.write_str("the machine switched itself off"),
            End::Stopped { stderr } if stderr.trim().is_empty() => {
                f.write_str("QEMU stopped the machine: this host's disk may be full")
            }
            End::Stopped { stderr } => write!(f, "QEMU stopped the machine: {}", start(stderr)),
            End::Exit { stderr } if stderr.trim().is_empty() => f.write_str("QEMU ended without a word"),
            End::Exit { stderr } => write!(f, "QEMU ended: {}", start(stderr)),
        }
    }
}

/// The first lines: what follows is a dump of registers.
fn start(stderr: &str) -> String {
    const LINES: usize = 4;
    let mut lines = stderr.trim().lines();
    let start: Vec<_> = lines.by_ref().take(LINES).collect();
    match lines.count() {
        0 => start.join("\n"),
        more => format!("{}\n({more} lines more)", start.join("\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_complaint_is_cut() {
        let stderr =
            "KVM internal error. Suberror: 1\nemulation failure\n".to_owned() + &"EAX=0\n".repeat(20);
        let rendered = End::Stopped { stderr }.to_string();
        assert_eq!(
            rendered,
            "QEMU stopped the machine: KVM internal error. Suberror: 1\nemulation failure\nEAX=0\nEAX=0\n(18 lines more)"
        );
        assert_eq!(End::Exit { stderr: " \n".into() }.to_string(), "QEMU ended without a word");
    }
}
