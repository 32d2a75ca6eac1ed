//! What moby's check calls "Optional Features".

use super::rule::{Group, Rule, Section, avoid, note, want};

const fn group(advice: Option<&'static str>, rules: &'static [Rule]) -> Group {
    let source = "moby, contrib/check-config.sh: Optional Features";
    Group { section: Section::Optional, title: None, source, advice, rules }
}

pub(super) const GROUPS: &[Group] = &[
    group(None, SECURITY),
    group(None, VSYSCALL),
    group(None, CGROUPS),
    group(None, NETWORK),
    group(None, SECURITY_MODULES),
    group(None, NFTABLES),
    group(Some("(enable these ext3 configs if you are using ext3 as backing filesystem)"), EXT3),
    group(Some("(enable these ext4 configs if you are using ext3 or ext4 as backing filesystem)"), EXT4),
];

const SECURITY: &[Rule] = &[
    want("USER_NS", "root in a container is nobody outside"),
    want("SECCOMP", "system call filters"),
    want("SECCOMP_FILTER", "the engines' default profiles are such filters"),
    want("CGROUP_PIDS", "a limit against fork bombs: the pids controller"),
    want("MEMCG_SWAP", "swap limits; always there since 5.8").before(5, 8),
    want("MEMCG_SWAP_ENABLED", "swap accounting without a boot option; always there since 5.8").before(5, 8),
];

const VSYSCALL: &[Rule] = &[
    avoid("LEGACY_VSYSCALL_NATIVE", "a fixed address with usable code: defeats address space randomisation"),
    note("LEGACY_VSYSCALL_EMULATE", "containers with a C library from before 2013 work"),
    avoid(
        "LEGACY_VSYSCALL_NONE",
        "containers with a C library from before 2013 do not start; XONLY lets them",
    ),
];

const CGROUPS: &[Rule] = &[
    want("MEMCG_KMEM", "limits of kernel memory; always there since 4.6").before(4, 6),
    want("RESOURCE_COUNTERS", "what the memory controller counts with; gone since 3.19").before(3, 19),
    want("IOSCHED_CFQ", "weights of disk use; gone since 5.0").before(5, 0),
    want("CFQ_GROUP_IOSCHED", "the same by group; gone since 5.0").before(5, 0),
    want("BLK_CGROUP", "disk limits: the io controller"),
    want("BLK_DEV_THROTTLING", "limits of bytes and operations a second"),
    want("CGROUP_PERF", "perf watches one container"),
    want("CGROUP_HUGETLB", "limits of huge pages: the hugetlb controller"),
    want("NET_CLS_CGROUP", "network classes by container").module("cls_cgroup"),
    want("NETPRIO_CGROUP", "network priorities by container; CGROUP_NET_PRIO since 3.14")
        .module("netprio_cgroup")
        .before(3, 14),
    want("CGROUP_NET_PRIO", "network priorities by container").since(3, 14),
    want("CFS_BANDWIDTH", "processor quota (`--cpus`)"),
    want("FAIR_GROUP_SCHED", "processor weight (`--cpu-shares`)"),
    avoid(
        "RT_GROUP_SCHED",
        "on cgroup version 2 a real-time process in any group keeps the cpu controller from being enabled",
    ),
];

const NETWORK: &[Rule] = &[
    want("IP_NF_TARGET_REDIRECT", "the load balancer's ingress").module("xt_REDIRECT"),
    want("IP_SCTP", "published SCTP ports").module("sctp"),
    want("IP_VS", "Swarm's load balancer").module("ip_vs"),
    want("IP_VS_NFCT", "load-balanced connections are tracked"),
    want("IP_VS_PROTO_TCP", "load balancing of TCP"),
    want("IP_VS_PROTO_UDP", "load balancing of UDP"),
    want("IP_VS_RR", "round robin, the scheduler that Swarm uses").module("ip_vs_rr"),
];

const SECURITY_MODULES: &[Rule] = &[
    want("SECURITY_SELINUX", "labels keep containers apart; one of SELinux and AppArmor is enough"),
    want("SECURITY_APPARMOR", "the docker-default profile; one of SELinux and AppArmor is enough"),
];

const NFTABLES: &[Rule] = &[
    want("NFT_CT", "connection state in nftables rules").module("nft_ct"),
    want("NFT_FIB_IPV4", "matches local IPv4 addresses").module("nft_fib_ipv4"),
    want("NFT_FIB_IPV6", "matches local IPv6 addresses").module("nft_fib_ipv6"),
    want("NFT_FIB", "what both share").module("nft_fib"),
    want("NFT_MASQ", "masquerading in nftables").module("nft_masq"),
    want("NFT_NAT", "published ports in nftables").module("nft_nat"),
    want("NF_TABLES", "nftables, the engine's other firewall backend").module("nf_tables"),
];

const EXT3: &[Rule] = &[
    want("EXT3_FS", "ext3 as the file system below").unless("EXT4_USE_FOR_EXT2").module("ext3"),
    want("EXT3_FS_XATTR", "file capabilities and labels on ext3").unless("EXT4_USE_FOR_EXT2"),
    want("EXT3_FS_POSIX_ACL", "access control lists on ext3").unless("EXT4_USE_FOR_EXT2"),
    want("EXT3_FS_SECURITY", "security labels on ext3").unless("EXT4_USE_FOR_EXT2"),
];

const EXT4: &[Rule] = &[
    want("EXT4_FS", "ext4 as the file system below").module("ext4"),
    want("EXT4_FS_POSIX_ACL", "access control lists on ext4"),
    want("EXT4_FS_SECURITY", "security labels on ext4"),
];
