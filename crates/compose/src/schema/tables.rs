//! The keys of the Compose specification, and which of them a device's `nerdctl compose` carries out.

use super::Shape::{
    Any, Either, Fields, List, Maybe, Named, OneOrTexts, Pairs, Text, Texts, Truth, Whole, Word,
};
use super::{Field, Shape, Takes};

const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, takes: Takes::Value(shape) }
}

const fn no(name: &'static str, instead: &'static str) -> Field {
    Field { name, takes: Takes::Nothing(instead) }
}

const LEAVE: &str = "leave it out: the engine ignores it";
const GRAPH: &str = "make the image by oci_image() and name it in `images`";

pub(super) const FILE: &[Field] = &[
    field("name", Text),
    field("version", Text),
    field("services", Named(&Fields(SERVICE))),
    field("networks", Maybe(&Named(&Maybe(&Fields(NETWORK))))),
    field("volumes", Maybe(&Named(&Maybe(&Fields(VOLUME))))),
    field("configs", Maybe(&Named(&Fields(FILE_OBJECT)))),
    field("secrets", Maybe(&Named(&Fields(FILE_OBJECT)))),
    no("include", "write the services into this file"),
    no("models", LEAVE),
];

const SERVICE: &[Field] = &[
    field("annotations", Pairs),
    field("blkio_config", Fields(&[field("weight", Whole)])),
    field("cap_add", Texts),
    field("cap_drop", Texts),
    field("command", Maybe(&OneOrTexts)),
    field("configs", List(&Either(&[Text, Fields(REFERENCE)]))),
    field("container_name", Text),
    field("cpu_shares", Whole),
    field("cpus", Text),
    field("cpuset", Text),
    field("depends_on", Either(&[Texts, Named(&Fields(DEPENDENCY))])),
    field("deploy", Fields(DEPLOY)),
    field("devices", Texts),
    field("dns", OneOrTexts),
    field("dns_opt", Texts),
    field("dns_search", OneOrTexts),
    field("domainname", Text),
    field("entrypoint", Maybe(&OneOrTexts)),
    field("env_file", Either(&[Text, List(&Either(&[Text, Fields(ENV_FILE)]))])),
    field("environment", Pairs),
    field("expose", Texts),
    field("extra_hosts", Pairs),
    field("group_add", Texts),
    field("healthcheck", Fields(HEALTH)),
    field("hostname", Text),
    field("image", Text),
    field("init", Truth),
    field("ipc", Text),
    field("labels", Pairs),
    field(
        "logging",
        Fields(&[
            field("driver", Word(&["json-file", "local", "none", "journald", "syslog", "fluentd"])),
            field("options", Pairs),
        ]),
    ),
    field("mem_limit", Text),
    field("mem_reservation", Text),
    field("memswap_limit", Text),
    field("network_mode", Text),
    field("networks", Either(&[Texts, Named(&Maybe(&Fields(JOINED)))])),
    field("oom_score_adj", Whole),
    field("pid", Text),
    field("pids_limit", Whole),
    field("platform", Text),
    field("ports", List(&Either(&[Text, Fields(PORT)]))),
    field("privileged", Truth),
    field("profiles", Texts),
    field("pull_policy", Word(&["missing", "if_not_present", "never"])),
    field("read_only", Truth),
    field("restart", Text),
    field("runtime", Text),
    field("scale", Whole),
    field("secrets", List(&Either(&[Text, Fields(REFERENCE)]))),
    field("security_opt", Texts),
    field("shm_size", Text),
    field("stdin_open", Truth),
    field("stop_grace_period", Text),
    field("stop_signal", Text),
    field("sysctls", Pairs),
    field("tmpfs", OneOrTexts),
    field("tty", Truth),
    field("ulimits", Named(&Either(&[Whole, Fields(&[field("soft", Whole), field("hard", Whole)])]))),
    field("user", Text),
    field("volumes", List(&Either(&[Text, Fields(MOUNT)]))),
    field("working_dir", Text),
    no("attach", LEAVE),
    no("build", GRAPH),
    no("cgroup", LEAVE),
    no("cgroup_parent", LEAVE),
    no("cpu_count", "write `cpus`"),
    no("cpu_percent", "write `cpus`"),
    no("cpu_period", "write `cpus`"),
    no("cpu_quota", "write `cpus`"),
    no("cpu_rt_period", LEAVE),
    no("cpu_rt_runtime", LEAVE),
    no("credential_spec", LEAVE),
    no("develop", LEAVE),
    no("device_cgroup_rules", "write `devices`"),
    no("extends", "write an anchor (`&name`) and `<<: *name`"),
    no("external_links", "put both on one network"),
    no("gpus", "write `deploy.resources.reservations.devices`"),
    no("isolation", LEAVE),
    no("label_file", "write `labels`"),
    no("links", "services of one network find one another by name"),
    no("mac_address", "write it at the network of the service"),
    no("mem_swappiness", LEAVE),
    no("oom_kill_disable", "write `oom_score_adj`"),
    no("post_start", LEAVE),
    no("pre_stop", LEAVE),
    no("provider", LEAVE),
    no("storage_opt", LEAVE),
    no("use_api_socket", LEAVE),
    no("userns_mode", LEAVE),
    no("uts", LEAVE),
    no("volumes_from", "name the volumes in both services"),
];

const DEPENDENCY: &[Field] = &[
    field("condition", Word(&["service_started", "service_healthy", "service_completed_successfully"])),
    field("required", Truth),
    field("restart", Truth),
];

const DEPLOY: &[Field] = &[
    field("mode", Word(&["replicated"])),
    field("replicas", Whole),
    field(
        "resources",
        Fields(&[
            field("limits", Fields(&[field("cpus", Text), field("memory", Text), field("pids", Whole)])),
            field(
                "reservations",
                Fields(&[field("memory", Text), field("devices", Any), no("cpus", "write `limits`")]),
            ),
        ]),
    ),
    field(
        "restart_policy",
        Fields(&[
            field("condition", Word(&["none", "on-failure", "any"])),
            field("max_attempts", Whole),
            no("delay", LEAVE),
            no("window", LEAVE),
        ]),
    ),
    no("endpoint_mode", LEAVE),
    no("labels", LEAVE),
    no("placement", LEAVE),
    no("rollback_config", "the device's update goes back as a whole"),
    no("update_config", "the device's update is one of the whole"),
];

const HEALTH: &[Field] = &[
    field("disable", Truth),
    field("interval", Text),
    field("retries", Whole),
    field("start_interval", Text),
    field("start_period", Text),
    field("test", OneOrTexts),
    field("timeout", Text),
];

const ENV_FILE: &[Field] = &[field("path", Text), field("required", Truth), field("format", Text)];

const REFERENCE: &[Field] =
    &[field("source", Text), field("target", Text), no("uid", LEAVE), no("gid", LEAVE), no("mode", LEAVE)];

const JOINED: &[Field] = &[
    field("aliases", Texts),
    field("ipv4_address", Text),
    field("mac_address", Text),
    no("driver_opts", LEAVE),
    no("gw_priority", LEAVE),
    no("interface_name", LEAVE),
    no("ipv6_address", LEAVE),
    no("link_local_ips", LEAVE),
    no("priority", LEAVE),
];

const PORT: &[Field] = &[
    field("app_protocol", Text),
    field("host_ip", Text),
    field("mode", Word(&["host", "ingress"])),
    field("name", Text),
    field("protocol", Word(&["tcp", "udp"])),
    field("published", Text),
    field("target", Whole),
];

const MOUNT: &[Field] = &[
    field("type", Word(&["bind", "volume", "tmpfs"])),
    field("source", Text),
    field("target", Text),
    field("read_only", Truth),
    field(
        "bind",
        Fields(&[field("create_host_path", Truth), field("propagation", Text), no("selinux", LEAVE)]),
    ),
    field("volume", Fields(&[no("nocopy", LEAVE), no("subpath", LEAVE), no("labels", LEAVE)])),
    field("tmpfs", Fields(&[field("size", Text), field("mode", Whole)])),
    no("consistency", LEAVE),
    no("image", LEAVE),
];

const NETWORK: &[Field] = &[
    field("name", Text),
    field("driver", Text),
    field("driver_opts", Pairs),
    field(
        "ipam",
        Fields(&[
            field("driver", Text),
            field(
                "config",
                List(&Fields(&[
                    field("subnet", Text),
                    field("gateway", Text),
                    field("ip_range", Text),
                    no("aux_addresses", LEAVE),
                ])),
            ),
            no("options", LEAVE),
        ]),
    ),
    no("attachable", LEAVE),
    no("enable_ipv4", LEAVE),
    no("enable_ipv6", LEAVE),
    no("external", "leave it out: a network that is not there is made"),
    no("internal", LEAVE),
    no("labels", LEAVE),
];

const VOLUME: &[Field] = &[
    field("name", Text),
    field("driver", Word(&["local"])),
    no("driver_opts", LEAVE),
    no("external", "leave it out: a volume that is not there is made, and none is ever removed"),
    no("labels", LEAVE),
];

const FILE_OBJECT: &[Field] = &[
    field("name", Text),
    field("file", Text),
    field("content", Text),
    no("environment", "a device has no such environment; write `file` or `content`"),
    no("external", LEAVE),
    no("labels", LEAVE),
    no("template_driver", LEAVE),
];
