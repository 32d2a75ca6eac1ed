//! How a container is asked whether it is healthy: the `Healthcheck` of Docker's image configuration, which nerdctl hands
//! on as the annotation [`ANNOTATION`].

use std::time::Duration;

use serde::Deserialize;

/// The annotation of a container that holds its check, as JSON.
pub const ANNOTATION: &str = "nerdctl/healthcheck";

/// A check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The program and its arguments, inside of the container.
    pub command: Vec<String>,
    /// From the end of a check to the next.
    pub interval: Duration,
    /// How long one may take.
    pub timeout: Duration,
    /// How long after its start a container's failures do not count, unless it was healthy before.
    pub start_period: Duration,
    /// The interval until then.
    pub start_interval: Duration,
    /// So many failures in a row make a container unhealthy.
    pub retries: u32,
}

/// As Docker writes it; times in nanoseconds, 0 for the default.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Written {
    test: Vec<String>,
    interval: i64,
    timeout: i64,
    start_period: i64,
    start_interval: i64,
    retries: i64,
}

/// Docker's defaults, but for the interval of a start, which Docker has since 25.0.
const INTERVAL: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(30);
const START_INTERVAL: Duration = Duration::from_secs(5);
const RETRIES: u32 = 3;
/// Docker refuses less; a check that is always due would keep a device busy.
const SHORTEST: Duration = Duration::from_millis(1);

impl Check {
    /// Reads a check; `None` when there is nothing to check.
    ///
    /// # Errors
    /// Text that is no `Healthcheck`.
    pub fn parse(text: &str) -> Result<Option<Self>, serde_json::Error> {
        let written: Written = serde_json::from_str(text)?;
        let Some((kind, rest)) = written.test.split_first() else { return Ok(None) };
        let command = match kind.as_str() {
            "" | "NONE" => return Ok(None),
            "CMD" => rest.to_vec(),
            "CMD-SHELL" => vec!["/bin/sh".to_owned(), "-c".to_owned(), rest.join(" ")],
            _ => written.test.clone(),
        };
        if command.is_empty() {
            return Ok(None);
        }
        let time = |nanoseconds: i64, default: Duration| match u64::try_from(nanoseconds) {
            Ok(0) | Err(_) => default,
            Ok(nanoseconds) => Duration::from_nanos(nanoseconds).max(SHORTEST),
        };
        let retries = u32::try_from(written.retries).ok().filter(|count| *count > 0);
        Ok(Some(Self {
            command,
            interval: time(written.interval, INTERVAL),
            timeout: time(written.timeout, TIMEOUT),
            start_period: time(written.start_period, Duration::ZERO),
            start_interval: time(written.start_interval, START_INTERVAL),
            retries: retries.unwrap_or(RETRIES),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_docker_writes_is_read() {
        let text = r#"{"Test":["CMD-SHELL","true || false"],"Interval":2000000000,"Retries":2}"#;
        let check = Check::parse(text).unwrap().unwrap();
        assert_eq!(check.command, ["/bin/sh", "-c", "true || false"]);
        assert_eq!(check.interval, Duration::from_secs(2));
        assert_eq!((check.timeout, check.start_period, check.retries), (TIMEOUT, Duration::ZERO, 2));
        let exec = Check::parse(r#"{"Test":["CMD","/probe","a b"],"Retries":-1}"#).unwrap().unwrap();
        assert_eq!((exec.command, exec.retries), (vec!["/probe".to_owned(), "a b".to_owned()], RETRIES));
    }

    #[test]
    fn nothing_to_check_is_no_check() {
        for text in ["{}", r#"{"Test":["NONE"]}"#, r#"{"Test":["CMD"]}"#, r#"{"Interval":5}"#] {
            assert_eq!(Check::parse(text).unwrap(), None, "{text}");
        }
        assert!(Check::parse("yes").is_err());
        assert!(Check::parse(r#"{"Test":"true"}"#).is_err());
    }
}
