//! Paths: on the device, below a unit's folder, below the project.

use super::text::{Unfit, fits, form};

/// Whether every part names something: no empty part, no `.` and no `..`.
fn plain(path: &str) -> bool {
    !path.contains(['\0', '\n', '\\']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn check_device_path(text: &str) -> Result<(), Unfit> {
    match text.strip_prefix('/') {
        Some(rest) if rest.ends_with('/') => Err(Unfit::hint("name the file, not the folder")),
        Some(rest) => fits(plain(rest)),
        None => Err(Unfit::hint("write the path as it is on the device, from `/`")),
    }
}

fn check_below(text: &str) -> Result<(), Unfit> {
    if text.starts_with('/') {
        return Err(Unfit::hint("an absolute path leaves the folder"));
    }
    if text.split('/').any(|part| part == "..") {
        return Err(Unfit::hint("`..` leaves the folder"));
    }
    fits(plain(text))
}

form! {
    /// A path on the device.
    DevicePath, "an absolute path", "a path from `/`, without `.`, `..` or a `/` at its end", check_device_path
}

form! {
    /// A path below the unit's folder.
    OwnPath, "a path below the unit's folder", "a path without `.`, `..` or a `/` at its start or end", check_below
}

form! {
    /// A path below an archive's top folder.
    ArchivePath, "a path below the archive's top folder", "a path without `.`, `..` or a `/` at its start or end",
    check_below
}

form! {
    /// The name of a patch in the series of a Debian source package: a path below its `debian/patches`.
    PatchName, "the name of a patch", "the name of a patch in the series, such as fix-a.patch",
    |text| if text.contains(char::is_whitespace) { Err(Unfit::default()) } else { check_below(text) }
}

form! {
    /// A path below the project.
    ProjectPath, "a path below the project", "a path without `.`, `..` or a `/` at its start or end", check_below
}

form! {
    /// A folder below `$SRCDIR`; empty for `$SRCDIR` itself.
    SourceFolder, "a folder below $SRCDIR", "a path without `.`, `..` or a `/` at its start or end",
    |text| if text.is_empty() { Ok(()) } else { check_below(text) }
}

form! {
    /// A working tree below the project, such as `./` or `apps/demo`.
    WorkingTree, "a folder below the project", "a path such as `./` or `apps/demo`, without `..`",
    |text| match text.trim_start_matches("./").trim_end_matches('/') {
        "" | "." if text.starts_with('.') => Ok(()),
        rest => check_below(rest),
    }
}

impl WorkingTree {
    /// The path without the parts that say nothing; `.` for the project itself.
    pub(crate) fn normal(self) -> String {
        match self.0.trim_start_matches("./").trim_end_matches('/') {
            "" => ".".to_owned(),
            rest => rest.to_owned(),
        }
    }
}

form! {
    /// What a symbolic link says.
    LinkTarget, "the target of a link", "a path, not empty",
    |text| fits(!text.is_empty() && !text.contains(['\0', '\n']))
}

#[cfg(test)]
mod tests {
    use super::{WorkingTree, check_below, check_device_path};

    #[test]
    fn what_leaves_its_folder_is_refused() {
        for text in ["../x", "a/../../x", "/etc/passwd", "", "a//b", "a/", "./a", "a\\b"] {
            assert!(check_below(text).is_err(), "{text}");
        }
        for text in ["x", "/a/../b", "/", "//", "/a/", "/a/./b"] {
            assert!(check_device_path(text).is_err(), "{text}");
        }
        assert!(check_below("a/b.patch").is_ok());
        assert!(check_device_path("/etc/passwd").is_ok());
    }

    #[test]
    fn a_working_tree_has_one_spelling() {
        assert_eq!(WorkingTree("./".into()).normal(), ".");
        assert_eq!(WorkingTree("./apps/demo/".into()).normal(), "apps/demo");
    }
}
