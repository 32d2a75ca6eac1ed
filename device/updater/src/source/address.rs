//! What somebody named as the place of an update.

use crate::error::UpdaterError;

/// A place of updates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A URL of a web server, its scheme in small letters.
    Web(String),
    /// A path of this device.
    Path(String),
}

impl Address {
    /// Tells URLs from paths. Schemes are written in any case (RFC 3986, 3.1).
    ///
    /// # Errors
    /// When the scheme is none of those that updates are fetched by.
    pub fn parse(text: &str) -> Result<Self, UpdaterError> {
        let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
            return Ok(Self::Path(text.to_owned()));
        };
        match scheme.to_ascii_lowercase().as_str() {
            scheme @ ("http" | "https") => Ok(Self::Web(format!("{scheme}://{rest}"))),
            // Percent signs and host names in it would be read in one way here and in another elsewhere.
            "file" => Err(UpdaterError::Usage(format!(
                "{text} is a URL of a file: give its path instead, such as {:?}",
                format!("/{}", rest.trim_start_matches('/'))
            ))),
            _ => Err(UpdaterError::Usage(format!(
                "{text} has the scheme {scheme:?}: updates are fetched by http and https, or read from a path"
            ))),
        }
    }
}

fn is_scheme(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_read_in_any_case() {
        for text in ["http://a/B", "HTTP://a/B", "Http://a/B"] {
            assert_eq!(Address::parse(text).unwrap(), Address::Web("http://a/B".to_owned()));
        }
        assert_eq!(Address::parse("HTTPS://a").unwrap(), Address::Web("https://a".to_owned()));
    }

    #[test]
    fn paths_are_left_alone() {
        for text in ["a.bundle", "/mnt/a b", "./http://x", "1://x", "://x", "http:x", "dir/a://b", ""] {
            assert_eq!(Address::parse(text).unwrap(), Address::Path(text.to_owned()));
        }
    }

    #[test]
    fn other_schemes_are_refused_with_what_to_do() {
        let message = |text: &str| match Address::parse(text).unwrap_err() {
            UpdaterError::Usage(message) => message,
            other => panic!("{other}"),
        };
        assert!(message("file:///mnt/a.bundle").contains("give its path instead, such as \"/mnt/a.bundle\""));
        assert!(message("FILE://mnt").contains("\"/mnt\""));
        assert!(message("ftp://host/a").contains("the scheme \"ftp\""));
        assert!(message("s3+x://host/a").contains("http and https"));
    }
}
