//! `yoe-image-policy`: see the library.

use std::path::Path;
use std::process::ExitCode;

use yoe_image_policy::args::{Args, USAGE};
use yoe_image_policy::asked::Asked;
use yoe_image_policy::error::PolicyError;
use yoe_image_policy::judge::{Judgement, judge};
use yoe_image_policy::own::is_own;
use yoe_policy_format::{FORMAT, Policy};
use yoe_program::{message, write_line};

fn main() -> ExitCode {
    // The engine reads the reason from standard output, whatever it is.
    let say = |text: &str| write_line(&mut std::io::stdout(), text);
    match Args::parse(std::env::args_os().skip(1)).and_then(|args| args.as_ref().map(run).transpose()) {
        Ok(None) => {
            say(USAGE);
            ExitCode::SUCCESS
        }
        Ok(Some(judgement)) => {
            say(&judgement.reason);
            ExitCode::from(u8::from(!judgement.accepted))
        }
        Err(problem) => {
            say(&format!("yoe-image-policy: {}", message(&problem)));
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<Judgement, PolicyError> {
    let policy = policy(&args.policy)?;
    let asked = Asked::read(&mut std::io::stdin())?;
    let own = is_own(&args.digest, &args.share, &args.mounted)?;
    Ok(judge(&policy, &args.name, &args.digest, own, &asked))
}

fn policy(path: &Path) -> Result<Policy, PolicyError> {
    let text = std::fs::read(path).map_err(PolicyError::file("read", path))?;
    let policy: Policy =
        serde_json::from_slice(&text).map_err(|source| PolicyError::Record(path.to_owned(), source))?;
    match policy.format {
        FORMAT => Ok(policy),
        found => Err(PolicyError::Format { path: path.to_owned(), found }),
    }
}
