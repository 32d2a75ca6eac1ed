//! What Podman needs beyond moby's check.

use super::rule::{Group, Rule, Section, need, want};
use super::runtime::Runtime;

pub(super) const GROUPS: &[Group] = &[
    Group {
        section: Section::Engine(Runtime::Podman),
        title: None,
        source: "Podman: containers-storage.conf(5); netavark: nftables driver",
        advice: None,
        rules: PODMAN,
    },
    Group {
        section: Section::Engine(Runtime::PodmanRootless),
        title: None,
        source: "Podman: rootless tutorial; pasta(1), fuse-overlayfs(1)",
        advice: None,
        rules: ROOTLESS,
    },
];

const PODMAN: &[Rule] = &[
    need("OVERLAY_FS", "the default storage driver").module("overlay"),
    need("FILE_LOCKING", "storage and its database are locked by file"),
    need("INOTIFY_USER", "conmon and `podman events` watch files"),
    need("UNIX98_PTYS", "terminals of containers (/dev/pts)"),
    need("BPF_SYSCALL", "crun loads device rules as BPF programs on cgroup version 2"),
    need("NF_TABLES", "netavark writes its rules with nftables").module("nf_tables"),
    need("NF_TABLES_INET", "netavark has one table for IPv4 and IPv6"),
    need("NFT_CT", "answers of known connections pass").module("nft_ct"),
    need("NFT_MASQ", "containers reach the outside under the host's address").module("nft_masq"),
    need("NFT_NAT", "published ports are translated").module("nft_nat"),
    need("NFT_FIB_INET", "rules for published ports match local addresses").module("nft_fib_inet"),
    need("NFT_FIB_IPV4", "the same, for IPv4").module("nft_fib_ipv4"),
    need("NFT_FIB_IPV6", "the same, for IPv6").module("nft_fib_ipv6"),
    want("NFT_REJECT", "isolated networks answer at once").module("nft_reject"),
    want("NFT_NUMGEN", "balanced and random translation").module("nft_numgen"),
    want("NFT_HASH", "balanced translation that stays with a client").module("nft_hash"),
    want("NFT_LIMIT", "rate limits in rules").module("nft_limit"),
    want("NFT_LOG", "logging in rules").module("nft_log"),
    want("NFT_QUOTA", "volume limits in rules").module("nft_quota"),
    want("NFT_REDIR", "redirects to the host").module("nft_redir"),
    want("NFT_COMPAT", "iptables-nft for programs other than Podman").module("nft_compat"),
    want("SECCOMP_FILTER", "the default profile is left out without it"),
    want("CHECKPOINT_RESTORE", "`podman container checkpoint`"),
];

const ROOTLESS: &[Rule] = &[
    need("USER_NS", "a user is root in a namespace of their own"),
    need("TUN", "pasta and slirp4netns connect the namespace over /dev/net/tun").module("tun"),
    need("FUSE_FS", "fuse-overlayfs: users cannot mount overlay before 5.13").module("fuse").before(5, 13),
    want("FUSE_FS", "fuse-overlayfs, where the file system below cannot carry overlay")
        .module("fuse")
        .since(5, 13),
    want("CGROUP_PIDS", "`--pids-limit`, delegated to users"),
    want("PERSISTENT_KEYRINGS", "keys of a user outlive the login"),
];
