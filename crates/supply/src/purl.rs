//! Package URLs (purl-spec; ECMA-427).

use std::fmt;

use yoe_notation::percent::encode;

/// A package URL in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purl {
    /// The type, such as `golang`.
    pub kind: String,
    /// The namespace, parts apart by `/`; may be empty.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The version; may be empty.
    pub version: String,
    /// Qualifiers, by name.
    pub qualifiers: Vec<(String, String)>,
}

/// A text that is no package URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a package URL; expected `pkg:TYPE/NAME`, perhaps with more")]
pub struct PurlError(String);

impl Purl {
    /// A package URL without a namespace and without qualifiers.
    pub fn new(kind: &str, name: &str, version: &str) -> Self {
        let text = str::to_owned;
        Self { kind: text(kind), name: text(name), version: text(version), ..Self::default() }
    }

    /// The same in a namespace.
    pub fn within(mut self, namespace: &str) -> Self {
        self.namespace = namespace.to_owned();
        self
    }

    /// The same with a qualifier; an empty one is left out, as the specification wants.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.qualifiers.push((name.to_owned(), value.to_owned()));
            self.qualifiers.sort();
        }
        self
    }

    /// The value of a qualifier.
    pub fn qualifier(&self, name: &str) -> Option<&str> {
        self.qualifiers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Namespace and name, as a Go module's path or a Maven coordinate has them.
    pub fn path(&self) -> String {
        if self.namespace.is_empty() {
            self.name.clone()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }

    /// Reads a package URL. A subpath is left out.
    ///
    /// # Errors
    /// When it has no type or no name.
    pub fn parse(text: &str) -> Result<Self, PurlError> {
        let wrong = || PurlError(text.to_owned());
        let rest = text.strip_prefix("pkg:").ok_or_else(wrong)?.trim_start_matches('/');
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let (rest, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
        let (kind, rest) = rest.split_once('/').ok_or_else(wrong)?;
        // A scoped name such as `@scope/x` has its `@` encoded.
        let (path, version) = rest.rsplit_once('@').unwrap_or((rest, ""));
        let (namespace, name) = path.trim_end_matches('/').rsplit_once('/').unwrap_or(("", path));
        let (namespace, name) = (decode(namespace), decode(name));
        if kind.is_empty() || name.is_empty() {
            return Err(wrong());
        }
        let qualifiers = qualifiers.split('&').filter_map(|pair| pair.split_once('='));
        let qualifiers = qualifiers.map(|(name, value)| (name.to_lowercase(), decode(value))).collect();
        Ok(Self { kind: kind.to_lowercase(), namespace, name, version: decode(version), qualifiers })
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/", self.kind)?;
        for part in self.namespace.split('/').filter(|part| !part.is_empty()) {
            write!(f, "{}/", encode(part, ""))?;
        }
        f.write_str(&encode(&self.name, ""))?;
        if !self.version.is_empty() {
            write!(f, "@{}", encode(&self.version, ":"))?;
        }
        for (at, (name, value)) in self.qualifiers.iter().enumerate() {
            write!(f, "{}{name}={}", if at == 0 { '?' } else { '&' }, encode(value, ":/"))?;
        }
        Ok(())
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = (*first == b'%').then(|| tail.get(..2)).flatten();
        let byte = digits.and_then(|digits| yoe_notation::hex::decode(&String::from_utf8_lossy(digits)));
        match byte.as_deref() {
            Some([byte]) => {
                bytes.push(*byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_text_is_canonical() {
        let purl = Purl::new("deb", "zlib", "1:1.3.dfsg+really1.3.1-1+deb13u1")
            .within("debian")
            .with("distro", "trixie")
            .with("arch", "source")
            .with("vcs", "");
        let text = "pkg:deb/debian/zlib@1:1.3.dfsg%2Breally1.3.1-1%2Bdeb13u1?arch=source&distro=trixie";
        assert_eq!(purl.to_string(), text);
        assert_eq!(Purl::parse(text), Ok(purl));
    }

    #[test]
    fn what_has_no_name_is_refused() {
        for text in ["", "zlib", "pkg:", "pkg:deb", "pkg:deb/", "pkg:/zlib", "npm:zlib/x"] {
            assert!(Purl::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_name_and_version_reads_back(name in "[a-zA-Z0-9+@~:._ %-]{1,20}", version in "\\PC{0,20}", value in "\\PC{1,20}") {
            let purl = Purl::new("generic", &name, &version).within("a/b").with("x", &value);
            prop_assert_eq!(Purl::parse(&purl.to_string()), Ok(purl));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(pkg:)?\\PC{0,60}") {
            let _ = Purl::parse(&text);
        }
    }
}
