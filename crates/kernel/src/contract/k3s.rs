//! What k3s needs beyond moby's check.

use super::rule::{Group, Rule, Section, need, want};
use super::runtime::Runtime;

pub(super) const GROUPS: &[Group] = &[Group {
    section: Section::Engine(Runtime::K3s),
    title: None,
    source: "k3s, contrib/util/check-config.sh; kube-proxy, flannel and kube-router",
    advice: None,
    rules: RULES,
}];

const RULES: &[Rule] = &[
    need("CGROUP_PIDS", "the kubelet limits processes of each pod and does not start without"),
    need("SECCOMP", "the kubelet's profiles for pods"),
    need("IP_NF_TARGET_REJECT", "services without a pod answer at once").module("ipt_REJECT"),
    need("NETFILTER_XT_MATCH_COMMENT", "kube-proxy names each rule by a comment").module("xt_comment"),
    need("NETFILTER_XT_MATCH_MULTIPORT", "network policies match several ports").module("xt_multiport"),
    need("NETFILTER_XT_MATCH_STATISTIC", "kube-proxy picks a pod at random").module("xt_statistic"),
    want("NETFILTER_XT_NAT", "kube-proxy translates service addresses with DNAT").module("xt_nat"),
    want("NETFILTER_XT_MATCH_RECENT", "services with session affinity").module("xt_recent"),
    want("NETFILTER_XT_TARGET_REDIRECT", "redirects to the node").module("xt_REDIRECT"),
    want("IP_SET", "network policies keep pods in sets").module("ip_set"),
    want("IP_SET_HASH_IP", "sets of addresses").module("ip_set_hash_ip"),
    want("IP_SET_HASH_NET", "sets of networks").module("ip_set_hash_net"),
    want("NETFILTER_XT_SET", "rules that match sets").module("xt_set"),
    want("NETFILTER_XT_TARGET_NFLOG", "dropped packets of network policies are logged").module("xt_NFLOG"),
    want("VXLAN", "flannel's default: networks across nodes").module("vxlan"),
    want("WIREGUARD", "flannel's encrypted backend").module("wireguard").since(5, 6),
    want("CGROUP_HUGETLB", "huge pages as a resource of pods"),
    want("SWAP", "swap limits of pods"),
];
