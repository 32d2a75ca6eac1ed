//! `supervisor`: see the library.

use std::process::ExitCode;

use yoe_program::{message, write_line};
use yoe_supervisor::args::{Args, Command, Places, USAGE};
use yoe_supervisor::error::SupervisorError;
use yoe_supervisor::state::Store;
use yoe_supervisor::status::{last_line, table, word};
use yoe_supervisor::supervise::{Event, Supervisor};

fn main() -> ExitCode {
    match Args::parse(std::env::args_os().skip(1)).and_then(|args| run(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let mut text = format!("supervisor: {}", message(&problem));
            if matches!(problem, SupervisorError::Usage(_)) {
                text = format!("{text}\n{USAGE}");
            }
            write_line(&mut std::io::stderr(), &text);
            ExitCode::from(problem.code())
        }
    }
}

fn run(args: &Args) -> Result<(), SupervisorError> {
    match args.command {
        Command::Run => supervise(&args.places),
        Command::Status { json } => {
            let all = Store::open(&args.places.state)?.all()?;
            let text = if json {
                let entry = |(key, record): &(yoe_supervisor::state::Key, yoe_supervisor::state::Record)| serde_json::json!({ "Namespace": key.namespace, "Id": key.id, "Name": record.name, "Health": record.health });
                serde_json::Value::from(all.iter().map(entry).collect::<Vec<_>>()).to_string()
            } else {
                table(&all)
            };
            if !text.is_empty() {
                write_line(&mut std::io::stdout(), &text);
            }
            Ok(())
        }
        Command::Help => {
            write_line(&mut std::io::stdout(), USAGE);
            Ok(())
        }
    }
}

fn supervise(places: &Places) -> Result<(), SupervisorError> {
    let mut report = |event: Event<'_>| {
        let text = match event {
            Event::Changed { key, name, status, answer } => {
                let last = last_line(&answer.output);
                let why = format!("{}{}{last}", answer.exit_code, if last.is_empty() { "" } else { ": " });
                format!("{}/{name} ({}) is {} ({why})", key.namespace, short(&key.id), word(status))
            }
            Event::Failed(problem) => message(&problem),
        };
        write_line(&mut std::io::stdout(), &text);
    };
    let mut supervisor = Supervisor::new(places, &mut report)?;
    loop {
        supervisor.turn()?;
    }
}

/// As much of an ID as people are shown.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
