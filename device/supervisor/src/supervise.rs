//! Containers come, are asked how they are, and go.

use std::collections::BTreeMap;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::args::Places;
use crate::asked::{Asked, Turn};
use crate::cgroup;
use crate::check::{ANNOTATION, Check};
use crate::error::SupervisorError;
use crate::health::{Answer, Status};
use crate::probe::Probe;
use crate::process::Process;
use crate::runtime::{Runtime, State};
use crate::state::{Key, Store};
use crate::watch::{Identity, Watch};

/// So many checks run at the same time: each takes the memory of a runtime.
const AT_ONCE: usize = 4;
/// From one look at a container that has not begun yet to the next: the first time, and the longest.
const LOOKS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));
/// After which a paused container is looked at again.
const PAUSED: Duration = Duration::from_secs(1);
/// The annotation with a container's name.
const NAME: &str = "nerdctl/name";

/// What a person may want to read later.
#[derive(Debug)]
pub enum Event<'a> {
    /// The status of a container changed.
    Changed {
        /// Which one.
        key: &'a Key,
        /// What a person calls it.
        name: &'a str,
        /// Its status now.
        status: Status,
        /// The answer that made the difference.
        answer: &'a Answer,
    },
    /// Something does not work; the supervisor goes on without.
    Failed(SupervisorError),
}

/// The containers that there are.
pub struct Supervisor<'a> {
    runtime: Runtime,
    watch: Watch,
    store: Store,
    containers: BTreeMap<Key, (Identity, Stage)>,
    report: &'a mut dyn FnMut(Event<'_>),
}

enum Stage {
    /// Its program does not run yet.
    Begins { look: Instant, pause: Duration },
    /// There is nothing to check, or no more: it is kept so that it is not taken for a new one.
    Plain,
    /// It is asked.
    Asked(Box<Asked>),
}

impl<'a> Supervisor<'a> {
    /// A supervisor of the containers in these places.
    ///
    /// # Errors
    /// When a directory cannot be made or watched.
    pub fn new(places: &Places, report: &'a mut dyn FnMut(Event<'_>)) -> Result<Self, SupervisorError> {
        let mut supervisor = Self {
            runtime: Runtime::new(&places.runtime),
            watch: Watch::new(&places.containers)?,
            store: Store::open(&places.state)?,
            containers: BTreeMap::new(),
            report,
        };
        supervisor.find()?;
        // Of containers that went while nobody looked.
        for (key, _) in supervisor.store.all()? {
            if !supervisor.containers.contains_key(&key) {
                supervisor.store.remove(&key);
            }
        }
        Ok(supervisor)
    }

    /// Does what is due, then waits for what is due next, or happens.
    ///
    /// # Errors
    /// When the directories cannot be read.
    pub fn turn(&mut self) -> Result<(), SupervisorError> {
        let now = Instant::now();
        self.look(now);
        self.ask(now);
        if self.wait()? {
            self.find()?;
        }
        Ok(())
    }

    /// Sees which containers came and which went.
    fn find(&mut self) -> Result<(), SupervisorError> {
        self.watch.drain();
        let found: BTreeMap<Key, Identity> = self.watch.look()?.into_iter().collect();
        let store = &self.store;
        self.containers.retain(|key, (identity, _)| {
            let stays = found.get(key) == Some(identity);
            if !stays {
                store.remove(key);
            }
            stays
        });
        let stage = || Stage::Begins { look: Instant::now(), pause: LOOKS.0 };
        for (key, identity) in found {
            self.containers.entry(key).or_insert_with(|| (identity, stage()));
        }
        Ok(())
    }

    /// Looks at those that begin, and at what became of the others and of their checks.
    fn look(&mut self, now: Instant) {
        let Self { runtime, watch, store, containers, report } = self;
        for (key, (_, stage)) in containers {
            match stage {
                Stage::Plain => {}
                Stage::Begins { look, pause } => {
                    if *look <= now {
                        let state = runtime.state(&watch.root(&key.namespace), &key.id);
                        let next = state.and_then(|state| begun(state, key, store, now));
                        let wait = *pause;
                        *stage = next
                            .unwrap_or_else(|problem| {
                                report(Event::Failed(problem));
                                None
                            })
                            .unwrap_or(Stage::Begins { look: now + wait, pause: (wait * 2).min(LOOKS.1) });
                    }
                }
                Stage::Asked(asked) => {
                    if let Some(turn) = asked.look(now) {
                        keep(key, asked, &turn, store, *report);
                        if matches!(turn, Turn::Ended) {
                            *stage = Stage::Plain;
                        }
                    }
                }
            }
        }
    }

    /// Asks those whose time it is; who waits longest comes first, when there is not room for all.
    fn ask(&mut self, now: Instant) {
        let Self { runtime, watch, store, containers, report } = self;
        let asked = |(key, (_, stage)): (&'_ Key, &'_ mut (Identity, Stage))| match stage {
            Stage::Asked(asked) => Some((key.clone(), asked.due(), asked.answering(), asked.wants(now))),
            _ => None,
        };
        let all: Vec<_> = containers.iter_mut().filter_map(asked).collect();
        let mut room = AT_ONCE.saturating_sub(all.iter().filter(|(.., answering, _)| *answering).count());
        let mut waiting: Vec<_> = all.into_iter().filter(|(.., wants)| *wants).collect();
        waiting.sort_by_key(|(_, due, ..)| *due);
        for (key, ..) in waiting {
            let Some((_, Stage::Asked(asked))) = containers.get_mut(&key) else { continue };
            if room == 0 {
                break;
            }
            if cgroup::frozen(asked.pid()) {
                asked.put_off(now + PAUSED);
                continue;
            }
            let pid_file = store.pid_file(&key);
            let command =
                runtime.exec(&watch.root(&key.namespace), &key.id, &pid_file, &asked.check().command);
            let probe = Probe::begin(command, pid_file, asked.check().timeout);
            match asked.asked(probe, now) {
                Some(turn) => keep(&key, asked, &turn, store, *report),
                None => room -= 1,
            }
        }
    }

    /// Waits for something to happen or to be due. Returns whether containers came or went.
    fn wait(&self) -> Result<bool, SupervisorError> {
        let mut due: Option<Instant> = None;
        let mut descriptors: Vec<BorrowedFd<'_>> = vec![self.watch.as_fd()];
        let stages: Vec<&Stage> = self.containers.values().map(|(_, stage)| stage).collect();
        let busy =
            stages.iter().filter(|stage| matches!(stage, Stage::Asked(asked) if asked.answering())).count();
        for stage in stages {
            let next = match stage {
                Stage::Plain => continue,
                Stage::Begins { look, .. } => *look,
                Stage::Asked(asked) => {
                    descriptors.extend(asked.descriptors());
                    // Its turn comes when another check ends.
                    if busy >= AT_ONCE && !asked.answering() {
                        continue;
                    }
                    asked.due()
                }
            };
            due = Some(due.map_or(next, |due| due.min(next)));
        }
        let timeout = due.map(|due| due.saturating_duration_since(Instant::now()));
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let mut wanted: Vec<PollFd<'_>> =
            descriptors.iter().map(|descriptor| PollFd::new(descriptor, PollFlags::IN)).collect();
        match poll(&mut wanted, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(!wanted[0].revents().is_empty()),
            Err(error) => Err(SupervisorError::System("nothing can be waited for", error.into())),
        }
    }
}

/// What a container has become that was about to begin; `None` if it still is.
fn begun(
    state: Option<State>,
    key: &Key,
    store: &Store,
    now: Instant,
) -> Result<Option<Stage>, SupervisorError> {
    let Some(mut state) = state else { return Ok(None) };
    let check = match state.annotations.get(ANNOTATION) {
        Some(text) => Check::parse(text).map_err(|error| SupervisorError::Answer(key.id.clone(), error)),
        None => Ok(None),
    };
    let check = match check {
        Ok(Some(check)) if !state.ended() => check,
        _ => return check.map(|_| Some(Stage::Plain)),
    };
    if !state.runs() {
        return Ok(None);
    }
    let process = Process::open(state.pid)
        .map_err(|error| SupervisorError::System("a process cannot be watched", error))?;
    let Some(process) = process else { return Ok(Some(Stage::Plain)) };
    let name = state.annotations.remove(NAME).unwrap_or_default();
    let asked = Asked::new(process, check, name, store.read(key), now);
    store.write(key, asked.record())?;
    Ok(Some(Stage::Asked(Box::new(asked))))
}

/// Puts what came of a container on record.
fn keep(key: &Key, asked: &Asked, turn: &Turn, store: &Store, report: &mut dyn FnMut(Event<'_>)) {
    let record = asked.record();
    if let Turn::Answered(answer, true) = turn {
        report(Event::Changed { key, name: &record.name, status: record.health.status, answer });
    }
    if let Err(problem) = store.write(key, record) {
        report(Event::Failed(problem));
    }
}
