//! Which packages of Go a program holds code of, by its table of functions: the runtime needs it to print where a program is, so it
//! is there in stripped programs too (`runtime/symtab.go`, `cmd/link/internal/ld/pcln.go`; the form of Go 1.20 and later).

use std::collections::BTreeSet;

use object::{Object as _, ObjectSection as _};

/// The table's first four bytes, and two that are zero.
const MAGIC: [u8; 6] = [0xf1, 0xff, 0xff, 0xff, 0, 0];
/// Which of the words behind the first eight bytes say where the names begin and where they end.
const NAMES: usize = 3;
const AFTER_NAMES: usize = 4;
const WORDS: usize = 8;

/// The paths of all packages that a function is in, also of those that the compiler put into others. The path of the package `main`
/// is `main`. Nothing when there is no table, or one of another form.
pub(crate) fn packages(program: &[u8]) -> Option<BTreeSet<String>> {
    let table = section(program)?;
    let names = names(table)?;
    let packages: BTreeSet<String> =
        names.split(|byte| *byte == 0).filter_map(|name| package(std::str::from_utf8(name).ok()?)).collect();
    // Every program has it: without it, this is no list of functions.
    packages.contains("runtime").then_some(packages)
}

fn section(program: &[u8]) -> Option<&[u8]> {
    let file = object::File::parse(program).ok()?;
    let section =
        [".gopclntab", ".data.rel.ro.gopclntab"].iter().find_map(|name| file.section_by_name(name))?;
    section.data().ok()
}

/// The names of all functions, each with a zero behind it.
fn names(table: &[u8]) -> Option<&[u8]> {
    let width = usize::from(*table.get(7)?);
    if !table.starts_with(&MAGIC) || !matches!(width, 4 | 8) {
        return None;
    }
    let words: Vec<usize> = table.get(8..8 + WORDS * width)?.chunks_exact(width).filter_map(word).collect();
    table.get(*words.get(NAMES)?..*words.get(AFTER_NAMES)?)
}

/// A number; the smallest byte comes first on all architectures that devices here have.
fn word(bytes: &[u8]) -> Option<usize> {
    let mut all = [0; 8];
    all.get_mut(..bytes.len())?.copy_from_slice(bytes);
    usize::try_from(u64::from_le_bytes(all)).ok()
}

/// The package of a function: what is before the first point behind the last slash. What stands for types comes in brackets.
fn package(name: &str) -> Option<String> {
    let name = name.split('[').next().unwrap_or_default();
    let begin = name.rfind('/').map_or(0, |at| at + 1);
    let end = begin + name.get(begin..)?.find('.')?;
    Some(unescape(name.get(..end)?))
}

/// The linker writes points of a path's last part, and what is no letter, as `%2e` (`cmd/internal/objabi.PathToPrefix`).
fn unescape(text: &str) -> String {
    let mut parts = text.split('%');
    let mut plain = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => {
                plain.push(byte);
                plain.extend(&part.as_bytes()[2..]);
            }
            None => plain.extend([b"%".as_slice(), part.as_bytes()].concat()),
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
pub(crate) mod tests;
