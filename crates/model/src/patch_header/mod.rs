//! What stands above a patch: which hole it closes, and where it comes from (DEP-3, "Patch Tagging Guidelines", with the
//! field `CVE` that build systems have agreed on).

/// The fields above a patch that this project reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatchHeader {
    /// Names of the holes that it closes, such as `CVE-2025-26519`, in the order they are written.
    pub cves: Vec<String>,
    /// Where it comes from, as it is written.
    pub origin: Option<String>,
}

/// A header that is not of its form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct PatchHeaderError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

/// How a line begins with which a patch itself begins (patch(1), git-diff(1)).
const BEGINNINGS: [&str; 5] = ["--- ", "*** ", "@@ ", "diff ", "Index: "];

impl PatchHeader {
    /// Reads the lines above the first changed file.
    ///
    /// # Errors
    /// The first field `CVE` or `Origin` that is not of its form, and a `CVE` without an `Origin`: who closes a hole says by
    /// whose change.
    pub fn parse(patch: &[u8]) -> Result<Self, PatchHeaderError> {
        let mut header = Self::default();
        let mut first = None;
        for (number, line) in patch.split(|byte| *byte == b'\n').enumerate() {
            let line = String::from_utf8_lossy(line);
            if BEGINNINGS.iter().any(|beginning| line.starts_with(beginning)) {
                break;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            let wrong = |problem: String| PatchHeaderError { line: number + 1, problem };
            match name {
                "CVE" => {
                    first.get_or_insert(number + 1);
                    header.cves.extend(cves(value).map_err(wrong)?);
                }
                "Origin" if value.trim().is_empty() => {
                    return Err(wrong("the field Origin is empty".to_owned()));
                }
                "Origin" => header.origin = Some(value.trim().to_owned()),
                // Other spellings would be passed over in silence, and the hole with them.
                name if ["cve", "cves", "cve-id", "cve_id"].contains(&name.to_lowercase().as_str()) => {
                    return Err(wrong(format!("the field {name:?} is not read; write \"CVE\"")));
                }
                _ => (),
            }
        }
        match (first, &header.origin) {
            (Some(line), None) => Err(PatchHeaderError {
                line,
                problem: "a patch with the field CVE needs the field Origin, which says whose change it is"
                    .to_owned(),
            }),
            _ => Ok(header),
        }
    }
}

/// Names of holes, apart by commas or spaces.
fn cves(value: &str) -> Result<Vec<String>, String> {
    let names: Vec<&str> = value.split([',', ' ', '\t', '\r']).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Err("the field CVE is empty".to_owned());
    }
    match names.iter().find(|name| !is_cve(name)) {
        Some(name) => Err(format!("{name:?} is not the name of a CVE record")),
        None => Ok(names.into_iter().map(str::to_owned).collect()),
    }
}

/// Whether a text is `CVE-YEAR-NUMBER`, the number of four digits or more (CVE record format).
fn is_cve(name: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = name.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| year.len() == 4 && digits(year) && number.len() >= 4 && digits(number))
}

#[cfg(test)]
mod tests;
