//! Images of registries in the text of a lock.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Deserializer};
use yoe_model::{Arch, Digest, LockedBlob, LockedImage, LockedManifest};

use super::text::quote;

/// The text of these entries.
pub(super) fn render(images: &BTreeMap<String, LockedImage>) -> String {
    let mut out = String::new();
    for (name, LockedImage { index, manifests, lacks }) in images {
        let _ = writeln!(out, "\n[image.{}]", quote(name));
        if let Some(index) = index {
            let _ = writeln!(out, "index = {}", fields(index));
        }
        if !lacks.is_empty() {
            let names: Vec<String> = lacks.iter().map(|arch| quote(arch.as_str())).collect();
            let _ = writeln!(out, "lacks = [{}]", names.join(", "));
        }
        for (arch, LockedManifest { manifest, config, layers }) in manifests {
            let _ = writeln!(out, "\n[image.{}.linux.{arch}]", quote(name));
            let _ = writeln!(out, "manifest = {}\nconfig = {}\nlayers = [", fields(manifest), fields(config));
            for layer in layers {
                let _ = writeln!(out, "    {},", fields(layer));
            }
            out.push_str("]\n");
        }
    }
    out
}

fn fields(LockedBlob { size, sha256 }: &LockedBlob) -> String {
    format!("{{ size = {size}, sha256 = \"{sha256}\" }}")
}

/// An entry as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextImage {
    index: Option<TextBlob>,
    #[serde(default)]
    lacks: Vec<TextArch>,
    #[serde(default)]
    linux: BTreeMap<TextArch, TextManifest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextManifest {
    manifest: TextBlob,
    config: TextBlob,
    layers: Vec<TextBlob>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextBlob {
    size: u64,
    sha256: Digest,
}

/// The name of an architecture.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TextArch(pub(super) Arch);

impl<'de> Deserialize<'de> for TextArch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unknown = |()| serde::de::Error::custom(format!("there is no architecture {text:?}"));
        text.parse().map(Self).map_err(unknown)
    }
}

impl From<TextBlob> for LockedBlob {
    fn from(TextBlob { size, sha256 }: TextBlob) -> Self {
        LockedBlob { size, sha256 }
    }
}

impl From<TextManifest> for LockedManifest {
    fn from(TextManifest { manifest, config, layers }: TextManifest) -> Self {
        let layers = layers.into_iter().map(Into::into).collect();
        LockedManifest { manifest: manifest.into(), config: config.into(), layers }
    }
}

impl From<TextImage> for LockedImage {
    fn from(TextImage { index, lacks, linux }: TextImage) -> Self {
        LockedImage {
            index: index.map(Into::into),
            manifests: linux.into_iter().map(|(arch, manifest)| (arch.0, manifest.into())).collect(),
            lacks: lacks.into_iter().map(|arch| arch.0).collect(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::lock::file;

    /// An entry of each kind.
    pub(crate) fn entries() -> BTreeMap<String, LockedImage> {
        let blob = |text: &str| LockedBlob { size: text.len() as u64, sha256: Digest::of(text.as_bytes()) };
        let manifest = LockedManifest {
            manifest: blob("manifest"),
            config: blob("config"),
            layers: vec![blob("one"), blob("two")],
        };
        let alone = LockedImage {
            index: None,
            manifests: [(Arch::X86_64, LockedManifest { layers: Vec::new(), ..manifest.clone() })].into(),
            lacks: [Arch::Aarch64].into(),
        };
        let both = LockedImage {
            index: Some(blob("index")),
            manifests: [(Arch::X86_64, manifest.clone()), (Arch::Aarch64, manifest)].into(),
            lacks: Default::default(),
        };
        [("docker.io/library/redis:8".to_owned(), both), ("localhost:5000/a:1".to_owned(), alone)].into()
    }

    #[test]
    fn images_come_back_as_they_were_written() {
        let text = format!("version = 2\n{}", render(&entries()));
        assert!(
            text.contains("\n[image.\"docker.io/library/redis:8\".linux.aarch64]\nmanifest = { size = 8, "),
            "{text}"
        );
        assert!(text.contains("\nlacks = [\"aarch64\"]\n"), "{text}");
        assert_eq!(file::parse(&text).unwrap().images, entries());
    }

    #[test]
    fn an_entry_that_is_wrong_is_refused_at_its_line() {
        let text = format!("version = 2\n{}", render(&entries()));
        for (from, to, problem) in [
            ("linux.x86_64", "linux.mips", "there is no architecture \"mips\""),
            ("size = 3", "size = -3", "invalid value"),
            ("config = ", "confg = ", "unknown field `confg`"),
        ] {
            let error = file::parse(&text.replacen(from, to, 1)).unwrap_err();
            assert!(error.problem.contains(problem), "{error}");
            assert!(error.line > 2, "{error}");
        }
    }
}
