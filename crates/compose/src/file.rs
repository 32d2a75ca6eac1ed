//! Reads what a Compose file says.

use std::collections::BTreeMap;

use crate::Problem;
use crate::contents::{Compose, Mention, Service, Volume, mention};
use crate::service;
use crate::yaml::Node;

/// Reads a tree whose shape is known to be right.
pub(crate) fn read(root: &Node, problems: &mut Vec<Problem>) -> Compose {
    let named = |name: &str| root.get(name).map(Node::entries).unwrap_or_default();
    let keys = |name: &str| -> Vec<Mention> {
        named(name).iter().map(|(key, _)| Mention { text: key.text.clone(), at: key.at }).collect()
    };
    let mut compose = Compose {
        name: root.get("name").and_then(mention),
        networks: keys("networks"),
        configs: keys("configs"),
        secrets: keys("secrets"),
        ..Compose::default()
    };
    compose.volumes = named("volumes")
        .iter()
        .map(|(key, node)| Volume {
            name: Mention { text: key.text.clone(), at: key.at },
            named: node.get("name").and_then(Node::text).map(str::to_owned),
        })
        .collect();
    compose.files =
        named("configs").iter().filter_map(|(_, node)| node.get("file").and_then(mention)).collect();
    for (_, node) in named("secrets") {
        let written = node.get("content").map(|node| Mention { text: String::new(), at: node.at });
        compose.secret_files.extend(node.get("file").and_then(mention).or(written));
    }
    let mut services: BTreeMap<&str, Service> = BTreeMap::new();
    for (key, node) in named("services") {
        compose.files.extend(service::env_files(node));
        services.insert(&key.text, service::read(key, node, problems));
    }
    compose.services = services.into_values().collect();
    compose
}
