//! What `yoe flash` writes: an image that is built, or a file.

use std::path::{Path, PathBuf};

use super::{Flash, unreadable};
use crate::error::CommandError;
use crate::flash::Source;
use crate::project::{self, BuiltTargets, image, isolation};

/// What is to be written.
pub struct Prepared {
    /// What messages call it.
    pub shown: String,
    /// The disk.
    pub source: Source,
    /// The container with mtools, when it is needed, and what keeps it.
    pub tools: Option<(BuiltTargets, PathBuf)>,
}

impl Prepared {
    /// Builds it, or opens it. `with_tools`: credentials are to be put onto it.
    pub fn new(args: &Flash, with_tools: bool) -> Result<Self, CommandError> {
        let given = args.image.as_deref();
        match given.filter(|name| is_file(name)) {
            Some(file) => Self::of_file(file, args, with_tools),
            None => Self::of_image(given, args, with_tools),
        }
    }

    fn of_file(file: &str, args: &Flash, with_tools: bool) -> Result<Self, CommandError> {
        let source = Source::open(Path::new(file)).map_err(|error| unreadable(file, error))?;
        let tools = with_tools.then(|| {
            let locked = project::open(args.machine.as_deref())?.lock()?;
            let (_, image) = image(&locked.project, None, "take the tools for credentials from")?;
            isolation()?;
            let built = BuiltTargets::new(locked, std::slice::from_ref(&image.container))?;
            let tools = built.first().to_owned();
            Ok::<_, CommandError>((built, tools))
        });
        Ok(Self { shown: file.to_owned(), source, tools: tools.transpose()? })
    }

    fn of_image(name: Option<&str>, args: &Flash, with_tools: bool) -> Result<Self, CommandError> {
        let locked = project::open(args.machine.as_deref())?.lock()?;
        let (name, image) = image(&locked.project, name, "write")?;
        let built = BuiltTargets::new(locked, &[name.clone(), image.container.clone()])?;
        let disk = built.artifact()?;
        let source = Source::open(&disk).map_err(|error| unreadable(&name, error))?;
        let tools = built.directory(&image.container)?.to_owned();
        if with_tools {
            isolation()?;
        }
        Ok(Self { shown: name, source, tools: with_tools.then_some((built, tools)) })
    }
}

/// Whether a user means a file and not an image of the project.
fn is_file(name: &str) -> bool {
    name.contains('/') || name.ends_with(".img") || Path::new(name).is_file()
}
