//! Small ELF files with the properties that a test asks for.

#[derive(Default)]
pub struct Elf<'a> {
    pub machine: u16,
    pub interpreter: Option<&'a str>,
    pub soname: Option<&'a str>,
    pub needed: &'a [&'a str],
    pub run_path: Option<&'a str>,
    pub text_relocations: bool,
    pub executable_stack: bool,
    /// The type of a note whose owner is "GNU".
    pub note: Option<u32>,
}

pub const X86_64: u16 = 62;
pub const AARCH64: u16 = 183;

const HEADER: usize = 64;
const SEGMENT: usize = 56;

impl Elf<'_> {
    /// A shared object whose segments are the whole file, its interpreter, its dynamic section, and its stack.
    pub fn bytes(&self) -> Vec<u8> {
        let segments = 3 + usize::from(self.interpreter.is_some()) + usize::from(self.note.is_some());
        let start = HEADER + segments * SEGMENT;
        let mut strings = vec![0];
        let mut string = |text: &str| {
            let at = strings.len() as u64;
            strings.extend(text.as_bytes());
            strings.push(0);
            at
        };
        let mut tags: Vec<(u64, u64)> = self.needed.iter().map(|name| (1, string(name))).collect();
        tags.extend(self.soname.map(|name| (14, string(name))));
        tags.extend(self.run_path.map(|path| (29, string(path))));
        tags.extend(self.text_relocations.then_some((22, 0)));
        let interpreter = self.interpreter.map(|path| (string(path), path.len() as u64 + 1));
        let dynamic = 16 * (tags.len() + 2);
        let strings_at = (start + dynamic) as u64;
        tags.extend([(5, strings_at), (0, 0)]);
        strings.resize(strings.len().next_multiple_of(4), 0);
        let note_at = strings_at + strings.len() as u64;
        let note: Vec<u8> = self.note.map_or_else(Vec::new, |kind| {
            let words = [4, 4, kind].into_iter().flat_map(u32::to_le_bytes);
            words.chain(*b"GNU\0").chain(0u32.to_le_bytes()).collect()
        });
        let size = note_at + note.len() as u64;

        let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        let mut half = |value: u16| file.extend(value.to_le_bytes());
        half(3);
        half(self.machine);
        file.extend(1u32.to_le_bytes());
        [0, HEADER as u64, 0].iter().for_each(|value| file.extend(value.to_le_bytes()));
        file.extend(0u32.to_le_bytes());
        let sizes = [HEADER, SEGMENT, segments, 64, 0, 0];
        sizes.iter().for_each(|value| file.extend((*value as u16).to_le_bytes()));
        let mut segment = |kind: u32, flags: u32, offset: u64, size: u64| {
            file.extend(kind.to_le_bytes());
            file.extend(flags.to_le_bytes());
            [offset, offset, offset, size, size, 4].iter().for_each(|value| file.extend(value.to_le_bytes()));
        };
        segment(1, 5, 0, size);
        if let Some((offset, size)) = interpreter {
            segment(3, 4, strings_at + offset, size);
        }
        segment(2, 6, start as u64, dynamic as u64);
        if self.note.is_some() {
            segment(4, 4, note_at, note.len() as u64);
        }
        segment(0x6474_e551, if self.executable_stack { 7 } else { 6 }, 0, 0);
        for (tag, value) in tags {
            file.extend(tag.to_le_bytes());
            file.extend(value.to_le_bytes());
        }
        file.extend(strings);
        file.extend(note);
        file
    }
}
