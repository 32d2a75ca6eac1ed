//! Programs that know credentials (`docker-credential-NAME get`). What they are asked goes to their standard input, so that nobody
//! sees it in a list of programs.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use yoe_model::Cancel;

use super::error::LoginError;
use super::secret::{Login, Secret};
use crate::child::{drained, wait};

/// The most bytes of an answer.
const LONGEST: u64 = 1 << 20;
/// The user that an identity token is handed out under.
const TOKEN: &str = "<token>";
/// What helpers print when they know nothing (docker-credential-helpers, `credentials/error.go`).
const NOTHING: &str = "credentials not found in native keychain";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

/// What a helper knows of a registry. `configuration` is the file that names the helper.
pub(super) fn ask(
    helper: &str,
    registry: &str,
    configuration: &Path,
    cancel: &Cancel,
) -> Result<Option<Login>, LoginError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if helper.is_empty() || !helper.bytes().all(fits) {
        return Err(LoginError::HelperName { path: configuration.to_owned(), helper: helper.to_owned() });
    }
    let program = format!("docker-credential-{helper}");
    let cannot = |source| LoginError::NoHelper {
        path: configuration.to_owned(),
        program: program.clone(),
        registry: registry.to_owned(),
        source,
    };
    let mut command = Command::new(&program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(cannot)?;
    let (output, errors) = (drained(child.stdout.take(), LONGEST), drained(child.stderr.take(), LONGEST));
    if let Some(mut input) = child.stdin.take() {
        // One that does not read what it is asked answers with an error, which says more.
        let _ = input.write_all(registry.as_bytes());
    }
    let status = wait(&mut child, cancel).map_err(cannot)?;
    let status = status.ok_or_else(|| LoginError::Cancelled { program: program.clone() })?;
    let (output, errors) = (output.join().unwrap_or_default(), errors.join().unwrap_or_default());
    if status.success() {
        return answer(&output).map_or_else(
            || Err(failed(&program, registry, "its answer is not what docker's helpers write".to_owned())),
            Ok,
        );
    }
    let output = String::from_utf8_lossy(&output).trim().to_owned();
    if output == NOTHING {
        return Ok(None);
    }
    // They write what went wrong to standard output; credentials are an object.
    let errors = String::from_utf8_lossy(&errors).trim().to_owned();
    let said = if output.is_empty() || output.contains('{') { errors } else { output };
    let said = said.lines().next().unwrap_or("it ended with an error and said nothing");
    Err(failed(&program, registry, said.chars().take(200).collect()))
}

fn failed(program: &str, registry: &str, said: String) -> LoginError {
    LoginError::Helper { program: program.to_owned(), registry: registry.to_owned(), said }
}

fn answer(output: &[u8]) -> Option<Option<Login>> {
    let Answer { username, secret } = serde_json::from_slice(output).ok()?;
    Some(match username.as_str() {
        _ if secret.is_empty() => None,
        TOKEN => Some(Login::Identity(Secret::new(secret))),
        _ => Some(Login::Password(username, Secret::new(secret))),
    })
}
