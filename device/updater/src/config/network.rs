//! How long a network is waited for, and how often it is asked again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long a network is waited for. No server can keep an installation for longer than what follows from this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// Seconds without a single byte after which an answer is given up. Longer than a mobile network needs to hand a device
    /// from one cell to the next, with four retransmissions (1 + 2 + 4 + 8 s, RFC 6298).
    pub stall: u64,
    /// Bytes per second that an answer must bring at least, on average over `window`. GPRS at its slowest brings twice as much.
    pub floor: u64,
    /// Seconds over which that average is taken.
    pub window: u64,
    /// Attempts in a row that bring nothing new, after which the network is given up.
    pub attempts: u32,
    /// Seconds before the second attempt. Each further pause is twice as long.
    pub pause: u64,
}

impl Default for Network {
    fn default() -> Self {
        Self { stall: 30, floor: 1024, window: 60, attempts: 5, pause: 1 }
    }
}

impl Network {
    /// How long this many bytes may take at most.
    pub fn total(&self, bytes: u64) -> Duration {
        let seconds = self.stall.saturating_add(self.window).saturating_add(bytes / self.floor.max(1));
        // A year is for ever, and no clock overflows.
        Duration::from_secs(seconds.min(365 * 86_400))
    }

    /// The field that must not be 0 and is, if there is one.
    pub fn is_nothing(&self) -> Option<&'static str> {
        let fields = [
            ("stall", self.stall),
            ("floor", self.floor),
            ("window", self.window),
            ("attempts", self.attempts.into()),
        ];
        fields.into_iter().find(|(_, value)| *value == 0).map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_end() {
        let network = Network::default();
        // A container host's 48 MB take half a day at the slowest.
        assert_eq!(network.total(48 << 20), Duration::from_secs(90 + 49_152));
        assert_eq!(network.total(u64::MAX), Duration::from_secs(365 * 86_400));
        assert_eq!(network.is_nothing(), None);
        assert_eq!(Network { floor: 0, ..network }.is_nothing(), Some("floor"));
    }
}
