//! What is wrong with a kernel's configuration, and the lines that would mend it.

use std::io;

use yoe_kernel::fragment::{FragmentError, MergeError};
use yoe_kernel::survive::{Explanation, Lost, additions};

/// How many lost options an error explains in full; the log has all.
pub(crate) const SHOWN: usize = 12;

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// A fragment cannot be parsed.
    #[error(transparent)]
    Fragment(#[from] FragmentError),
    /// Fragments contradict each other.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// There is no configuration.
    #[error("no configuration is in $BUILDDIR/.config; run Kconfig before this step")]
    Absent(#[source] io::Error),
    /// The configuration cannot be parsed.
    #[error("$BUILDDIR/.config cannot be read")]
    Config(#[from] yoe_kernel::config::ConfigError),
    /// Requests that did not survive.
    #[error("{}", explained(.0, SHOWN))]
    Lost(Vec<Explanation>),
    /// Requests that did not survive, and Kconfig files that nobody can read.
    #[error("{}; which dependency it was is not known", listed(.lost))]
    Unexplained {
        /// The requests.
        lost: Vec<Lost>,
        /// Why not.
        #[source]
        why: Box<yoe_kernel::kconfig::KconfigError>,
    },
}

fn count(lost: usize) -> String {
    match lost {
        1 => "1 requested option did not survive".to_owned(),
        many => format!("{many} requested options did not survive"),
    }
}

/// The first `shown` of them in full, and the lines that would mend all.
pub(crate) fn explained(all: &[Explanation], shown: usize) -> String {
    let mut text = format!("{}:\n", count(all.len()));
    all.iter().take(shown).for_each(|one| text.push_str(&format!("{one}")));
    if all.len() > shown {
        text.push_str(&format!("… and {} more, in the log\n", all.len() - shown));
    }
    let lines = additions(all);
    if all.len() > 1 && !lines.is_empty() {
        text.push_str("all lines to add:\n");
        lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    text
}

fn listed(lost: &[Lost]) -> String {
    let each = lost.iter().map(|lost| {
        let Lost { symbol, requested, got, origin, .. } = lost;
        format!("{origin}: asks for CONFIG_{symbol}={requested}, the final configuration has {got}")
    });
    format!("{}:\n  {}\n", count(lost.len()), each.collect::<Vec<_>>().join("\n  "))
}
