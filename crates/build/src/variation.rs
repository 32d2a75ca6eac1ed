//! How what a step sees differs from one machine to another.

use std::fs;
use std::path::{Path, PathBuf};

use yoe_model::Digest;
use yoe_plan::{Action, Key};
use yoe_sandbox::{Mount, Spec};
use yoe_store::Session;

use crate::error::ActionError;

/// What differs when steps run again.
#[derive(Debug)]
pub struct Variation {
    /// How many processors steps may use.
    pub cores: usize,
    /// A store on another file system, whose scratch directories steps work in: it lists the entries of directories in
    /// another order. Sources are copied there. `None`: the same file system.
    pub elsewhere: Option<Session>,
    /// Another time; `None`: that of this moment.
    pub clock: Option<Clock>,
}

/// Moves the clock of programs that are linked to glibc, by libfaketime. Others see the time of this moment, which is not that of
/// the build either.
#[derive(Debug, Clone)]
pub struct Clock {
    /// The tree of a container.
    pub tree: Digest,
    /// The library in it.
    pub library: String,
    /// How the clock differs, in libfaketime's words, such as `+400d`.
    pub offset: String,
}

/// A clock, and where its container's tree is.
pub(crate) struct Clocked<'a> {
    pub(crate) clock: &'a Clock,
    pub(crate) tree: PathBuf,
}

impl Clocked<'_> {
    /// glibc's loader reads this file; that of musl, whose programs cannot load the library, does not.
    const PRELOAD: &'static str = "/etc/ld.so.preload";
    /// Where the library is in the sandbox.
    const LIBRARY: &'static str = "/usr/lib/yoe-faketime.so";
    /// Where libfaketime looks for the time.
    const SETTINGS: &'static str = "/etc/faketimerc";

    /// Adds the library to a sandbox; its settings are kept in `directory`, which is made.
    pub(crate) fn apply(&self, spec: &mut Spec, directory: &Path) -> Result<(), ActionError> {
        let write = |name: &str, text: String| {
            let path = directory.join(name);
            fs::create_dir_all(directory)
                .and_then(|()| fs::write(&path, text))
                .map_err(|error| ActionError::io("write", &path, error))?;
            Ok::<_, ActionError>(path)
        };
        let preload = write("preload", format!("{}\n", Self::LIBRARY))?;
        let settings = write("faketimerc", format!("{}\n", self.clock.offset))?;
        spec.mounts.extend([
            Mount::bind(preload, Self::PRELOAD, false),
            Mount::bind(settings, Self::SETTINGS, false),
            Mount::BindInside {
                tree: self.tree.clone(),
                path: self.clock.library.clone(),
                dest: Self::LIBRARY.to_owned(),
            },
        ]);
        // Times of files are compared with each other, and waiting takes as long as ever.
        for (name, value) in [("NO_FAKE_STAT", "1"), ("DONT_FAKE_MONOTONIC", "1")] {
            spec.environment.insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }
}

/// What the log of an action that is made again is kept under: that of the build stays.
pub(crate) fn again_key(action: &Action) -> Digest {
    Key::digest("made again", &[("action".to_owned(), action.key)].into())
}
