//! The arguments of a command line.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

/// The words of a command line and its options. Options may stand anywhere; `-h` and `--help` are the word `help`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    words: Vec<String>,
    flags: BTreeSet<&'static str>,
    values: BTreeMap<&'static str, String>,
}

impl Arguments {
    /// Reads the arguments after the program's name. `flags` are options by themselves; `valued` are options that a value
    /// follows, each with what that value is.
    ///
    /// # Errors
    /// With what is wrong: an option that there is not, one without its value, or an argument that is not UTF-8.
    pub fn parse(
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
        flags: &[&'static str],
        valued: &[(&'static str, &'static str)],
    ) -> Result<Self, String> {
        let mut this = Self::default();
        let mut arguments = arguments.into_iter().map(text);
        while let Some(argument) = arguments.next().transpose()? {
            if let Some(flag) = flags.iter().find(|flag| **flag == argument) {
                this.flags.insert(flag);
            } else if let Some((option, what)) = valued.iter().find(|(option, _)| *option == argument) {
                let value = arguments.next().ok_or_else(|| format!("{option} needs {what}"))??;
                this.values.insert(option, value);
            } else if ["-h", "--help"].contains(&argument.as_str()) {
                this.words = vec!["help".to_owned()];
            } else if argument.starts_with('-') {
                return Err(format!("there is no option {argument}"));
            } else {
                this.words.push(argument);
            }
        }
        Ok(this)
    }

    /// The words that are not options, in their order.
    pub fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// Whether an option is there.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.contains(flag)
    }

    /// The value of an option; the last one when it is there more than once.
    pub fn value(&self, option: &str) -> Option<&str> {
        self.values.get(option).map(String::as_str)
    }

    /// What is wrong with words that are not a command.
    pub fn no_command(&self) -> String {
        match self.words[..] {
            [] => "no command was given".to_owned(),
            _ => format!("there is no command {:?}", self.words.join(" ")),
        }
    }
}

fn text(argument: impl Into<OsString>) -> Result<String, String> {
    let argument: OsString = argument.into();
    argument.into_string().map_err(|argument| format!("the argument {argument:?} is not UTF-8"))
}

#[cfg(test)]
mod tests;
