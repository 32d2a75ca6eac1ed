//! Machine code.

use std::collections::BTreeMap;

use super::near::near;
use super::{CheckContext, CheckError};
use crate::ar::{is_archive, members};
use crate::elf::{Elf, is_elf};
use crate::sonames::Sonames;
use crate::{Arch, PackageError, Tree};

/// Directories whose ELF files are data: code for other processors, the kernel and its modules.
const DATA: [&str; 4] = ["usr/lib/firmware/", "usr/lib/modules/", "usr/lib/bpf/", "boot/"];
/// Libraries of glibc and gcc, none of which musl's systems have.
const HOST: [&str; 8] = [
    "libc.so.6",
    "libm.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libgcc_s.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

pub(super) fn check(tree: &Tree, context: &CheckContext<'_>) -> Result<Vec<CheckError>, PackageError> {
    let mut problems = Vec::new();
    let mut elves = Vec::new();
    let mut names = Sonames::default();
    for (path, _) in tree.files() {
        if DATA.iter().any(|directory| path.starts_with(directory)) {
            continue;
        }
        let (head, device_path) = (tree.head::<8>(path)?, format!("/{path}"));
        if is_archive(&head) {
            problems.extend(library(&device_path, &tree.read(path)?, context.arch));
            continue;
        }
        if !is_elf(&head) {
            continue;
        }
        match (Elf::parse(&tree.read(path)?), context.arch) {
            (Err(reason), _) => problems.push(CheckError::BadElf { path: device_path, reason }),
            (Ok(_), None) => problems.push(CheckError::MachineInNoarch { path: device_path }),
            (Ok(elf), Some(arch)) => {
                names.add(path, &elf);
                elves.push((device_path, elf, arch));
            }
        }
    }
    for (path, elf, arch) in &elves {
        problems.extend(one(path, elf, *arch, &names, context));
    }
    Ok(problems)
}

fn one(path: &str, elf: &Elf, arch: Arch, own: &Sonames, context: &CheckContext<'_>) -> Vec<CheckError> {
    let path = || path.to_owned();
    if elf.machine != arch.elf_machine() {
        return vec![CheckError::Machine { path: path(), found: machine_name(elf.machine), expected: arch }];
    }
    let mut problems = Vec::new();
    let host: Vec<_> = elf.needed.iter().filter(|name| HOST.contains(&name.as_str())).collect();
    problems.extend(
        host.iter().map(|library| CheckError::HostLibrary { path: path(), library: (*library).clone() }),
    );
    if elf.glibc_start && elf.interpreter.is_none() && host.is_empty() {
        problems.push(CheckError::StaticHostLibrary { path: path() });
    }
    match &elf.interpreter {
        // One reason is enough: glibc's loader comes with its libraries.
        Some(found) if found != arch.loader() && host.is_empty() => {
            problems.push(CheckError::Loader {
                path: path(),
                found: found.clone(),
                expected: arch.loader().into(),
            });
        }
        _ => {}
    }
    let missing = elf.needed.iter().filter(|name| {
        !HOST.contains(&name.as_str()) && !own.held.contains(*name) && !context.provided.contains(*name)
    });
    problems.extend(missing.map(|library| {
        let candidates = context.provided.iter().chain(&own.held).map(String::as_str);
        let near = near_library(library, candidates).map(str::to_owned);
        CheckError::MissingLibrary { path: path(), library: library.clone(), near }
    }));
    let inside = |run: &&String| context.build_paths.iter().any(|build| run.starts_with(build));
    let leaking = elf.run_paths.iter().filter(inside);
    problems.extend(leaking.map(|run| CheckError::RunPath { path: path(), run_path: run.clone() }));
    if elf.text_relocations {
        problems.push(CheckError::TextRelocations { path: path() });
    }
    if elf.executable_stack {
        problems.push(CheckError::ExecutableStack { path: path() });
    }
    problems
}

/// What is wrong with a library that is linked statically: the first of its members is enough.
fn library(path: &str, archive: &[u8], expected: Option<Arch>) -> Option<CheckError> {
    members(archive).filter(|(_, member)| is_elf(member)).find_map(|(name, member)| {
        let path = format!("{path}({name})");
        // A copy lies where its bytes can be read as numbers.
        let aligned = member.to_vec();
        match (Elf::parse(&aligned), expected) {
            (Err(reason), _) => Some(CheckError::BadElf { path, reason }),
            (Ok(_), None) => Some(CheckError::MachineInNoarch { path }),
            (Ok(elf), Some(expected)) if elf.machine != expected.elf_machine() => {
                Some(CheckError::Machine { path, found: machine_name(elf.machine), expected })
            }
            _ => None,
        }
    })
}

/// The same library in another version, else one whose name without `lib` and `.so` is near.
fn near_library<'a>(library: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let stem = |name: &'a str| name.split(".so").next().unwrap_or_default().trim_start_matches("lib");
    let by_stem: BTreeMap<&str, &str> = candidates.map(|name| (stem(name), name)).collect();
    let wanted = library.split(".so").next().unwrap_or_default().trim_start_matches("lib");
    // Names of a letter or two are all near one another.
    let found = by_stem.get_key_value(wanted).map(|(stem, _)| *stem);
    let found = found.or_else(|| near(wanted, by_stem.keys().copied()).filter(|_| wanted.len() > 2));
    found.and_then(|stem| by_stem.get(stem).copied())
}

fn machine_name(machine: u16) -> String {
    match Arch::ALL.into_iter().find(|arch| arch.elf_machine() == machine) {
        Some(arch) => arch.to_string(),
        None if machine == 0 => "a 32-bit processor".to_owned(),
        None => format!("processor number {machine} of the ELF standard"),
    }
}
