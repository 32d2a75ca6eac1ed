//! Names of images of registries, as Docker reads them.

use std::fmt;
use std::str::FromStr;

use crate::{ContentHash, Digest, Fingerprint};

/// The registry of a name that says none.
const DOCKER: &str = "docker.io";
/// What Docker's registry was called once.
const DOCKER_ONCE: &str = "index.docker.io";
/// Where images of [`DOCKER`] are that nobody's name stands in front of.
const LIBRARY: &str = "library";
/// The most bytes of a registry and a repository together.
const LONGEST: usize = 255;

/// The name of an image of a registry. Two texts that Docker takes for one name are equal: `redis` is
/// `docker.io/library/redis:latest`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageName {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// Why a text is not the name of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImageNameError {
    /// There is no repository.
    #[error("it names no repository")]
    Empty,
    /// An address with a scheme.
    #[error("it is an address; leave the scheme out")]
    Scheme,
    /// The registry is not a host.
    #[error("the part before the first `/` is not a host, or its port is not a number")]
    Registry,
    /// A repository is written in lower case.
    #[error("the name of a repository has no capital letters")]
    Capital,
    /// The repository has other characters.
    #[error("a repository is made of lower-case letters and digits, joined by `.`, `_`, `-` and `/`")]
    Repository,
    /// The tag has other characters.
    #[error("a tag is up to 128 letters, digits and . _ -, starting with a letter, digit or _")]
    Tag,
    /// The digest is none of SHA-256.
    #[error("a digest is `sha256:` and 64 hexadecimal digits")]
    Digest,
    /// It is too long.
    #[error("registry and repository have more than 255 characters")]
    Long,
}

impl ImageName {
    /// The registry: a host, with a port where the name has one.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository in it, such as `library/redis`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag; absent when a digest alone was named.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest of the index or manifest, when it was named.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// Registry and repository, without tag and digest.
    pub fn place(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// The place as Docker shows it: `redis` for `docker.io/library/redis`.
    pub fn short_place(&self) -> String {
        let place = self.place();
        let library = self.repository.strip_prefix(LIBRARY).and_then(|rest| rest.strip_prefix('/'));
        let shorter = library.into_iter().chain([self.repository.as_str()]);
        // One that would be read as something else is no name of this image.
        let same = |text: &&str| text.parse::<Self>().is_ok_and(|name| name.place() == place);
        shorter.into_iter().find(same).map_or_else(|| place.clone(), str::to_owned)
    }

    /// The place as a path that may stand in another image's name.
    pub fn path(&self) -> String {
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '.';
        let host: String = self
            .registry
            .to_ascii_lowercase()
            .chars()
            .map(|letter| if plain(letter) { letter } else { '-' })
            .collect();
        format!("{}/{}", host.trim_matches('-'), self.repository)
    }
}

impl FromStr for ImageName {
    type Err = ImageNameError;

    fn from_str(text: &str) -> Result<Self, ImageNameError> {
        if text.contains("://") {
            return Err(ImageNameError::Scheme);
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(read_digest(digest)?)),
            None => (text, None),
        };
        // A colon before the last slash is that of a port.
        let last = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (place, tag) = match rest[last..].split_once(':') {
            Some((name, tag)) => (&rest[..last + name.len()], Some(tag.to_owned())),
            None => (rest, None),
        };
        if tag.as_deref().is_some_and(|tag| !is_tag(tag)) {
            return Err(ImageNameError::Tag);
        }
        let (registry, repository) = split(place)?;
        if registry.len() + 1 + repository.len() > LONGEST {
            return Err(ImageNameError::Long);
        }
        let tag = if tag.is_none() && digest.is_none() { Some("latest".to_owned()) } else { tag };
        Ok(Self { registry, repository, tag, digest })
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        self.digest.map_or(Ok(()), |digest| write!(f, "@sha256:{digest}"))
    }
}

impl ContentHash for ImageName {
    fn hash(&self, into: &mut Fingerprint) {
        self.to_string().hash(into);
    }
}

fn read_digest(text: &str) -> Result<Digest, ImageNameError> {
    let digits = text.strip_prefix("sha256:").ok_or(ImageNameError::Digest)?;
    digits.parse().map_err(|_| ImageNameError::Digest)
}

/// Registry and repository. What is before the first slash is a registry when it can be no part of a repository's name: it
/// has a dot, a colon or a capital letter, or is `localhost`.
fn split(place: &str) -> Result<(String, String), ImageNameError> {
    let by_form = |text: &str| text == "localhost" || text.contains(['.', ':']);
    let is_host = |text: &str| by_form(text) || text.chars().any(|c| c.is_ascii_uppercase());
    let (registry, repository) = match place.split_once('/') {
        Some((first, rest)) if is_host(first) => {
            let lower = first.to_ascii_lowercase();
            // One that is known by its capitals alone keeps them.
            (if by_form(&lower) { lower } else { first.to_owned() }, rest.to_owned())
        }
        _ => (DOCKER.to_owned(), place.to_owned()),
    };
    let registry = if registry == DOCKER_ONCE { DOCKER.to_owned() } else { registry };
    if !is_registry(&registry) {
        return Err(ImageNameError::Registry);
    }
    if repository.is_empty() {
        return Err(ImageNameError::Empty);
    }
    if repository.chars().any(|letter| letter.is_ascii_uppercase()) {
        return Err(ImageNameError::Capital);
    }
    if !repository.split('/').all(is_component) {
        return Err(ImageNameError::Repository);
    }
    let library = registry == DOCKER && !repository.contains('/');
    Ok((registry, if library { format!("{LIBRARY}/{repository}") } else { repository }))
}

/// A host with or without a port: a name, an address, or an address of version 6 in brackets.
fn is_registry(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) if address.parse::<std::net::Ipv6Addr>().is_ok() => ("v6", rest),
        Some(_) => return false,
        None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
    };
    let label = |label: &str| {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(letters) && !label.starts_with('-') && !label.ends_with('-')
    };
    let digits = port.strip_prefix(':');
    let port_fits = port.is_empty()
        || digits
            .is_some_and(|port| !port.starts_with('+') && port.parse::<u16>().is_ok_and(|port| port > 0));
    port_fits && host.split('.').all(label)
}

/// A component of a repository's name: runs of letters and digits, joined by `.`, `_`, `__` or dashes.
fn is_component(text: &str) -> bool {
    let lower = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let mut joins = text.split(lower).filter(|join| !join.is_empty());
    text.starts_with(lower)
        && text.ends_with(lower)
        && joins.all(|join| matches!(join, "." | "_" | "__") || join.bytes().all(|byte| byte == b'-'))
}

fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || b".-".contains(&byte))
}

#[cfg(test)]
mod tests;
