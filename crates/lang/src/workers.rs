//! Threads for evaluation: with a stack deep enough for what the limits let through.

use std::io;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Bytes of stack; committed by the system as it is used.
const STACK: usize = 256 << 20;

/// Why a task gave no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkerError {
    /// The system is out of threads or memory.
    #[error("cannot start a thread: {0}")]
    NotStarted(#[from] io::Error),
    /// A mistake in this program.
    #[error("the evaluation broke off; this is a mistake in yoe, not in the project")]
    Panicked,
}

/// Runs a task on a thread with a deep stack.
pub(crate) fn with_deep_stack<T: Send>(task: impl FnOnce() -> T + Send) -> Result<T, WorkerError> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, task)?;
        thread.join().map_err(|_| WorkerError::Panicked)
    })
}

/// Applies a function to each item on all cores; the results are in the order of the items.
pub(crate) fn map<T: Send, R: Send>(items: Vec<T>, apply: impl Fn(T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    let count = items.len();
    let items: Vec<Mutex<Option<T>>> = items.into_iter().map(|item| Mutex::new(Some(item))).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(slot) = items.get(index) else { return done };
            let item = slot.lock().ok().and_then(|mut item| item.take());
            done.extend(item.map(|item| (index, apply(item))));
        }
    };
    let mut results: Vec<(usize, R)> = Vec::with_capacity(count);
    thread::scope(|scope| {
        let start = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        // The last share is done on this thread, which has a deep stack itself.
        let threads: Vec<_> = (1..cores).filter_map(start).collect();
        results.extend(work());
        for thread in threads {
            results.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let doubled = map((0..1000).collect(), |number: u32| number * 2);
        assert_eq!(doubled, (0..1000).map(|number| number * 2).collect::<Vec<_>>());
        assert_eq!(map(Vec::<u32>::new(), |number| number), Vec::<u32>::new());
    }
}
