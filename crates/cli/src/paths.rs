//! Where things are on this machine. The only place that reads the environment.

use std::path::{Path, PathBuf};

use yoe_fetch::host::Host;

use crate::error::CommandError;

/// The file that marks a project's directory.
const PROJECT: &str = "PROJECT.star";

/// The directory of the project that this directory is in.
///
/// # Errors
/// When no directory on the way up holds a project.
pub fn project_root() -> Result<PathBuf, CommandError> {
    let here = std::env::current_dir()
        .map_err(|error| CommandError::user("the current directory cannot be read").because(error))?;
    let found = here.ancestors().find(|directory| directory.join(PROJECT).is_file()).map(Path::to_owned);
    found.ok_or_else(|| {
        CommandError::user(format!("there is no {PROJECT} here or in a directory above"))
            .hint("run yoe in a project's directory")
    })
}

/// The store: `yoe/` below the cache directory of the XDG base directory specification.
///
/// # Errors
/// When neither `XDG_CACHE_HOME` nor `HOME` is set.
pub fn store_root() -> Result<PathBuf, CommandError> {
    Ok(base("XDG_CACHE_HOME", ".cache")?.join("yoe"))
}

/// The keys that sign packages: `yoe/keys/` below the data directory.
///
/// # Errors
/// When neither `XDG_DATA_HOME` nor `HOME` is set.
pub fn keys() -> Result<PathBuf, CommandError> {
    Ok(base("XDG_DATA_HOME", ".local/share")?.join("yoe/keys"))
}

/// Records of what was run: `yoe/` below the state directory.
///
/// # Errors
/// When neither `XDG_STATE_HOME` nor `HOME` is set.
pub fn state() -> Result<PathBuf, CommandError> {
    Ok(base("XDG_STATE_HOME", ".local/state")?.join("yoe"))
}

/// Devices that run: `yoe/devices/` below the runtime directory, which is gone after a restart of this machine, or below the state
/// directory where there is none.
///
/// # Errors
/// When neither `XDG_RUNTIME_DIR`, `XDG_STATE_HOME` nor `HOME` is set.
pub fn devices() -> Result<PathBuf, CommandError> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let runtime = runtime.filter(|path| path.is_absolute() && path.is_dir()).map(|path| path.join("yoe"));
    Ok(runtime.map_or_else(state, Ok)?.join("devices"))
}

/// This machine, as far as it says where things are fetched from.
pub fn host() -> Host {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    Host {
        variables: std::env::vars_os().filter_map(text).collect(),
        apt: "/etc/apt".into(),
        cargo: cargo_home(),
        config: base("XDG_CONFIG_HOME", ".config").ok(),
    }
}

/// Cargo's directory; absent when nothing says where that is.
pub fn cargo_home() -> Option<PathBuf> {
    base("CARGO_HOME", ".cargo").ok()
}

/// Docker's directory of settings, in which it keeps credentials; absent when nothing says where that is.
pub fn docker() -> Option<PathBuf> {
    base("DOCKER_CONFIG", ".docker").ok()
}

/// A base directory. The specification says that a relative path is to be ignored.
fn base(variable: &str, below_home: &str) -> Result<PathBuf, CommandError> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(below_home))).ok_or_else(|| {
        CommandError::config(format!("neither {variable} nor HOME is set to an absolute path"))
            .hint(format!("set {variable} to a directory that this user may write to"))
    })
}

/// Processors that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Seconds since 1970.
pub fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |time| time.as_secs())
}
