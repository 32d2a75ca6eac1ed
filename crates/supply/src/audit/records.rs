//! Records of the CVE programme (CVE record format 5), in the directories that its list has: `cves/2026/31xxx/CVE-2026-31415.json`.
//! The kernel's own say which sources a hole is in, which OSV leaves out.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Directories of the list below the one of all advisories: itself, or a clone of it.
const PLACES: [&str; 2] = ["", "cvelistV5"];
/// No record is larger.
const LARGEST: u64 = 64 << 20;

#[derive(Default, Deserialize)]
struct Record {
    #[serde(default)]
    containers: Containers,
}

#[derive(Default, Deserialize)]
struct Containers {
    #[serde(default)]
    cna: Cna,
}

#[derive(Default, Deserialize)]
struct Cna {
    #[serde(default)]
    affected: Vec<Product>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    #[serde(default)]
    program_files: Vec<String>,
}

/// The sources that a record names. One that is not there or cannot be read names none, and nothing follows from that.
pub(super) fn program_files(directory: &Path, cve: &str) -> Vec<String> {
    let Some(below) = path(cve) else { return Vec::new() };
    let read = |place: &&str| {
        let mut text = Vec::new();
        let file = yoe_tree::regular(&directory.join(place).join(&below)).ok()?;
        file.take(LARGEST).read_to_end(&mut text).ok()?;
        serde_json::from_slice::<Record>(&text).ok()
    };
    let record = PLACES.iter().find_map(read).unwrap_or_default();
    record.containers.cna.affected.into_iter().flat_map(|product| product.program_files).collect()
}

/// Where the list keeps a record: the last three digits of its number stand for themselves.
fn path(cve: &str) -> Option<PathBuf> {
    let (year, number) = cve.strip_prefix("CVE-")?.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(year) || !digits(number) || number.len() < 4 {
        return None;
    }
    let thousands = &number[..number.len() - 3];
    Some(["cves", year, &format!("{thousands}xxx"), &format!("{cve}.json")].iter().collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_sources_of_a_record_are_found_where_the_list_keeps_it() {
        let directory = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let record = r#"{"containers": {"cna": {"affected": [
            {"product": "Linux", "programFiles": ["fs/a.c"]}, {"product": "Linux", "programFiles": ["fs/a.c", "fs/b.c"]}]}}}"#;
        write("cves/2026/31xxx/CVE-2026-31415.json", record);
        write("cvelistV5/cves/2024/0xxx/CVE-2024-0001.json", record);
        write("cves/2026/1xxx/CVE-2026-1000.json", "{");
        let of = |cve: &str| program_files(directory.path(), cve);
        assert_eq!(of("CVE-2026-31415"), ["fs/a.c", "fs/a.c", "fs/b.c"]);
        assert_eq!(of("CVE-2024-0001").len(), 3);
        for none in ["CVE-2026-1000", "CVE-2026-9999", "GO-2026-0001", "CVE-2026-../1", "CVE-2026-1"] {
            assert!(of(none).is_empty(), "{none}");
        }
    }
}
