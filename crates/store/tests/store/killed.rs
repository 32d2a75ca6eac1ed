//! SIGKILL at any instant.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout};
use std::thread::sleep;
use std::time::Duration;

use yoe_model::Digest;
use yoe_store::{GcOptions, Store};

use crate::fixture::{Fixture, adopt, assert_clean, count, digest, import, result, role, start};

const ROUNDS: usize = 30;

/// Stores things until it is killed, and says what it stored.
fn work(root: &Path, collect: bool) -> ! {
    let store = Store::open(root).unwrap();
    println!("opened");
    for number in 0u32.. {
        let name = format!("{} {number}", std::process::id());
        let session = store.session().unwrap();
        let tree = import(&store, &session, &name);
        adopt(&store, &name);
        // Each also works on things that the others work on.
        import(&store, &session, &format!("shared {}", number % 5));
        store.record(&digest(&name), &result("shared", tree)).unwrap();
        println!("stored {}", digest(&name));
        std::io::stdout().flush().unwrap();
        drop(session);
        let all = GcOptions { keep_bytes: collect.then_some(0), ..GcOptions::default() };
        if collect || number % 7 == 0 {
            store.gc(&all).unwrap();
        }
    }
    std::process::exit(1)
}

/// A process that works, and what it said.
struct Worker {
    child: Child,
    output: BufReader<ChildStdout>,
    stored: Vec<Digest>,
}

impl Worker {
    fn start(test: &str, root: &Path) -> Self {
        let mut child = start(test, root.to_str().unwrap());
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut worker = Self { child, output, stored: Vec::new() };
        while worker.line().expect("it ended before it began") != "opened" {}
        worker
    }

    fn wait_until_stored(&mut self, count: usize) {
        while self.stored.len() < count {
            self.line().expect("it works until it is killed");
        }
    }

    fn kill(mut self) -> Vec<Digest> {
        assert!(self.child.try_wait().unwrap().is_none(), "it works until it is killed");
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        while self.line().is_some() {}
        self.stored
    }

    /// Its next whole line.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let line = line.strip_suffix('\n')?;
        self.stored.extend(line.strip_prefix("stored ").map(|key| key.parse::<Digest>().unwrap()));
        Some(line.to_owned())
    }
}

/// Lets two processes work until one has stored `count` things and for some time more, and kills both; gives what they
/// said they had stored.
fn run_and_kill(test: &str, root: &Path, (count, pause): (usize, Duration)) -> Vec<Digest> {
    let mut workers = [Worker::start(test, root), Worker::start(test, root)];
    workers[0].wait_until_stored(count);
    // Not to wait for anything: to strike anywhere in what comes next.
    sleep(pause);
    workers.into_iter().flat_map(Worker::kill).collect()
}

/// When to kill: after how many stored things, and how long after the last of them. The same in each run.
fn moments() -> impl Iterator<Item = (usize, Duration)> {
    (0..ROUNDS).map(|round| (round % 3, Duration::from_micros(round as u64 * 7_919_317 % 30_000)))
}

#[test]
fn what_was_recorded_stays_and_nothing_is_half() {
    if let Some(root) = role() {
        work(Path::new(&root), false);
    }
    let fixture = Fixture::new();
    let mut stored = Vec::new();
    for moment in moments() {
        stored.extend(run_and_kill(
            "killed::what_was_recorded_stays_and_nothing_is_half",
            &fixture.root(),
            moment,
        ));
    }
    println!("{} results were recorded by {} killed processes", stored.len(), 2 * ROUNDS);
    assert!(stored.len() >= ROUNDS, "the processes got to work");
    let store = fixture.again();
    for key in &stored {
        let found = store.action(key).unwrap().expect("a recorded result is found");
        assert!(store.tree(&found.tree).unwrap().is_some());
    }
    assert_clean(&store);
    assert_eq!((count(&store, "tmp"), count(&store, "sessions")), (0, 0));
    store.gc(&GcOptions::default()).unwrap();
    assert_clean(&store);
    assert!(stored.iter().all(|key| store.action(key).unwrap().is_some()), "nothing whole goes unasked");
}

#[test]
fn killed_while_collecting() {
    if let Some(root) = role() {
        work(Path::new(&root), true);
    }
    let fixture = Fixture::new();
    for (round, moment) in moments().enumerate() {
        run_and_kill("killed::killed_while_collecting", &fixture.root(), moment);
        if round % 5 == 0 {
            assert_clean(&fixture.again());
        }
    }
    let store = fixture.again();
    assert_clean(&store);
    store.gc(&GcOptions { keep_bytes: Some(0), ..GcOptions::default() }).unwrap();
    let left = ["trees", "used", "tmp", "sessions"].map(|directory| count(&store, directory));
    assert_eq!(left, [0; 4]);
}
