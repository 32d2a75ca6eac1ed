//! Challenges of servers that ask who asks (RFC 9110, section 11).

/// A challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    /// Its scheme in lower case, such as `bearer`.
    pub(super) scheme: String,
    /// Its parameters, their names in lower case.
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The value of a parameter that is not empty. Letter case of names does not count; of two, the first does.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// The most challenges that are read.
const MOST: usize = 16;

/// The challenges of values of `WWW-Authenticate`; each value may hold several. What is not understood is passed over.
pub(super) fn read(values: &[&str]) -> Vec<Challenge> {
    let mut all: Vec<Challenge> = Vec::new();
    for value in values {
        let mut reader = Reader { rest: value };
        let mut open = false;
        loop {
            reader.skip(|byte| byte.is_ascii_whitespace() || byte == b',');
            let word = reader.token();
            if word.is_empty() {
                // Nothing that begins with this byte is a challenge or a parameter.
                if !reader.step() {
                    break;
                }
                continue;
            }
            let word = word.to_ascii_lowercase();
            match reader.value() {
                Some(value) => {
                    if let Some(challenge) = all.last_mut().filter(|_| open) {
                        challenge.parameters.push((word, value));
                    }
                }
                None if all.len() == MOST => return all,
                None => {
                    all.push(Challenge { scheme: word, parameters: Vec::new() });
                    open = true;
                }
            }
        }
    }
    all
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn skip(&mut self, skipped: impl Fn(u8) -> bool) -> &'a str {
        let end = self.rest.bytes().position(|byte| !skipped(byte)).unwrap_or(self.rest.len());
        // Only bytes of ASCII are skipped, so this is a boundary of a character.
        let (before, after) = self.rest.split_at(end);
        self.rest = after;
        before
    }

    /// A token (section 5.6.2), or nothing.
    fn token(&mut self) -> &'a str {
        self.skip(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    }

    /// Leaves a character out; false at the end.
    fn step(&mut self) -> bool {
        let mut characters = self.rest.chars();
        let there = characters.next().is_some();
        self.rest = characters.as_str();
        there
    }

    /// `= VALUE`, with blanks around the sign as some servers write it, or nothing.
    fn value(&mut self) -> Option<String> {
        let before = self.rest;
        self.skip(|byte| byte.is_ascii_whitespace());
        let Some(rest) = self.rest.strip_prefix('=') else {
            self.rest = before;
            return None;
        };
        self.rest = rest;
        self.skip(|byte| byte.is_ascii_whitespace());
        Some(match self.rest.strip_prefix('"') {
            Some(rest) => {
                self.rest = rest;
                self.quoted()
            }
            // Some servers forget the quotes around addresses.
            None => self.skip(|byte| byte.is_ascii_graphic() && byte != b',').to_owned(),
        })
    }

    /// The rest of a quoted string (section 5.6.4). One that has no end is taken to the end of the value.
    fn quoted(&mut self) -> String {
        let mut text = String::new();
        let mut characters = self.rest.chars();
        while let Some(character) = characters.next() {
            match character {
                '"' => break,
                '\\' => text.extend(characters.next()),
                other => text.push(other),
            }
        }
        self.rest = characters.as_str();
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(values: &[&str]) -> String {
        let one = |challenge: Challenge| {
            let parameters: Vec<String> =
                challenge.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{}({})", challenge.scheme, parameters.join(" "))
        };
        read(values).into_iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn challenges_of_real_registries_are_read() {
        for (value, read) in [
            (
                r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/redis:pull""#,
                "bearer(realm=https://auth.docker.io/token service=registry.docker.io scope=repository:library/redis:pull)",
            ),
            (r#"Basic realm="Registry Realm""#, "basic(realm=Registry Realm)"),
            (
                r#"Bearer realm="https://gitlab.example/jwt/auth",service="container_registry",error="invalid_token""#,
                "bearer(realm=https://gitlab.example/jwt/auth service=container_registry error=invalid_token)",
            ),
        ] {
            assert_eq!(shown(&[value]), read);
        }
    }

    #[test]
    fn odd_ones_are_read_too() {
        for (values, read) in [
            (&[r#"BEARER Realm = "x" , SERVICE="a, b=c""#][..], "bearer(realm=x service=a, b=c)"),
            (&["bearer realm=https://a/b?c=d,service=e"], "bearer(realm=https://a/b?c=d service=e)"),
            (&[r#"Basic realm="a", Bearer realm="b",scope="c""#], "basic(realm=a) bearer(realm=b scope=c)"),
            (&[r#"Negotiate, Basic realm="a\"b""#], "negotiate() basic(realm=a\"b)"),
            (&["Basic", r#"Bearer scope="s",realm="r""#], "basic() bearer(scope=s realm=r)"),
            (&[r#",, Bearer  ,, realm="r",,"#], "bearer(realm=r)"),
            (&[r#"Bearer realm="no end"#], "bearer(realm=no end)"),
            (&[r#"realm="of nobody" Basic"#], "basic()"),
            (&["", "=", "\"", "ä Basic"], "basic()"),
        ] {
            assert_eq!(shown(values), read, "{values:?}");
        }
        assert_eq!(read(&["Bearer realm=\"\""])[0].parameter("realm"), None);
        assert_eq!(read(&[&"a,".repeat(1000)]).len(), MOST);
    }

    proptest! {
        #[test]
        fn any_value_is_read(value in "([Bb]earer |Basic |[a-z]+ ?= ?|\"|\\\\|,|[ -~]|\\PC){0,40}") {
            for challenge in read(&[&value]) {
                prop_assert!(!challenge.scheme.is_empty());
            }
        }
    }
}
