//! A fragment's text, with the comments that carry meaning.

use super::{Fragment, FragmentOption};
use crate::config::{ConfigError, Line, Numbered, lines, parse_line, read_text};

/// What the comments above the current line say.
#[derive(Default)]
struct Above {
    group: Option<String>,
    block: Comment,
    /// Whether the last line was part of the block: a comment after an option starts a new one.
    open: bool,
}

/// The meaning of a comment block or of a trailing comment.
#[derive(Clone, Default)]
struct Comment {
    reason: Vec<String>,
    overrides: Vec<String>,
}

impl Comment {
    fn add(&mut self, text: &str) {
        let text = text.trim();
        let Some(rest) = text.strip_prefix("overrides ") else {
            self.reason.extend((!text.is_empty()).then(|| text.to_owned()));
            return;
        };
        let (file, reason) = rest.split_once(':').unwrap_or((rest, ""));
        self.overrides.push(file.trim().to_owned());
        self.reason.extend((!reason.trim().is_empty()).then(|| reason.trim().to_owned()));
    }
}

impl Above {
    fn comment(&mut self, text: &str) {
        if let Some(heading) = text.strip_prefix('#') {
            self.group = Some(heading.trim_start_matches('#').trim().to_owned());
            self.blank();
            return;
        }
        if !self.open {
            self.block = Comment::default();
            self.open = true;
        }
        self.block.add(text);
    }

    fn blank(&mut self) {
        self.block = Comment::default();
        self.open = false;
    }
}

pub(super) fn parse(file: &str, bytes: &[u8]) -> Result<Fragment, ConfigError> {
    let text = read_text(bytes)?;
    let mut fragment = Fragment { file: file.to_owned(), options: Vec::new(), near_settings: Vec::new() };
    let mut above = Above::default();
    for numbered in lines(&text) {
        let Numbered { line, text } = numbered?;
        match parse_line(text).map_err(|problem| ConfigError::Line { line, problem })? {
            Line::Blank => above.blank(),
            Line::Comment(comment) => {
                if looks_like_setting(comment) {
                    fragment.near_settings.push((line, text.trim().to_owned()));
                }
                above.comment(comment);
            }
            Line::Setting { symbol, value, comment } => {
                above.open = false;
                let mut own = Comment::default();
                own.add(comment.unwrap_or_default());
                own.reason.extend(above.block.reason.iter().cloned());
                own.overrides.extend(above.block.overrides.iter().cloned());
                fragment.options.push(FragmentOption {
                    symbol: symbol.to_owned(),
                    value,
                    line,
                    reason: (!own.reason.is_empty()).then(|| own.reason.join(" ")),
                    group: above.group.clone(),
                    overrides: own.overrides,
                });
            }
        }
    }
    Ok(fragment)
}

/// `#CONFIG_X is not set`, `# CONFIG_X=y`: meant as a setting, read as a comment.
fn looks_like_setting(comment: &str) -> bool {
    let Some(rest) = comment.trim().strip_prefix("CONFIG_") else { return false };
    let name = rest.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(rest.len());
    name > 0 && rest.get(name..).is_some_and(|after| after.starts_with('=') || after.trim() == "is not set")
}
