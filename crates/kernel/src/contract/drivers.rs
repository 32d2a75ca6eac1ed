//! What moby's network and storage drivers need.

use super::rule::{Group, Rule, Section, want};

const fn group(section: Section, title: &'static str, rules: &'static [Rule]) -> Group {
    let source = match section {
        Section::Storage => "moby, contrib/check-config.sh: Storage Drivers",
        _ => "moby, contrib/check-config.sh: Network Drivers",
    };
    Group { section, title: Some(title), source, advice: None, rules }
}

pub(super) const GROUPS: &[Group] = &[
    group(Section::Network, "overlay", OVERLAY),
    group(Section::NetworkEncrypted, "Optional (for encrypted networks)", ENCRYPTED),
    group(
        Section::Network,
        "ipvlan",
        &[want("IPVLAN", "containers on the host's network, one MAC").module("ipvlan")],
    ),
    group(Section::Network, "macvlan", MACVLAN),
    group(Section::Network, "ftp,tftp client in container", HELPERS),
    group(Section::Storage, "btrfs", BTRFS),
    group(Section::Storage, "overlay", &[want("OVERLAY_FS", "layers of an image").module("overlay")]),
];

const OVERLAY: &[Rule] = &[
    want("VXLAN", "networks across hosts").module("vxlan"),
    want("BRIDGE_VLAN_FILTERING", "networks across hosts share a bridge"),
];

const ENCRYPTED: &[Rule] = &[
    want("CRYPTO", "ciphers in the kernel"),
    want("CRYPTO_AEAD", "ciphers with authentication"),
    want("CRYPTO_GCM", "AES-GCM, what the networks are encrypted with").module("gcm"),
    want("CRYPTO_SEQIV", "its initialisation vectors").module("seqiv"),
    want("CRYPTO_GHASH", "its authentication; part of the GCM library since 7.0").before(7, 0),
    want("XFRM", "IPsec"),
    want("XFRM_USER", "IPsec's set-up from programs").module("xfrm_user"),
    want("XFRM_ALGO", "IPsec's table of ciphers").module("xfrm_algo"),
    want("INET_ESP", "encrypted packets").module("esp4"),
    want("NETFILTER_XT_MATCH_BPF", "picks the packets to encrypt").module("xt_bpf"),
    want("INET_XFRM_MODE_TRANSPORT", "transport mode; always there since 5.4").before(5, 4),
];

const MACVLAN: &[Rule] = &[
    want("MACVLAN", "containers on the host's network, a MAC each").module("macvlan"),
    want("DUMMY", "an internal network without a parent interface").module("dummy"),
];

const HELPERS: &[Rule] = &[
    want("NF_NAT_FTP", "FTP's second connection through address translation").module("nf_nat_ftp"),
    want("NF_CONNTRACK_FTP", "FTP's second connection is known").module("nf_conntrack_ftp"),
    want("NF_NAT_TFTP", "the same for TFTP").module("nf_nat_tftp"),
    want("NF_CONNTRACK_TFTP", "the same for TFTP").module("nf_conntrack_tftp"),
];

const BTRFS: &[Rule] = &[
    want("BTRFS_FS", "snapshots as layers").module("btrfs"),
    want("BTRFS_FS_POSIX_ACL", "access control lists on Btrfs"),
];
