//! The command line, which is containerd's for image verifiers.

use std::ffi::OsString;
use std::path::PathBuf;

use yoe_program::Arguments;

use crate::error::PolicyError;

/// What `--help` prints.
pub const USAGE: &str = "\
usage: yoe-image-policy -name NAME -digest DIGEST -stdin-media-type TYPE <DESCRIPTOR
  says whether the device may run an image: the exit status is 0 when it may, and the reason is printed;
  the engine asks it when an image is pulled, and when a container is made or started

  --policy FILE    which images may run (/usr/lib/yoe/image-policy.json)
  --share DIR      the images of the system's workloads (/usr/share/yoe/workloads)
  --mounted DIR    those of versions that came apart from the system (/run/yoe/workloads)";

/// What the engine says is of this type: a descriptor of the OCI image specification.
const DESCRIPTOR: &str = "application/vnd.oci.descriptor.v1+json";

/// The command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    /// The image's name; empty for a container of none.
    pub name: String,
    /// The digest of its index or manifest; empty for a container of none.
    pub digest: String,
    /// The policy.
    pub policy: PathBuf,
    /// The system's workloads.
    pub share: PathBuf,
    /// Where versions of workloads are mounted.
    pub mounted: PathBuf,
}

impl Args {
    /// Reads the arguments after the program's name; nothing when help was asked for.
    ///
    /// # Errors
    /// When they are no question.
    pub fn parse(
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Result<Option<Self>, PolicyError> {
        let valued = [
            ("-name", "a name"),
            ("-digest", "a digest"),
            ("-stdin-media-type", "a media type"),
            ("--policy", "a path"),
            ("--share", "a path"),
            ("--mounted", "a path"),
        ];
        let given = Arguments::parse(arguments, &[], &valued).map_err(PolicyError::Usage)?;
        match given.words()[..] {
            [] => {}
            ["help"] => return Ok(None),
            _ => return Err(PolicyError::Usage(given.no_command())),
        }
        let needed = |option: &str| {
            let value = given.value(option).map(str::to_owned);
            value.ok_or_else(|| PolicyError::Usage(format!("{option} is missing")))
        };
        let kind = needed("-stdin-media-type")?;
        if kind != DESCRIPTOR {
            return Err(PolicyError::Usage(format!(
                "the engine says {kind}, and this program reads {DESCRIPTOR}"
            )));
        }
        let path = |option: &str, default: &str| PathBuf::from(given.value(option).unwrap_or(default));
        Ok(Some(Self {
            name: needed("-name")?,
            digest: needed("-digest")?,
            policy: path("--policy", "/usr/lib/yoe/image-policy.json"),
            share: path("--share", "/usr/share/yoe/workloads"),
            mounted: path("--mounted", "/run/yoe/workloads"),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Option<Args>, String> {
        Args::parse(text.split_whitespace()).map_err(|problem| problem.to_string())
    }

    #[test]
    fn the_engines_question_is_read() {
        let args = parse(
            "-name a.test/b:1 -digest sha256:00 -stdin-media-type application/vnd.oci.descriptor.v1+json",
        );
        let args = args.unwrap().unwrap();
        assert_eq!((args.name.as_str(), args.digest.as_str()), ("a.test/b:1", "sha256:00"));
        assert_eq!(args.policy, PathBuf::from("/").join(yoe_policy_format::FILE));
        assert_eq!(args.share, PathBuf::from("/").join(yoe_workload_format::DIRECTORY));
        assert_eq!(parse("--help"), Ok(None));
    }

    #[test]
    fn what_is_no_question_is_named() {
        let texts = ["", "-stdin-media-type text/plain", "now", "-stdin-media-type", "--x"];
        let messages: Vec<_> = texts.map(|text| parse(text).unwrap_err()).into();
        insta::assert_snapshot!(messages.join("\n"), @r#"
        -stdin-media-type is missing
        the engine says text/plain, and this program reads application/vnd.oci.descriptor.v1+json
        there is no command "now"
        -stdin-media-type needs a media type
        there is no option --x
        "#);
    }
}
