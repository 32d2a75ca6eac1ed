//! What an ELF file says of itself, as far as packages care.

use object::elf::{self, FileHeader64};
use object::read::elf::{Dyn as _, FileHeader as _, ProgramHeader as _};
use object::{Endianness, FileKind};

/// The facts of one ELF file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Elf {
    /// `e_machine`; 0 for a file of 32 bits, which no architecture here has.
    pub machine: u16,
    /// Whether it is linked: an executable or a shared library rather than an object file.
    pub linked: bool,
    pub interpreter: Option<String>,
    pub soname: Option<String>,
    pub needed: Vec<String>,
    /// RPATH and RUNPATH, split at colons.
    pub run_paths: Vec<String>,
    pub text_relocations: bool,
    pub executable_stack: bool,
    /// Whether it has a dynamic section.
    pub dynamic: bool,
    /// Whether it begins with glibc's start code, which carries this note; no other C library here writes it.
    pub glibc_start: bool,
}

pub(crate) fn is_elf(head: &[u8]) -> bool {
    head.starts_with(b"\x7fELF")
}

impl Elf {
    /// Reads a file that begins as ELF; `Err` says what is wrong with it.
    pub fn parse(data: &[u8]) -> Result<Self, String> {
        match FileKind::parse(data) {
            Ok(FileKind::Elf64) => parse(data).map_err(|error| error.to_string()),
            Ok(FileKind::Elf32) => Ok(Self::default()),
            Ok(_) => Err("it is of another kind".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn parse(data: &[u8]) -> object::Result<Elf> {
    let header = FileHeader64::<Endianness>::parse(data)?;
    let endian = header.endian()?;
    let kind = header.e_type(endian);
    let mut elf = Elf {
        machine: header.e_machine(endian).0,
        linked: kind == elf::ET_EXEC || kind == elf::ET_DYN,
        ..Elf::default()
    };
    let segments = header.program_headers(endian, data)?;
    for segment in segments {
        if let Some(path) = segment.interpreter(endian, data)? {
            elf.interpreter = Some(text(path));
        }
        if segment.p_type(endian) == elf::PT_GNU_STACK {
            elf.executable_stack = segment.p_flags(endian).0 & elf::PF_X.0 != 0;
        }
        // Notes that cannot be read are nobody's: only a debugger would miss them.
        if let Ok(Some(mut notes)) = segment.notes(endian, data) {
            while let Ok(Some(note)) = notes.next() {
                elf.glibc_start |=
                    note.name() == elf::ELF_NOTE_GNU && note.n_type(endian) == elf::NT_GNU_ABI_TAG;
            }
        }
        if let Some(entries) = segment.dynamic(endian, data)? {
            elf.dynamic = true;
            let strings = strings(endian, data, segments, entries);
            entries.iter().for_each(|entry| elf.read_dynamic(endian, entry, strings));
        }
    }
    Ok(elf)
}

type Segment = elf::ProgramHeader64<Endianness>;
type Dynamic = elf::Dyn64<Endianness>;

/// The dynamic string table, found the way the loader finds it: by address.
fn strings<'a>(endian: Endianness, data: &'a [u8], segments: &[Segment], entries: &[Dynamic]) -> &'a [u8] {
    let address =
        entries.iter().find(|entry| entry.d_tag(endian) == elf::DT_STRTAB).map(|entry| entry.d_val(endian));
    let found = address.and_then(|address| {
        let loaded = segments.iter().find(|segment| {
            let start = segment.p_vaddr(endian);
            segment.p_type(endian) == elf::PT_LOAD
                && address.checked_sub(start).is_some_and(|offset| offset < segment.p_filesz(endian))
        })?;
        let offset = (address - loaded.p_vaddr(endian)).checked_add(loaded.p_offset(endian))?;
        data.get(usize::try_from(offset).ok()?..)
    });
    found.unwrap_or_default()
}

impl Elf {
    fn read_dynamic(&mut self, endian: Endianness, entry: &Dynamic, strings: &[u8]) {
        let value = entry.d_val(endian);
        let string = || {
            let rest = usize::try_from(value).ok().and_then(|start| strings.get(start..)).unwrap_or_default();
            text(rest.split(|byte| *byte == 0).next().unwrap_or_default())
        };
        match entry.d_tag(endian) {
            elf::DT_NEEDED => self.needed.push(string()),
            elf::DT_SONAME => self.soname = Some(string()),
            elf::DT_RPATH | elf::DT_RUNPATH => self.run_paths.extend(string().split(':').map(str::to_owned)),
            elf::DT_TEXTREL => self.text_relocations = true,
            elf::DT_FLAGS if value & elf::DF_TEXTREL.0 != 0 => self.text_relocations = true,
            _ => {}
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(tail in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
            bytes.extend(tail);
            let _ = Elf::parse(&bytes);
        }
    }

    #[test]
    fn a_cut_file_is_refused() {
        assert!(Elf::parse(b"\x7fELF").is_err());
    }
}
