//! What containerd, nerdctl and Docker need beyond moby's check.

use super::rule::{Group, Rule, Section, need, want};
use super::runtime::Runtime;

const fn group(runtime: Runtime, source: &'static str, rules: &'static [Rule]) -> Group {
    Group { section: Section::Engine(runtime), title: None, source, advice: None, rules }
}

pub(super) const GROUPS: &[Group] = &[
    group(
        Runtime::Containerd,
        "containerd: overlayfs snapshotter, bolt store, CRI; runc: libcontainer/SPEC.md",
        CONTAINERD,
    ),
    group(Runtime::Nerdctl, "CNI plugins: bridge, portmap, firewall, tuning, bandwidth", NERDCTL),
    group(Runtime::Docker, "moby: libnetwork's iptables rules, overlay2", DOCKER),
];

const CONTAINERD: &[Rule] = &[
    need("OVERLAY_FS", "the default snapshotter stacks image layers").module("overlay"),
    need("PROC_FS", "runc mounts /proc in every container"),
    need("SYSFS", "runc mounts /sys in every container"),
    need("TMPFS", "/dev and /dev/shm of every container"),
    need("UNIX98_PTYS", "terminals of containers (/dev/pts)"),
    need("UNIX", "containerd, its shims and its clients talk over Unix sockets").module("unix"),
    need("EPOLL", "Go programs wait with it"),
    need("EVENTFD", "memory events and shims"),
    need(
        "INOTIFY_USER",
        "changed registry and CNI settings are seen; the CRI service does not start without",
    ),
    need("FILE_LOCKING", "the metadata store takes a lock on its file and does not open without"),
    need("BPF_SYSCALL", "runc loads device rules as BPF programs on cgroup version 2"),
    want("SECCOMP_FILTER", "the default profile is left out without it, in silence"),
    want("MEMFD_CREATE", "runc runs from a sealed copy of itself; without it, it copies to a file"),
    want("CHECKPOINT_RESTORE", "checkpoints of containers"),
];

const NERDCTL: &[Rule] = &[
    need("NETFILTER_XT_MATCH_COMMENT", "CNI names each rule by a comment").module("xt_comment"),
    need("NETFILTER_XT_MATCH_MULTIPORT", "portmap matches all published ports in one rule")
        .module("xt_multiport"),
    need("NETFILTER_XT_NAT", "published ports are translated with DNAT").module("xt_nat"),
    need("NETFILTER_XT_TARGET_MASQUERADE", "containers reach the outside under the host's address")
        .module("xt_MASQUERADE")
        .since(5, 2),
    want("NET_SCH_TBF", "the bandwidth plugin").module("sch_tbf"),
    want("IFB", "the bandwidth plugin, for what arrives").module("ifb"),
    want("VLAN_8021Q", "the vlan plugin").module("8021q"),
];

const DOCKER: &[Rule] = &[
    need("OVERLAY_FS", "overlay2 is the default storage driver").module("overlay"),
    need("NETFILTER_XT_NAT", "published ports are translated with DNAT").module("xt_nat"),
    need("NETFILTER_XT_TARGET_MASQUERADE", "containers reach the outside under the host's address")
        .module("xt_MASQUERADE")
        .since(5, 2),
    want("NF_CT_NETLINK", "connections of a port that moves to another container are forgotten")
        .module("nf_conntrack_netlink"),
    want("IP_NF_TARGET_REJECT", "closed ports answer at once").module("ipt_REJECT"),
    want("BLK_CGROUP_IOCOST", "weights of disk use on cgroup version 2").since(5, 4),
];
