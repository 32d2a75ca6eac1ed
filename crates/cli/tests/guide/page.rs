//! What a reader has: an empty directory, a clone of this repository next to it, a home.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::blocks::{Block, repository};

/// The reader's directories. All of it ends with this value.
pub struct Page {
    directory: tempfile::TempDir,
    /// Whether builds may take what this user's store holds.
    shared: bool,
}

impl Page {
    /// With a home in which yoe never ran, and no way to another machine.
    pub fn new() -> Self {
        Self::make(false)
    }

    /// With the store of whoever runs the tests: from an empty one, the guide takes an hour.
    pub fn with_the_users_store() -> Self {
        Self::make(true)
    }

    fn make(shared: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        ["my-product", "home", "bin"].iter().for_each(|path| fs::create_dir(at(path)).unwrap());
        std::os::unix::fs::symlink(repository(), at("yoe")).unwrap();
        let program = env!("CARGO_BIN_EXE_yoe");
        std::os::unix::fs::symlink(program, at("bin/yoe")).unwrap();
        // The program is built already; the guide's first commands let cargo build and start it.
        let cargo = format!(
            "#!/bin/sh\n[ \"$1 $2 $3\" = \"run --release --\" ] || {{ echo \"cargo $*?\" >&2; exit 2; }}\nshift 3\n\
             cd {:?}\nexec {program:?} \"$@\"\n",
            repository()
        );
        // ssh looks into the home of the account, which is not the reader's. `yoe ssh` looks into none.
        let ssh = "#!/bin/sh\ncase \"$1 $2\" in \"-F none\") exec /usr/bin/ssh \"$@\" ;; esac\nexec /usr/bin/ssh -F none -o \"UserKnownHostsFile=$HOME/.ssh/known_hosts\" \
                   -o \"IdentityFile=$HOME/.ssh/id_ed25519\" \"$@\"\n";
        for (name, script) in [("cargo", cargo.as_str()), ("ssh", ssh)] {
            fs::write(at("bin").join(name), script).unwrap();
            fs::set_permissions(at("bin").join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self { directory, shared }
    }

    /// The project's directory.
    pub fn project(&self) -> PathBuf {
        self.directory.path().join("my-product")
    }

    /// Writes a file of the project, as a reader copies it from the page.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.project().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A shell that does what a block says, in the project's directory.
    pub fn command(&self, block: &Block) -> Command {
        // What people have; sh alone cannot hand a file over that is another command's output.
        let mut command = Command::new("bash");
        let home = self.directory.path().join("home");
        // As Debian's .profile has it.
        let own = [self.directory.path().join("bin"), home.join(".local/bin")];
        let users = std::env::var_os("PATH").unwrap();
        let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&users))).unwrap();
        command
            .args(["-euc", &block.text])
            .current_dir(self.project())
            .env("PATH", path)
            .env("HOME", &home)
            .stdin(Stdio::null());
        let own = [("XDG_DATA_HOME", "data"), ("XDG_STATE_HOME", "state")];
        command.envs(own.map(|(name, below)| (name, home.join(below))));
        if self.shared {
            let users = PathBuf::from(std::env::var_os("HOME").unwrap());
            for (name, below) in [("XDG_CACHE_HOME", ".cache"), ("XDG_CONFIG_HOME", ".config")] {
                command.env(name, std::env::var_os(name).unwrap_or_else(|| users.join(below).into()));
            }
        } else {
            command.env_remove("XDG_CACHE_HOME").env_remove("XDG_CONFIG_HOME");
            // Whatever asks another machine asks nobody.
            command.env("all_proxy", "http://127.0.0.1:1").env_remove("no_proxy").env_remove("NO_PROXY");
        }
        command
    }

    /// Does what a block says; fails when one of its commands does. Gives what it printed.
    pub fn output(&self, block: &Block) -> String {
        let output = self.command(block).output().unwrap();
        let printed =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(
            output.status.success(),
            "{}: {}\n--- block\n{}--- stdout\n{}--- stderr\n{}",
            block.place,
            output.status,
            block.text,
            printed[0],
            printed[1]
        );
        printed.concat()
    }

    /// As [`Self::output`], for what prints nothing that the page speaks of.
    pub fn run(&self, block: &Block) {
        self.output(block);
    }

    /// The directory of everything.
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }
}
