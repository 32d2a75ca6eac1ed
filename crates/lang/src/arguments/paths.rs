//! Paths: on the device, below a unit's directory, below the project.

use yoe_model::ARCHIVE_ENDINGS;

use super::text::{Unfit, fits, form};

/// Whether every part names something: no empty part, no `.` and no `..`.
fn plain(path: &str) -> bool {
    !path.contains(['\0', '\n', '\\']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn check_device_path(text: &str) -> Result<(), Unfit> {
    match text.strip_prefix('/') {
        Some(rest) if rest.ends_with('/') => Err(Unfit::hint("name the file, not the directory")),
        Some(rest) => fits(plain(rest)),
        None => Err(Unfit::hint("write the path as it is on the device, from `/`")),
    }
}

pub(super) fn check_below(text: &str) -> Result<(), Unfit> {
    if text.starts_with('/') {
        return Err(Unfit::hint("an absolute path leaves the directory"));
    }
    if text.split('/').any(|part| part == "..") {
        return Err(Unfit::hint("`..` leaves the directory"));
    }
    fits(plain(text))
}

form! {
    /// A path on the device.
    DevicePath, "an absolute path", "a path from `/`, without `.`, `..` or a `/` at its end", check_device_path
}

form! {
    /// A path below the unit's directory.
    OwnPath, "a path below the unit's directory", "a path without `.`, `..` or a `/` at its start or end", check_below
}

form! {
    /// A path below an archive's top directory.
    ArchivePath, "a path below the archive's top directory", "a path without `.`, `..` or a `/` at its start or end",
    check_below
}

form! {
    /// The path of an archive in a Debian package.
    PackagedArchive, "the path of an archive in a package",
    "a path from `/` to an archive, such as `/usr/src/linux-source-6.12.tar.xz`",
    |text| {
        if !text.starts_with('/') {
            return Err(Unfit::hint("write the path as `dpkg -L` prints it, from `/`"));
        }
        fits(check_device_path(text).is_ok() && ARCHIVE_ENDINGS.iter().any(|ending| text.ends_with(ending)))
    }
}

form! {
    /// The name of a patch in the series of a Debian source package: a path below its `debian/patches`.
    PatchName, "the name of a patch", "the name of a patch in the series, such as fix-a.patch",
    |text| if text.contains(char::is_whitespace) { Err(Unfit::default()) } else { check_below(text) }
}

form! {
    /// A module's directory.
    ModulePath, "a module's directory",
    "a path from the project, such as `modules/core` or `../yoe`, without `.` or a `/` at its start or end",
    |text| {
        let mut rest = text;
        while let Some(further) = rest.strip_prefix("../") {
            rest = further;
        }
        match rest {
            ".." => Ok(()),
            absolute if absolute.starts_with('/') => {
                Err(Unfit::hint("an absolute path is right on one machine only; write it relative to the project"))
            }
            other => fits(plain(other)),
        }
    }
}

form! {
    /// A file's name.
    FileName, "a file's name", "printable ASCII without `/`, neither `.` nor `..`",
    |text| fits(plain(text) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/'))
}

form! {
    /// What of a working tree is left out.
    ExcludePattern, "a name or a path in the tree",
    "a name such as `target` or `*.o`, or a path from the tree's top such as `docs/out`",
    |text| match text.trim_start_matches('/').trim_end_matches('/') {
        "" => Err(Unfit::default()),
        _ if text.starts_with('!') => Err(Unfit::hint("nothing can be taken back in; name what is left out")),
        rest => check_below(rest),
    }
}

form! {
    /// A directory below `$SRCDIR`; empty for `$SRCDIR` itself.
    SourceDirectory, "a directory below $SRCDIR", "a path without `.`, `..` or a `/` at its start or end",
    |text| if text.is_empty() { Ok(()) } else { check_below(text) }
}

form! {
    /// A working tree below the project, such as `./` or `apps/demo`.
    WorkingTree, "a directory below the project", "a path such as `./` or `apps/demo`, without `..`",
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
    use super::{ModulePath, WorkingTree, check_below, check_device_path};
    use crate::arguments::text::Form as _;

    #[test]
    fn what_leaves_its_directory_is_refused() {
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
    fn a_module_may_lie_outside_of_the_project() {
        for text in ["modules/core", "..", "../yoe", "../../a/b"] {
            assert!(ModulePath::check(text).is_ok(), "{text}");
        }
        for text in ["", ".", "./a", "a/../b", "../a/..", "/a", "../", "a/", "../a/../.."] {
            assert!(ModulePath::check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_working_tree_has_one_spelling() {
        assert_eq!(WorkingTree("./".into()).normal(), ".");
        assert_eq!(WorkingTree("./apps/demo/".into()).normal(), "apps/demo");
    }
}
