//! What iptables-nft needs to filter packets: one of the two ways. The other one's rules are among moby's (`necessary.rs`).

use super::rule::{Group, Rule, Section as Place, Way, need};

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
