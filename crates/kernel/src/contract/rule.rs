//! The shape of the rules.

use serde::Serialize;

use super::runtime::Runtime;
use crate::KernelVersion;

/// What a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// On; without it the check fails.
    Required,
    /// On; without it something is missing that not everybody needs.
    Optional,
    /// Said when it is on.
    Noted,
    /// Better off.
    BetterOff,
}

/// Which engines a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Every engine.
    All,
    /// Engines whose packet filter is iptables, whichever program of that name they use.
    Iptables,
    /// The same engines, when they take this way: one way has to be whole.
    OneWay(Way),
}

/// A way to filter packets with iptables. An engine that calls iptables needs one of them whole; which one it takes is decided
/// by the program of that name on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The tables of the program iptables-legacy.
    LegacyTables,
    /// nftables with the extensions of iptables, by the program iptables-nft.
    IptablesNft,
}

impl Way {
    /// Both, in the order of reports.
    pub const ALL: [Self; 2] = [Self::LegacyTables, Self::IptablesNft];

    /// What reports call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::LegacyTables => "the legacy tables (program iptables-legacy)",
            Self::IptablesNft => "nftables (program iptables-nft)",
        }
    }
}

/// One option that an engine asks for.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The symbol, without `CONFIG_`.
    pub symbol: &'static str,
    /// What is asked.
    pub wish: Wish,
    /// Who asks.
    pub part: Part,
    /// What it is for, or what happens without it.
    pub reason: &'static str,
    /// The first kernel version that the rule is for.
    pub since: Option<KernelVersion>,
    /// The first kernel version that the rule does not apply to any more.
    pub before: Option<KernelVersion>,
    /// A symbol that makes this one unnecessary.
    pub unless: Option<&'static str>,
    /// The module's name when the option is built as one; `None` where it has no module form.
    pub module: Option<&'static str>,
}

/// Rules that are shown together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Where they are shown.
    pub section: Section,
    /// The heading within the section.
    pub title: Option<&'static str>,
    /// Where the rules come from.
    pub source: &'static str,
    /// A line to show when one of them is missing.
    pub advice: Option<&'static str>,
    /// The rules.
    pub rules: &'static [Rule],
}

/// The parts of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What every engine shares.
    Necessary,
    /// What moby can use.
    Optional,
    /// What moby's network drivers need.
    Network,
    /// The same, for their encrypted form.
    NetworkEncrypted,
    /// What moby's storage drivers need.
    Storage,
    /// What engines with iptables need when that is iptables-nft.
    PacketFilter,
    /// What an engine needs beyond that.
    Engine(Runtime),
}

impl Rule {
    const fn new(symbol: &'static str, wish: Wish, reason: &'static str) -> Self {
        Self { symbol, wish, part: Part::All, reason, since: None, before: None, unless: None, module: None }
    }

    /// For kernels of at least this version.
    pub(super) const fn since(mut self, major: u32, minor: u32) -> Self {
        self.since = Some(KernelVersion::new(major, minor));
        self
    }

    /// For kernels before this version.
    pub(super) const fn before(mut self, major: u32, minor: u32) -> Self {
        self.before = Some(KernelVersion::new(major, minor));
        self
    }

    /// For engines with iptables alone.
    pub(super) const fn iptables(mut self) -> Self {
        self.part = Part::Iptables;
        self
    }

    /// For engines with iptables, as part of this way.
    pub(super) const fn way(mut self, way: Way) -> Self {
        self.part = Part::OneWay(way);
        self
    }

    /// Not where `symbol` is set.
    pub(super) const fn unless(mut self, symbol: &'static str) -> Self {
        self.unless = Some(symbol);
        self
    }

    /// Built as the module `name` when it is `m`.
    pub(super) const fn module(mut self, name: &'static str) -> Self {
        self.module = Some(name);
        self
    }

    /// Whether the rule is for kernels of `version`.
    pub fn is_for(&self, version: KernelVersion) -> bool {
        self.since.is_none_or(|since| version >= since) && self.before.is_none_or(|before| version < before)
    }
}

pub(super) const fn need(symbol: &'static str, reason: &'static str) -> Rule {
    Rule::new(symbol, Wish::Required, reason)
}

pub(super) const fn want(symbol: &'static str, reason: &'static str) -> Rule {
    Rule::new(symbol, Wish::Optional, reason)
}

pub(super) const fn note(symbol: &'static str, reason: &'static str) -> Rule {
    Rule::new(symbol, Wish::Noted, reason)
}

pub(super) const fn avoid(symbol: &'static str, reason: &'static str) -> Rule {
    Rule::new(symbol, Wish::BetterOff, reason)
}
