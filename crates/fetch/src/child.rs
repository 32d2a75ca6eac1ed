//! Programs of this machine that are waited for.

use std::io::{self, Read};
use std::process::{Child, ExitStatus};
use std::thread::JoinHandle;
use std::time::Duration;

use yoe_model::Cancel;

/// How long a wait lasts at most before the flag is looked at again.
const STEP: Duration = Duration::from_millis(20);

/// Waits for the end of a program; `None` when it was cancelled, and the program was ended for it.
pub(crate) fn wait(child: &mut Child, cancel: &Cancel) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if cancel.is_cancelled() {
            // It may have ended by itself meanwhile; either way it is gone then.
            let _ = child.kill();
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(STEP);
    }
}

/// Reads at most `limit` bytes of a stream on a thread of its own, so that the program never waits for a reader of fewer.
pub(crate) fn drained(stream: Option<impl Read + Send + 'static>, limit: u64) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            // What came until an error is all that there is to read.
            let _ = stream.take(limit).read_to_end(&mut bytes);
        }
        bytes
    })
}
