//! Credentials on the EFI system partition of a disk that is written: `loader/credentials/NAME.cred` (systemd-stub(7)).

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use yoe_disk::gpt::{Gpt, Medium as _};
use yoe_sandbox::{Mount, Network, Tool};
use yoe_vm::Credential;

use super::source::Source;
use super::used::Range;
use crate::error::CommandError;

/// What mtools(1) do with the partition, in the container of the image tools. A name may be there already.
const SCRIPT: &str = r#"
export MTOOLS_SKIP_CHECK=1
mmd -D s -i /out/esp.img ::/loader ::/loader/credentials 2>/dev/null || mdir -i /out/esp.img ::/loader/credentials >/dev/null
for file in /out/credentials/*; do
    mcopy -D o -o -i /out/esp.img "$file" "::/loader/credentials/${file##*/}"
done
"#;

/// The disk with these credentials on its EFI system partition. `tools` is the container with mtools, `scratch` an empty directory
/// of this user's.
///
/// # Errors
/// When the disk has no such partition, or no room on it.
pub fn with_credentials(
    disk: Source,
    credentials: &[Credential],
    tools: &Path,
    scratch: &Path,
) -> Result<Source, CommandError> {
    if credentials.is_empty() {
        return Ok(disk);
    }
    let table = Gpt::read(&disk)
        .map_err(|error| CommandError::user("credentials need a partition for them").because(error))?;
    let esp = table.named("esp").ok_or_else(|| {
        CommandError::user("the disk has no partition named esp, on which credentials lie")
            .hint("credentials go onto disks of yoe's images")
    })?;
    let failed =
        |error: io::Error| CommandError::config("the credentials cannot be put onto the disk").because(error);
    let out = scratch.join("out");
    let part = out.join("esp.img");
    private(&out.join("credentials")).map_err(failed)?;
    extract(&disk, Range { start: esp.start, end: esp.start + esp.size }, &part).map_err(failed)?;
    for credential in credentials {
        let path = out.join("credentials").join(format!("{}.cred", credential.name()));
        write_private(&path, credential.value()).map_err(failed)?;
    }
    run(tools, &out, &scratch.join("sandbox"))?;
    File::open(&part).and_then(|part| disk.patched(esp.start, part)).map_err(failed)
}

fn private(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    File::options().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
}

fn extract(disk: &Source, range: Range, to: &Path) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(to)?;
    let mut buffer = Vec::new();
    for step in range.steps() {
        buffer.resize(usize::try_from(step.size()).map_err(io::Error::other)?, 0);
        disk.read_at(step.start, &mut buffer)?;
        file.write_all(&buffer)?;
    }
    Ok(())
}

fn run(tools: &Path, out: &Path, scratch: &Path) -> Result<(), CommandError> {
    let tool = Tool {
        container: tools.to_owned(),
        mounts: vec![Mount::bind(out, "/out", true)],
        network: Network::None,
        directory: "/tmp".into(),
        epoch: yoe_plan::UNIT_EPOCH,
    };
    tool.run(scratch, SCRIPT, &[])
        .map_err(|error| CommandError::config("the credentials cannot be put onto the disk").because(error))
}
