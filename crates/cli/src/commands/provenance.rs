//! `yoe provenance`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use yoe_bundle::{PublicKey, Signer};
use yoe_keys::attestations;
use yoe_model::Digest;
use yoe_supply::Request;
use yoe_supply::provenance::{self, About, Attested};

use crate::error::CommandError;
use crate::output::Output;
use crate::{dev, papers, paths, project, ui};

/// The arguments of `yoe provenance`.
#[derive(Debug, Args)]
pub struct Provenance {
    /// Which of its commands.
    #[command(subcommand)]
    pub command: ProvenanceCommand,
}

/// The commands of `yoe provenance`.
#[derive(Debug, Subcommand)]
pub enum ProvenanceCommand {
    /// Sign where the files of a target come from; the first use makes the key
    Make(Make),
    /// Check files against what was signed
    Check(Check),
    /// Print the public key, with which others check
    Key,
}

/// The arguments of `yoe provenance make`.
#[derive(Debug, Args)]
pub struct Make {
    /// The image, container image or unit [default: the project's image]
    pub target: Option<String>,
    /// The machine that it was built for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Another file that was made of it, such as an update of `yoe bundle`; may be given several times
    #[arg(long, value_name = "FILE")]
    pub with: Vec<PathBuf>,
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The arguments of `yoe provenance check`.
#[derive(Debug, Args)]
pub struct Check {
    /// What `yoe provenance make` or `yoe verify --attest` wrote
    pub file: PathBuf,
    /// Files that must be what was signed, by their names
    #[arg(value_name = "ARTIFACT")]
    pub artifacts: Vec<PathBuf>,
    /// A public key that must have signed it; may be given several times, for several parties that all must have
    #[arg(long, value_name = "FILE", required = true)]
    pub key: Vec<PathBuf>,
}

/// Carries `yoe provenance` out.
pub fn run(command: &ProvenanceCommand) -> Result<(), CommandError> {
    match command {
        ProvenanceCommand::Make(args) => make(args),
        ProvenanceCommand::Check(args) => check(args),
        ProvenanceCommand::Key => {
            ui::result(attestations::public_pem(&key(&project::name()?)?.public()).trim_end());
            Ok(())
        }
    }
}

fn make(args: &Make) -> Result<(), CommandError> {
    let output = args.output.as_deref().map(Output::at).transpose()?;
    let further = args.with.iter().map(|path| Ok((name(path)?, sha256(path)?)));
    let further = further.collect::<Result<BTreeMap<_, _>, CommandError>>()?;
    let envelope = papers::of_built(args.machine.as_deref(), args.target.as_deref(), |request, _| {
        signed(request, None, &further)
    })?;
    match output {
        Some(output) => output.write_all(envelope.as_bytes())?,
        None => ui::result(envelope.trim_end()),
    }
    Ok(())
}

/// Where the files of a target come from, signed by the project's key. `again` is what differed when a second party made them.
pub fn signed(
    request: &Request<'_>,
    again: Option<&[String]>,
    further: &BTreeMap<String, String>,
) -> Result<String, CommandError> {
    dev::none(&paths::project_root()?, "provenance")?;
    let lock = lock()?;
    let about = About { tool_version: env!("CARGO_PKG_VERSION"), lock, again, further };
    // A target of which nothing can be said makes no key.
    let unsigned = provenance::unsigned(request, &about);
    let unsigned = unsigned.map_err(|error| papers::unmade(error, &papers::target_name(request)))?;
    Ok(unsigned.sign(&key(&request.project.name)?))
}

/// The digest of the lock's text.
fn lock() -> Result<Digest, CommandError> {
    let path = paths::project_root()?.join(project::LOCK);
    let text = std::fs::read(&path);
    let text = text
        .map_err(|error| CommandError::config(format!("{} cannot be read", project::LOCK)).because(error))?;
    Ok(Digest::of(&text))
}

/// The key of the project, made when there is none.
fn key(project: &str) -> Result<Signer, CommandError> {
    let keys = paths::keys()?;
    if let Some(key) = attestations::existing(&keys, project)? {
        return Ok(key);
    }
    let key = attestations::make(&keys, project)?;
    ui::note(&format!(
        "{}: a new key that signs what this project attests; keep a copy, and hand out what `yoe provenance key` prints",
        attestations::path(&keys, project).display()
    ));
    Ok(key)
}

fn check(args: &Check) -> Result<(), CommandError> {
    let shown = args.file.display();
    let text = std::fs::read_to_string(&args.file)
        .map_err(|error| CommandError::user(format!("{shown} cannot be read")).because(error))?;
    for path in &args.key {
        let key = attestations::public(path)?;
        let attested = attested(&args.file, &text, path, &key)?;
        for artifact in &args.artifacts {
            compare(artifact, &attested, &args.file)?;
        }
        let builders: Vec<&str> = attested.iter().map(|one| one.builder.as_str()).collect();
        ui::note(&format!(
            "{}: signed, by {}; {} files are what was signed",
            path.display(),
            builders.join(" and "),
            args.artifacts.len()
        ));
    }
    Ok(())
}

/// What a key attests in a file.
pub fn attested(
    file: &Path,
    text: &str,
    key_file: &Path,
    key: &PublicKey,
) -> Result<Vec<Attested>, CommandError> {
    provenance::verified(text, key).map_err(|error| {
        let message = format!("{} is not signed by {}", file.display(), key_file.display());
        CommandError::config(message).because(error)
    })
}

/// Holds a file against what was signed of its name.
fn compare(artifact: &Path, attested: &[Attested], file: &Path) -> Result<(), CommandError> {
    let (name, digest) = (name(artifact)?, sha256(artifact)?);
    let signed: Vec<&String> = attested.iter().filter_map(|one| one.subjects.get(&name)).collect();
    if signed.is_empty() {
        let message = format!("{} says nothing about a file {name}", file.display());
        return Err(CommandError::config(message));
    }
    if signed.iter().any(|signed| **signed == digest) {
        return Ok(());
    }
    let message = format!("{} is not what was signed: its SHA-256 digest is {digest}", artifact.display());
    Err(CommandError::config(message).hint(format!("{} has {} for {name}", file.display(), signed[0])))
}

fn name(path: &Path) -> Result<String, CommandError> {
    let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    name.ok_or_else(|| CommandError::user(format!("{} is no name of a file", path.display())))
}

fn sha256(path: &Path) -> Result<String, CommandError> {
    provenance::sha256(path)
        .map_err(|error| CommandError::user(format!("{} cannot be read", path.display())).because(error))
}
