use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::collect::tests::sample;

const OPTIONS: Options<'static> = Options { all_files: false, tool_version: "0.1.0" };

fn graph(inventory: &Inventory) -> Vec<Value> {
    let document: Value = serde_json::from_str(&document(inventory, &OPTIONS)).unwrap();
    assert_eq!(document["@context"], CONTEXT);
    document["@graph"].as_array().unwrap().clone()
}

fn of_type<'a>(graph: &'a [Value], kind: &str) -> Vec<&'a Value> {
    graph.iter().filter(|element| element["type"] == kind).collect()
}

fn related<'a>(graph: &'a [Value], kind: &str) -> Vec<(&'a str, Vec<&'a str>)> {
    let relations = of_type(graph, "Relationship").into_iter().filter(|one| one["relationshipType"] == kind);
    let to = |one: &'a Value| one["to"].as_array().unwrap().iter().map(|to| to.as_str().unwrap()).collect();
    relations.map(|one| (one["from"].as_str().unwrap(), to(one))).collect()
}

#[test]
fn each_name_that_is_used_is_that_of_an_element() {
    let (inventory, _root) = sample();
    let graph = graph(&inventory);
    let ids: BTreeSet<&str> = graph.iter().filter_map(|element| element["spdxId"].as_str()).collect();
    assert_eq!(ids.len() + 1, graph.len(), "each once, and the node of creation");
    for relation in of_type(&graph, "Relationship") {
        assert!(ids.contains(relation["from"].as_str().unwrap()), "{relation}");
        assert!(
            relation["to"].as_array().unwrap().iter().all(|to| ids.contains(to.as_str().unwrap())),
            "{relation}"
        );
        assert!(
            ["complete", "incomplete", "noAssertion"].contains(&relation["completeness"].as_str().unwrap())
        );
    }
    for (kind, count) in [("SpdxDocument", 1), ("software_Sbom", 1), ("CreationInfo", 1), ("Tool", 1)] {
        assert_eq!(of_type(&graph, kind).len(), count, "{kind}");
    }
}

#[test]
fn each_component_is_handed_out_in_a_file_with_a_digest() {
    let (inventory, _root) = sample();
    let graph = graph(&inventory);
    let carried: BTreeSet<&str> =
        related(&graph, "hasDistributionArtifact").into_iter().map(|(from, _)| from).collect();
    let files = of_type(&graph, "software_File");
    for package in of_type(&graph, "software_Package") {
        let id = package["spdxId"].as_str().unwrap();
        assert!(carried.contains(id) || id.contains("/ancestor:"), "{id}");
    }
    for (_, to) in related(&graph, "hasDistributionArtifact") {
        for id in to {
            let file = files.iter().find(|file| file["spdxId"] == id).unwrap();
            assert_eq!(file["verifiedUsing"][0]["algorithm"], "sha512");
        }
    }
}

#[test]
fn debians_name_of_a_source_without_its_patches_is_an_ancestor() {
    let (inventory, _root) = sample();
    let graph = graph(&inventory);
    let names: Vec<&str> = of_type(&graph, "software_Package")
        .iter()
        .filter_map(|one| one["software_packageUrl"].as_str())
        .collect();
    let zlib = "pkg:deb/debian/zlib@1:1.3.1-1%2Bdeb13u1?arch=source&distro=trixie";
    assert!(names.contains(&zlib));
    let ancestors = related(&graph, "ancestorOf");
    assert!(
        ancestors.iter().any(|(from, to)| from.contains("zlib")
            && to
                .iter()
                .all(|to| to.contains("pkg:generic/zlib%401.3.1") || to.contains("pkg:generic/zlib@1.3.1"))),
        "{ancestors:?}"
    );
}

#[test]
fn the_same_parts_give_the_same_bytes() {
    let (one, _root) = sample();
    let (other, _other) = sample();
    assert_eq!(document(&one, &OPTIONS), document(&other, &OPTIONS));
}
