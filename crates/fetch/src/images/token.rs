//! Tokens of registries (distribution specification, "Token Authentication"; OAuth 2 for identity tokens).

use serde::Deserialize;
use yoe_notation::percent;

use super::challenge::Challenge;
use super::error::TokenError;
use super::place::{Place, is_safe};
use super::secret::{Login, Secret};
use crate::client::{AddressError, Answer, Ask, Client};

/// The most bytes of an answer.
const LONGEST: usize = 256 << 10;
/// What this program calls itself where a name is asked for.
const CLIENT: &str = "yoe";

#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
}

/// Asks the token server of a challenge for a token that reads this repository; gives the value of `Authorization`.
///
/// # Errors
/// When it cannot be asked, or gives none.
pub(super) fn token(
    client: &Client,
    place: &Place,
    challenge: &Challenge,
    login: Option<&Login>,
) -> Result<Secret, AddressError> {
    let wrong = |error: TokenError| AddressError::Access(Box::new(error));
    if let Some(Login::Token(token)) = login {
        return Ok(bearer(token.reveal()));
    }
    let registry = || place.registry.clone();
    let realm =
        challenge.parameter("realm").ok_or_else(|| wrong(TokenError::NoRealm { registry: registry() }))?;
    if !is_safe(realm) {
        return Err(wrong(TokenError::Plain { registry: registry(), realm: realm.to_owned() }));
    }
    let scope = challenge.parameter("scope").map_or_else(|| place.scope(), str::to_owned);
    let service = challenge.parameter("service").unwrap_or_default();
    let answer = match login {
        Some(Login::Identity(token)) => {
            let form = [
                ("grant_type", "refresh_token"),
                ("client_id", CLIENT),
                ("service", service),
                ("scope", scope.as_str()),
                ("refresh_token", token.reveal()),
            ];
            client.ask(&Ask { url: realm, authorization: None, form: &form, limit: LONGEST })?
        }
        _ => {
            let basic = match login {
                Some(Login::Password(user, password)) => Some(Login::basic(user, password)),
                _ => None,
            };
            let authorization = basic.as_ref().map(Secret::reveal);
            let url = asked(realm, service, &scope);
            client.ask(&Ask { url: &url, authorization, form: &[], limit: LONGEST })?
        }
    };
    read(realm, place, login.is_some(), answer)
}

impl Place {
    /// What a token must be for.
    fn scope(&self) -> String {
        format!("repository:{}:pull", self.repository)
    }
}

fn bearer(token: &str) -> Secret {
    Secret::new(format!("Bearer {token}"))
}

fn read(realm: &str, place: &Place, known: bool, answer: Answer) -> Result<Secret, AddressError> {
    let wrong = |error: TokenError| AddressError::Access(Box::new(error));
    let realm = realm.to_owned();
    match answer.status {
        200 => {}
        301..=308 => return Err(wrong(TokenError::Redirected { realm, location: answer.location })),
        status @ (429 | 500..) => return Err(AddressError::Status(status)),
        status => {
            let advice = advice(&place.registry, known);
            return Err(wrong(TokenError::Refused { realm, status, advice }));
        }
    }
    let answered: Option<Answered> = serde_json::from_slice(&answer.body).ok();
    let token =
        answered.map(|Answered { token, access_token }| if token.is_empty() { access_token } else { token });
    // It becomes the value of a header.
    let token = token.filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    token.map(|token| bearer(&token)).ok_or_else(|| wrong(TokenError::NoToken { realm }))
}

fn advice(registry: &str, known: bool) -> String {
    match known {
        true => format!(
            "it does not take what docker's configuration has for {registry}; log in again with `docker login {registry}`"
        ),
        false => format!(
            "docker's configuration has nothing for {registry}; log in with `docker login {registry}`"
        ),
    }
}

/// The address with what is asked for.
fn asked(realm: &str, service: &str, scope: &str) -> String {
    let mut url = realm.split('#').next().unwrap_or(realm).to_owned();
    for (name, value) in [("service", service), ("scope", scope)] {
        if !value.is_empty() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&format!("{name}={}", percent::encode(value, ":/,")));
        }
    }
    url
}
