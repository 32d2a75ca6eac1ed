//! The command line of `cargo xtask fuzz`.

use std::path::PathBuf;

/// Seconds that each target runs for unless it is said otherwise.
const SECONDS: u32 = 60;

/// What to run.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// At least one.
    pub targets: Vec<String>,
    /// For each target.
    pub seconds: u32,
    /// One input to run a single target on, instead of fuzzing it.
    pub input: Option<PathBuf>,
}

impl Arguments {
    /// Reads the arguments; `all` are the names of targets that there are.
    pub fn parse(arguments: &[String], all: &[String]) -> Result<Self, String> {
        let mut parsed = Self { targets: Vec::new(), seconds: SECONDS, input: None };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--seconds" => {
                    let text = value()?;
                    let wrong = |_| format!("--seconds {text}: expected a whole number of seconds");
                    parsed.seconds = text.parse().map_err(wrong)?;
                }
                "--input" => parsed.input = Some(value()?.into()),
                name if all.iter().any(|target| target == name) => parsed.targets.push(name.to_owned()),
                name => {
                    return Err(format!("there is no fuzz target {name:?}; there are {}", all.join(", ")));
                }
            }
        }
        if parsed.seconds == 0 {
            return Err("--seconds 0: expected at least one second".to_owned());
        }
        if parsed.input.is_some() && parsed.targets.len() != 1 {
            return Err("--input needs the name of one target".to_owned());
        }
        if parsed.targets.is_empty() {
            parsed.targets = all.to_vec();
        }
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Arguments, String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Arguments::parse(&words, &["fat".to_owned(), "gpt".to_owned()])
    }

    #[test]
    fn all_targets_for_a_minute_are_the_default() {
        let parsed = parse("").expect("it is right");
        assert_eq!((parsed.targets.len(), parsed.seconds, parsed.input), (2, 60, None));
        let parsed = parse("gpt --seconds 600").expect("it is right");
        assert_eq!((parsed.targets, parsed.seconds), (vec!["gpt".to_owned()], 600));
        let parsed = parse("fat --input a/crash-1").expect("it is right");
        assert_eq!(parsed.input, Some("a/crash-1".into()));
    }

    #[test]
    fn wrong_arguments_are_refused() {
        for (text, expected) in [
            ("ext4", "there is no fuzz target \"ext4\"; there are fat, gpt"),
            ("--seconds", "--seconds needs a value"),
            ("--seconds 1m", "expected a whole number of seconds"),
            ("--seconds 0", "expected at least one second"),
            ("--input a", "--input needs the name of one target"),
        ] {
            let message = parse(text).expect_err(text);
            assert!(message.contains(expected), "{message}");
        }
    }
}
