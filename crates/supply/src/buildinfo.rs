//! What a Go program says that it was built of: the text that `go version -m` prints, in the form that Go writes since 1.18
//! (`debug/buildinfo`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use object::{Object as _, ObjectSection as _};

/// A program's build information.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// Go's version, such as `go1.27.3`.
    pub go: String,
    /// The path of the package `main`; empty when it is not known.
    pub path: String,
    /// The main module.
    pub main: Option<Module>,
    /// The modules that are linked in, in the order they are listed.
    pub deps: Vec<Module>,
    /// Settings of the build, such as `GOOS`.
    pub settings: Vec<(String, String)>,
}

/// A Go module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// Its path.
    pub path: String,
    /// Its version; `(devel)` or empty when the build did not know it.
    pub version: String,
    /// The digest of its files, as `go.sum` has it: `h1:` and base64; empty when the build did not know it.
    pub sum: String,
    /// What it was replaced by: another module, or a directory.
    pub replaced: Option<Box<Module>>,
}

/// Why a program's build information cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BuildInfoError {
    /// Before 1.18 it was kept elsewhere.
    #[error("its build information has the form of Go before 1.18")]
    Old,
    /// Its form is another one.
    #[error("its build information is cut off")]
    Cut,
}

impl Module {
    /// The fields of a line, in their order.
    fn of(mut field: impl FnMut() -> String) -> Self {
        Self { path: field(), version: field(), sum: field(), replaced: None }
    }

    /// The digest of its files in hexadecimal digits: of the list that `h1` is made of (golang.org/x/mod/sumdb/dirhash).
    pub fn sha256(&self) -> Option<String> {
        let digest = STANDARD.decode(self.sum.strip_prefix("h1:")?).ok()?;
        (digest.len() == 32).then(|| yoe_notation::hex::encode(&digest))
    }
}

const MAGIC: &[u8] = b"\xff Go buildinf:";
/// The magic number, two bytes of form, and space that older forms used.
const HEADER: usize = 32;
/// Set in the second byte of form when the texts follow the header.
const INLINE: u8 = 2;
/// Bytes on each side of the modules' text by which it can be found in a running program.
const SENTINEL: usize = 16;

impl BuildInfo {
    /// Reads the build information of a program; `None` when it is no Go program.
    ///
    /// # Errors
    /// When it is one, and its build information has another form.
    pub fn read(program: &[u8]) -> Result<Option<Self>, BuildInfoError> {
        let Some(data) = section(program) else { return Ok(None) };
        let header = data.get(..HEADER).ok_or(BuildInfoError::Cut)?;
        if header[15] & INLINE == 0 {
            return Err(BuildInfoError::Old);
        }
        let rest = &data[HEADER..];
        let (go, rest) = text(rest).ok_or(BuildInfoError::Cut)?;
        let (modules, _) = text(rest).ok_or(BuildInfoError::Cut)?;
        let modules = modules.get(SENTINEL..modules.len().saturating_sub(SENTINEL)).unwrap_or_default();
        let mut info = Self::parse(&String::from_utf8_lossy(modules));
        info.go = String::from_utf8_lossy(go).into_owned();
        Ok(Some(info))
    }

    /// Reads the modules' text.
    fn parse(text: &str) -> Self {
        let mut info = Self::default();
        for line in text.lines() {
            let mut fields = line.split('\t');
            let kind = fields.next().unwrap_or_default();
            let mut field = || fields.next().unwrap_or_default().to_owned();
            match kind {
                "path" => info.path = field(),
                "mod" => info.main = Some(Module::of(field)),
                "dep" => info.deps.push(Module::of(field)),
                "=>" => {
                    let by = Module::of(field);
                    if let Some(module) = info.deps.last_mut().or(info.main.as_mut()) {
                        module.replaced = Some(Box::new(by));
                    }
                }
                "build" => {
                    let setting = field();
                    if let Some((name, value)) = setting.split_once('=') {
                        info.settings.push((name.to_owned(), value.to_owned()));
                    }
                }
                _ => {}
            }
        }
        info
    }

    /// A setting of the build.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Go's version as other modules have theirs: `1.27.3`, and `1.28.0-rc.1` for `go1.28rc1`.
    pub fn stdlib(&self) -> String {
        // What follows a space says with which experiments the toolchain was built.
        let version = self.go.split(' ').next().unwrap_or_default();
        let version = version.strip_prefix("go").unwrap_or(version);
        let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
        let (numbers, before) = version.split_at(end);
        let kind = before.trim_end_matches(|c: char| c.is_ascii_digit());
        match kind {
            "rc" | "beta" => {
                let zeros = ".0".repeat(2_usize.saturating_sub(numbers.matches('.').count()));
                format!("{numbers}{zeros}-{kind}.{}", &before[kind.len()..])
            }
            _ => version.to_owned(),
        }
    }
}

/// The data that begins with the magic number.
fn section(program: &[u8]) -> Option<&[u8]> {
    let file = object::File::parse(program).ok()?;
    let named = file.section_by_name(".go.buildinfo").and_then(|section| section.data().ok());
    let named = named.filter(|data| data.starts_with(MAGIC));
    // Where names of sections are gone, it begins at a multiple of 16 of the writable data.
    named.or_else(|| {
        let aligned = (0..program.len()).step_by(16);
        aligned.map(|at| &program[at..]).find(|data| data.starts_with(MAGIC))
    })
}

/// A text with its length in front (a varint of `encoding/binary`), and what follows it.
fn text(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length: usize = 0;
    for (at, byte) in data.iter().enumerate().take(5) {
        length |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            let rest = &data[at + 1..];
            return (length <= rest.len()).then(|| rest.split_at(length));
        }
    }
    None
}

#[cfg(test)]
pub(crate) mod tests;
