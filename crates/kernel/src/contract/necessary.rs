//! What moby's check calls "Generally Necessary".

use super::rule::{Group, Rule, Section, Way, need};

pub(super) const GROUPS: &[Group] = &[Group {
    section: Section::Necessary,
    title: None,
    source: "moby, contrib/check-config.sh: Generally Necessary",
    advice: None,
    rules: RULES,
}];

/// A table of iptables-legacy, or what only its tables carry.
const fn table(symbol: &'static str, reason: &'static str) -> Rule {
    need(symbol, reason).way(Way::LegacyTables)
}

/// What rules of iptables need, whichever program makes them.
const fn filter(symbol: &'static str, reason: &'static str) -> Rule {
    need(symbol, reason).iptables()
}

const RULES: &[Rule] = &[
    need("NAMESPACES", "a container is a set of namespaces"),
    need("NET_NS", "each container has its own network interfaces"),
    need("PID_NS", "each container has its own process numbers"),
    need("IPC_NS", "each container has its own shared memory and semaphores"),
    need("UTS_NS", "each container has its own host name"),
    need("CGROUPS", "limits and accounting of a container"),
    need("CGROUP_CPUACCT", "accounts processor time; asked for by name also on cgroup version 2"),
    need(
        "CGROUP_DEVICE",
        "device rules on cgroup version 1; on version 2 they are BPF programs (CGROUP_BPF)",
    ),
    need(
        "CGROUP_FREEZER",
        "pauses a container; on cgroup version 2 the core does it, and this is version 1's",
    ),
    need("CGROUP_SCHED", "processor weight and bandwidth of a container: the cpu controller"),
    need("CPUSETS", "binds a container to processors and memory nodes: the cpuset controller"),
    need("MEMCG", "memory limits of a container: the memory controller"),
    need("KEYS", "each container gets a session keyring"),
    need("VETH", "a pair of interfaces joins a container to the bridge").module("veth"),
    need("BRIDGE", "the bridge that containers of one network share").module("bridge"),
    filter("BRIDGE_NETFILTER", "packets between containers of a bridge pass the packet filter")
        .module("br_netfilter"),
    table("IP_NF_FILTER", "the filter table of iptables").module("iptable_filter"),
    table("IP_NF_MANGLE", "the mangle table of iptables").module("iptable_mangle"),
    table("IP_NF_TARGET_MASQUERADE", "containers reach the outside under the host's address")
        .module("xt_MASQUERADE"),
    table("IP6_NF_FILTER", "the filter table of ip6tables").module("ip6table_filter"),
    table("IP6_NF_MANGLE", "the mangle table of ip6tables").module("ip6table_mangle"),
    table("IP6_NF_TARGET_MASQUERADE", "the same for IPv6").module("xt_MASQUERADE"),
    filter("NETFILTER_XT_MATCH_ADDRTYPE", "rules for published ports match local addresses")
        .module("xt_addrtype"),
    filter("NETFILTER_XT_MATCH_CONNTRACK", "answers of known connections pass").module("xt_conntrack"),
    filter("NETFILTER_XT_MATCH_IPVS", "rules of Swarm's load balancer").module("xt_ipvs"),
    filter("NETFILTER_XT_MARK", "packets are marked for encrypted and load-balanced networks")
        .module("xt_mark"),
    table("IP_NF_RAW", "the raw table of iptables: no direct access to published ports")
        .module("iptable_raw"),
    table("IP_NF_NAT", "the nat table of iptables: published ports").module("iptable_nat"),
    filter("NF_NAT", "address translation itself").module("nf_nat"),
    table("IP6_NF_RAW", "the raw table of ip6tables").module("ip6table_raw"),
    table("IP6_NF_NAT", "the nat table of ip6tables").module("ip6table_nat"),
    need("POSIX_MQUEUE", "/dev/mqueue is mounted in every container"),
    need("DEVPTS_MULTIPLE_INSTANCES", "each container has its own terminals; built in since 4.8")
        .before(4, 8),
    filter("NF_NAT_IPV4", "address translation for IPv4; part of NF_NAT since 5.2")
        .module("nf_nat_ipv4")
        .before(5, 2),
    filter("NF_NAT_NEEDED", "address translation in connection tracking; gone since 5.3").before(5, 3),
    need("CGROUP_BPF", "on cgroup version 2 device rules are BPF programs").since(4, 15),
];
