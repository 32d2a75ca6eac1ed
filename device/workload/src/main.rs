//! `yoe-workload`: see the library.

use std::process::ExitCode;

use yoe_program::{message, write_line};
use yoe_workload::args::{Args, Command, Places, USAGE};
use yoe_workload::client::Client;
use yoe_workload::containers::containers;
use yoe_workload::error::WorkloadError;
use yoe_workload::root::Root;
use yoe_workload::service::{current, serve};
use yoe_workload::start::start;
use yoe_workload::status::{Found, complaint, judge, table};
use yoe_workload::verify::verify;
use yoe_workload::versions::Versions;
use yoe_workload::{clear, lock, reset};

fn main() -> ExitCode {
    match Args::parse(std::env::args_os().skip(1)).and_then(|args| run(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let mut text = format!("yoe-workload: {}", message(&problem));
            if matches!(problem, WorkloadError::Usage(_)) {
                text = format!("{text}\n{USAGE}");
            }
            write_line(&mut std::io::stderr(), &text);
            ExitCode::from(problem.code())
        }
    }
}

fn say(text: &str) {
    if !text.is_empty() {
        write_line(&mut std::io::stdout(), text);
    }
}

/// The service does what follows from a choice, at once as at each start of the device.
fn restart_service(client: &Client, places: &Places, name: &str) -> Result<(), WorkloadError> {
    client.other(&places.control, &["restart", &format!("workload-{name}")])
}

fn run(args: &Args) -> Result<(), WorkloadError> {
    let places = &args.places;
    if args.command == Command::Help {
        say(USAGE);
        return Ok(());
    }
    let (client, versions) = (Client::new(&places.client), Versions::open(places));
    if let Command::Start(name) = &args.command {
        return serve(&client, places, name, &mut say);
    }
    if args.command == Command::Clear {
        versions.enter(&Root::read(&places.share)?)?;
    }
    let root = current(places, &versions)?;
    match &args.command {
        Command::Switch(name, version) => {
            versions.switch(&root, name, version)?;
            restart_service(&client, places, name)?;
            say(&format!("version {version} of {name} is on trial"));
            Ok(())
        }
        Command::Rollback(name) => {
            let before = versions.back(&root, name)?;
            restart_service(&client, places, name)?;
            let before = before.map_or("the system's own".to_owned(), |version| format!("version {version}"));
            say(&format!("{before} of {name} comes back"));
            Ok(())
        }
        Command::Reset => {
            reset::ask(&places.reset)?;
            say(
                "the next start begins with an empty store of the engine, and volumes as they are: reboot when you are ready",
            );
            Ok(())
        }
        Command::Restart(name) => start(&client, &root, places, name, true, &mut say),
        Command::Clear => {
            let _images = lock::hold(&places.run, "workload-images")?;
            for name in clear::workloads(&client, &root, places)? {
                say(&format!(
                    "removed the containers of {name}, which this version does not have; its volumes stay"
                ));
            }
            for name in clear::of_another_version(&client, &root, places)? {
                say(&format!("stopped {name}, which another version made"));
            }
            Ok(())
        }
        Command::Status { name, json, required } => {
            let mut records = root.chosen(name.as_deref())?;
            records.retain(|record| record.required || !required);
            let found: Vec<Found> = records
                .iter()
                .map(|record| {
                    let found = judge(record, containers(&client, &record.name)?);
                    Ok(found.with(&versions, root.is_apart(&record.name)))
                })
                .collect::<Result<_, WorkloadError>>()?;
            say(&if *json { serde_json::json!(found).to_string() } else { table(&found) });
            match complaint(&found) {
                Some(what) => Err(WorkloadError::Wrong(what)),
                None => Ok(()),
            }
        }
        Command::Logs(name, service) => {
            let record = root.find(name)?;
            let files = root.compose(record);
            let mut words = vec!["logs"];
            words.extend(service.as_deref());
            let arguments = client.compose(&files, record, &words);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            match client.pass(&arguments)? {
                true => Ok(()),
                false => Err(WorkloadError::Wrong(format!("the logs of {name} cannot be had"))),
            }
        }
        Command::Verify(name) => {
            say(&verify(&client, &root, places, &root.chosen(name.as_deref())?, &mut |_| ())?);
            Ok(())
        }
        Command::Start(_) | Command::Help => Ok(()),
    }
}
