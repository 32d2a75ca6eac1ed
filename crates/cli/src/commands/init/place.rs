//! Where a new project lies, and writing it there.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use crate::error::CommandError;

/// The absolute path of a directory that may not be there yet, without links.
pub fn of_project(directory: &Path) -> Result<PathBuf, CommandError> {
    let failed =
        |error| CommandError::user(format!("{} cannot be a project", directory.display())).because(error);
    let absolute = std::path::absolute(directory).map_err(failed)?;
    let there = absolute.ancestors().find(|above| fs::symlink_metadata(above).is_ok()).unwrap_or(&absolute);
    let real = there.canonicalize().map_err(failed)?;
    if !real.is_dir() {
        return Err(CommandError::user(format!("{} is not a directory", there.display())));
    }
    let rest = absolute.strip_prefix(there).unwrap_or(Path::new(""));
    if rest.components().any(|part| part == Component::ParentDir) {
        let message = format!("{} leads through a directory that is not there", directory.display());
        return Err(CommandError::user(message).hint("write the path without `..`"));
    }
    Ok(if rest.as_os_str().is_empty() { real } else { real.join(rest) })
}

/// The name of the project in this directory: the directory's, as names of units and images are written.
pub fn project_name(directory: &Path) -> Result<String, CommandError> {
    let name = directory.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let fits = |c: char| c.is_ascii_alphanumeric() || "+._-".contains(c);
    let name: String = name.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).trim_end_matches('-');
    if name.is_empty() || name.len() > 64 {
        let message = format!("{} gives the project no name", directory.display());
        return Err(CommandError::user(message)
            .hint("choose a directory whose name has letters or digits, 64 at most"));
    }
    Ok(name.to_owned())
}

/// The way from one directory to another one, which is there. A link that `to` ends with stays a link.
pub fn relative(from: &Path, to: &Path) -> Result<String, CommandError> {
    let failed = |error| CommandError::user(format!("{} cannot be read", to.display())).because(error);
    let real = match (to.parent(), to.file_name()) {
        (Some(parent), Some(name)) => {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            parent.canonicalize().map_err(failed)?.join(name)
        }
        _ => to.canonicalize().map_err(failed)?,
    };
    let common = from.components().zip(real.components()).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.components().count() - common);
    let down = real.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let path: Vec<String> = up.chain(down).collect();
    match path.is_empty() {
        true => Err(CommandError::user(format!("{} is the module itself", from.display()))
            .hint("choose another directory for the project")),
        false => Ok(path.join("/")),
    }
}

/// Writes all files, or none.
///
/// # Errors
/// When the directory holds one of them already, or cannot be written.
pub fn write(directory: &Path, files: &[(String, String)]) -> Result<(), CommandError> {
    let taken: Vec<&str> = files
        .iter()
        .map(|(path, _)| path.as_str())
        .filter(|path| fs::symlink_metadata(directory.join(path)).is_ok())
        .collect();
    if !taken.is_empty() {
        let message = format!("{} already holds {}", directory.display(), taken.join(", "));
        return Err(CommandError::user(message).hint("nothing was written; choose a directory without them"));
    }
    let mut written = Written::default();
    for (path, text) in files {
        let path = directory.join(path);
        written.file(&path, text).map_err(|error| {
            CommandError::user(format!("{} cannot be written", path.display())).because(error)
        })?;
    }
    written.keep();
    Ok(())
}

/// What was made so far; removed again unless it is kept.
#[derive(Default)]
struct Written {
    files: Vec<PathBuf>,
    directories: Vec<PathBuf>,
}

impl Written {
    fn file(&mut self, path: &Path, text: &str) -> std::io::Result<()> {
        let missing = path.ancestors().skip(1).take_while(|above| fs::symlink_metadata(above).is_err());
        for directory in missing.collect::<Vec<_>>().into_iter().rev() {
            fs::create_dir(directory)?;
            self.directories.push(directory.to_owned());
        }
        let mut file = File::create_new(path)?;
        self.files.push(path.to_owned());
        file.write_all(text.as_bytes())
    }

    fn keep(mut self) {
        self.files.clear();
        self.directories.clear();
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        // What cannot be removed is at least what somebody wrote there meanwhile.
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for directory in self.directories.iter().rev() {
            let _ = fs::remove_dir(directory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_names_its_project() {
        for (directory, name) in
            [("/a/gateway", "gateway"), ("/My Product", "my-product"), ("/_x-", "x"), ("/ä1", "1")]
        {
            assert_eq!(project_name(Path::new(directory)).unwrap(), name);
        }
        assert!(project_name(Path::new("/")).is_err() && project_name(Path::new("/---")).is_err());
    }

    #[test]
    fn a_module_is_found_from_the_project() {
        let root = tempfile::tempdir().unwrap();
        let real = root.path().canonicalize().unwrap();
        fs::create_dir_all(real.join("src/yoe")).unwrap();
        std::os::unix::fs::symlink("src/yoe", real.join("link")).unwrap();
        let way = |from: &str, to: &str| relative(&real.join(from), &real.join(to)).unwrap();
        assert_eq!(way("product", "src/yoe"), "../src/yoe");
        assert_eq!(way("product", "link"), "../link");
        assert_eq!(way("src/yoe/a/b", "src/yoe"), "../..");
        assert_eq!(way("src", "src/yoe"), "yoe");
        assert!(relative(&real.join("src/yoe"), &real.join("src/yoe")).is_err());
    }

    #[test]
    fn what_cannot_be_written_whole_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("new/deeper");
        let file = |path: &str| (path.to_owned(), "x".to_owned());
        // The second one lies below a file.
        assert!(write(&directory, &[file("a"), file("a/b")]).is_err());
        assert!(!root.path().join("new").exists());
        write(&directory, &[file("a"), file("b/c")]).unwrap();
        let error = write(&directory, &[file("d"), file("b/c")]).unwrap_err();
        assert!(error.message().ends_with("new/deeper already holds b/c"), "{}", error.message());
        assert!(!directory.join("d").exists());
    }
}
