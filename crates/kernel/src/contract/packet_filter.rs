//! The two ways in which iptables filters packets. An engine that calls iptables needs one of them whole; which one it
//! takes is decided by the program of that name on the device.

use serde::Serialize;

use super::check::{Outcome, Required, Section, Verdict};
use super::rule::{Group, Part, Rule, Section as Place, need};
use super::runtime::Runtime;

/// A way to filter packets with iptables.
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

/// How far a way is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WayOutcome {
    /// Which one.
    pub way: Way,
    /// What of it is missing.
    pub missing: Vec<Outcome>,
    /// What of it a configuration that is not whole does not name.
    pub unnamed: Vec<Outcome>,
}

impl WayOutcome {
    /// Whether all of it is there.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.unnamed.is_empty()
    }
}

/// The ways as these sections have them.
pub(super) fn ways(sections: &[Section]) -> Vec<WayOutcome> {
    let of = |way| {
        let of_it =
            || sections.iter().flat_map(|section| &section.options).filter(move |one| one.way == Some(way));
        let with = |verdict| of_it().filter(|one| one.verdict == verdict).cloned().collect();
        WayOutcome { way, missing: with(Verdict::Missing), unnamed: with(Verdict::Unnamed) }
    };
    Way::ALL.map(of).into()
}

/// Who asks, as far as these engines go: whether one of them calls iptables. When none is named, all of it is required,
/// as moby's script has it.
pub(super) fn required(part: Part, asked: &[Runtime]) -> Required {
    let iptables = asked.iter().any(|runtime| runtime.calls_iptables());
    match part {
        _ if asked.is_empty() => Required::Required,
        Part::All => Required::Required,
        Part::Iptables if iptables => Required::Required,
        Part::OneWay(_) if iptables => Required::OneOf,
        Part::Iptables | Part::OneWay(_) => Required::Optional,
    }
}

pub(super) const GROUPS: &[Group] = &[Group {
    section: Place::PacketFilter,
    title: Some("Packet filter by iptables-nft"),
    source: "iptables: iptables-nft(8); the kernel's nft_compat",
    advice: None,
    rules: IPTABLES_NFT,
}];

const fn nft(symbol: &'static str, reason: &'static str) -> Rule {
    need(symbol, reason).way(Way::IptablesNft)
}

const IPTABLES_NFT: &[Rule] = &[
    nft("NF_TABLES", "nftables itself").module("nf_tables"),
    nft("NF_TABLES_IPV4", "its tables for IPv4"),
    nft("NF_TABLES_IPV6", "its tables for IPv6"),
    nft("NFT_COMPAT", "the matches and targets of iptables in rules of nftables").module("nft_compat"),
    nft("NFT_NAT", "the chains of the nat table").module("nft_chain_nat"),
    nft("NFT_COUNTER", "each rule counts what it matched; part of nftables since 5.17")
        .module("nft_counter")
        .before(5, 17),
];
