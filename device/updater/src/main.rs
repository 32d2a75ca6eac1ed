//! `updater`: see the library.

use std::process::ExitCode;

use serde_json::{Value, json};
use yoe_program::write_line;
use yoe_updater::args::{Args, Command, USAGE};
use yoe_updater::checks;
use yoe_updater::config::Config;
use yoe_updater::delta::Tally;
use yoe_updater::error::UpdaterError;
use yoe_updater::install::{Event, Outcome, install};
use yoe_updater::papers;
use yoe_updater::rollback::roll_back;
use yoe_updater::status::status;
use yoe_updater::watch::{Watched, mark_good, watch};
use yoe_updater::workload::{WorkloadOutcome, install_workload};

/// What a command has to say: for people, and for programs.
struct Output {
    text: String,
    json: Value,
}

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args_os().skip(1)) {
        Ok(args) => args,
        Err(problem) => return fail(&problem, false),
    };
    match run(&args) {
        Ok(output) => {
            let text = if args.json { output.json.to_string() } else { output.text };
            write_line(&mut std::io::stdout(), &text);
            ExitCode::SUCCESS
        }
        Err(problem) => fail(&problem, args.json),
    }
}

fn run(args: &Args) -> Result<Output, UpdaterError> {
    if args.command == Command::Help {
        return Ok(Output { text: USAGE.to_owned(), json: Value::Null });
    }
    let config = Config::read(&args.config)?;
    match &args.command {
        Command::Install(from) => installed(&install(&config, from, &mut print_event)?),
        Command::InstallWorkload(workload, from) => {
            let installed = install_workload(&config, workload, from, &mut print_event)?;
            workload_installed(&installed)
        }
        Command::Sbom(from) => bill(&config, from),
        Command::Status => {
            let status = status(&config)?;
            Ok(Output { text: status.text(), json: serde_json::to_value(&status).unwrap_or_default() })
        }
        Command::MarkGood { auto } => marked(&config, *auto),
        Command::Rollback => back(&config),
        Command::Watch => watched(&config),
        Command::Help => Ok(Output { text: USAGE.to_owned(), json: Value::Null }),
    }
}

fn installed(outcome: &Outcome) -> Result<Output, UpdaterError> {
    let Outcome { version, slot, runs, tally, warning } = outcome;
    if *runs {
        let text = format!("version {version} runs already; nothing was done");
        return Ok(Output {
            text,
            json: json!({ "result": "runs", "version": version, "slot": slot.letter() }),
        });
    }
    if let Some(warning) = warning {
        warn_of_memory(warning);
    }
    let Tally { fetched, reused } = tally;
    let text = format!(
        "version {version} is in slot {} and starts next; {fetched} bytes were fetched, {reused} were already on this device",
        slot.letter()
    );
    let json = json!({
        "result": "installed", "version": version, "slot": slot.letter(), "fetched": fetched, "reused": reused,
        "warning": warning,
    });
    Ok(Output { text, json })
}

fn workload_installed(outcome: &WorkloadOutcome) -> Result<Output, UpdaterError> {
    let WorkloadOutcome { workload, version, runs, tally: Tally { fetched, reused }, warning } = outcome;
    if *runs {
        let text = format!("version {version} of {workload} runs already; nothing was done");
        return Ok(Output {
            text,
            json: json!({ "result": "runs", "workload": workload, "version": version }),
        });
    }
    if let Some(warning) = warning {
        warn_of_memory(warning);
    }
    let text = format!(
        "version {version} of {workload} starts on trial; {fetched} bytes were fetched, {reused} were already on this device"
    );
    let json = json!({
        "result": "installed", "workload": workload, "version": version, "fetched": fetched, "reused": reused,
        "warning": warning,
    });
    Ok(Output { text, json })
}

fn warn_of_memory(warning: &str) {
    let text = format!("warning: cannot record the newest version seen: {warning}");
    write_line(&mut std::io::stderr(), &text);
}

fn bill(config: &Config, from: &str) -> Result<Output, UpdaterError> {
    let text = papers::bill(config, from)?;
    // What is signed and is no JSON all the same is shown as it is.
    let json = serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.clone()));
    Ok(Output { text: text.trim_end().to_owned(), json })
}

fn marked(config: &Config, auto: bool) -> Result<Output, UpdaterError> {
    if auto {
        let failed = checks::run(config, || ());
        if !failed.is_empty() {
            return Err(UpdaterError::Checks(failed));
        }
    }
    let changed = mark_good(config)?;
    let text = if changed { "this version is good now" } else { "this version was good before" };
    Ok(Output { text: text.to_owned(), json: json!({ "result": "good", "changed": changed }) })
}

fn back(config: &Config) -> Result<Output, UpdaterError> {
    let changed = roll_back(config)?;
    let text = "the other slot's version starts next".to_owned();
    Ok(Output { text, json: json!({ "result": "rollback", "changed": changed }) })
}

fn watched(config: &Config) -> Result<Output, UpdaterError> {
    match watch(config)? {
        Watched::NotOnTrial => Ok(Output {
            text: "this version is not on trial".to_owned(),
            json: json!({ "result": "not-on-trial" }),
        }),
        Watched::Good => {
            Ok(Output { text: "this version is good now".to_owned(), json: json!({ "result": "good" }) })
        }
        Watched::Failed(checks) => Err(UpdaterError::Checks(checks)),
    }
}

fn print_event(event: Event<'_>) {
    let text = match event {
        Event::Found(version) => format!("found version {version}; signatures verified"),
        Event::Step(step) => step.to_string(),
        Event::Fetch => "fetching what this device lacks".to_owned(),
        Event::Switch => "starting it on trial".to_owned(),
    };
    write_line(&mut std::io::stderr(), &text);
}

fn fail(problem: &UpdaterError, json: bool) -> ExitCode {
    let (kind, code) = problem.kind();
    let mut message = yoe_program::message(problem);
    if matches!(problem, UpdaterError::Usage(_)) {
        message = format!("{message}\n{USAGE}");
    }
    if json {
        let text = json!({ "result": "error", "kind": kind, "code": code, "message": message }).to_string();
        write_line(&mut std::io::stdout(), &text);
    } else {
        write_line(&mut std::io::stderr(), &format!("updater: {message}"));
    }
    ExitCode::from(code)
}
