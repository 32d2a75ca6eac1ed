//! `supervisor`: see the library.

use std::io::Write;
use std::process::ExitCode;

use yoe_supervisor::args::{Args, Command, Places, USAGE};
use yoe_supervisor::problem::Problem;
use yoe_supervisor::state::Store;
use yoe_supervisor::status::{last_line, table, word};
use yoe_supervisor::supervise::{Event, Supervisor};

fn main() -> ExitCode {
    match Args::parse(std::env::args().skip(1)).and_then(|args| run(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            write(&mut std::io::stderr(), &format!("supervisor: {}", problem.told()));
            ExitCode::from(problem.code())
        }
    }
}

fn run(args: &Args) -> Result<(), Problem> {
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
                write(&mut std::io::stdout(), &text);
            }
            Ok(())
        }
        Command::Help => {
            write(&mut std::io::stdout(), USAGE);
            Ok(())
        }
    }
}

fn supervise(places: &Places) -> Result<(), Problem> {
    let mut report = |event: Event<'_>| {
        let text = match event {
            Event::Changed { key, name, status, answer } => {
                let said = last_line(&answer.output);
                let why = format!("{}{}{said}", answer.exit_code, if said.is_empty() { "" } else { ": " });
                format!("{}/{name} ({}) is {} ({why})", key.namespace, short(&key.id), word(status))
            }
            Event::Failed(problem) => problem.told(),
        };
        write(&mut std::io::stdout(), &text);
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

fn write(to: &mut dyn Write, text: &str) {
    // Nobody is left to hear of it when the stream is gone.
    let _ = writeln!(to, "{text}");
}
