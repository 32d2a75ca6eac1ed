//! Where the configurations come from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use yoe_kernel::kconfig::{Directory, Environment, Tree, parse};
use yoe_kernel::{Config, KernelVersion};

/// A configuration.
pub struct Real {
    /// The text.
    pub text: String,
    /// What it says.
    pub config: Config,
    /// Whose it is.
    pub version: KernelVersion,
}

/// The architectures: in this project's words, and in Kbuild's.
pub const ARCHES: [(&str, &str); 2] = [("x86_64", "x86_64"), ("aarch64", "arm64")];

impl Real {
    fn new(text: String) -> Self {
        let config = Config::parse(text.as_bytes()).unwrap();
        let version = config.version().unwrap();
        Self { text, config, version }
    }
}

/// The root of this repository, which is a project too.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What `yoe` says on standard output; fails with what it says otherwise.
fn yoe(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_yoe"))
        .args(arguments)
        .current_dir(repository())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "yoe {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// What a unit's package holds. It is read by a program that knows nothing of this project.
pub fn package(unit: &str) -> tempfile::TempDir {
    let printed = String::from_utf8(yoe(&["build", unit, "--print-path"])).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let unpacked =
        Command::new("tar").arg("-xzf").arg(printed.trim()).arg("-C").arg(directory.path()).output().unwrap();
    assert!(unpacked.status.success(), "{}", String::from_utf8_lossy(&unpacked.stderr));
    directory
}

/// What a script says in the sandbox of the kernel's unit.
fn in_kernel(arch: &str, script: &str) -> Vec<u8> {
    yoe(&["shell", "linux", "--machine", &format!("qemu-{arch}"), "--", "sh", "-euc", script])
}

/// The configurations that Debian ships, by suite and flavour.
pub static DEBIAN: LazyLock<BTreeMap<String, Real>> = LazyLock::new(|| {
    let mut all = BTreeMap::new();
    for suite in ["bookworm", "trixie", "sid"] {
        let directory = package(&format!("debian-configs-{suite}"));
        for file in fs::read_dir(directory.path().join("usr/share/kernel-configs")).unwrap() {
            let path = file.unwrap().path();
            let flavour = path.file_name().unwrap().to_str().unwrap().replacen("amd64_", "", 1);
            all.insert(format!("{suite} {flavour}"), Real::new(fs::read_to_string(&path).unwrap()));
        }
    }
    all
});

/// What the kernel's unit configures, by architecture in this project's words.
pub static OWN: LazyLock<BTreeMap<&str, Real>> = LazyLock::new(|| {
    let script = "sh -eu /build/steps/00-configure.sh >&2; cat \"$BUILDDIR/.config\"";
    ARCHES.iter().map(|(arch, _)| (*arch, from_kernel(arch, script))).collect()
});

/// What Kconfig makes when nothing is asked for.
pub static DEFAULTS: LazyLock<BTreeMap<&str, Real>> = LazyLock::new(|| {
    let script = |kbuild| {
        format!(
            "make -C \"$SRCDIR\" O=\"$BUILDDIR\" ARCH={kbuild} LLVM=1 alldefconfig >&2; cat \"$BUILDDIR/.config\""
        )
    };
    ARCHES.iter().map(|(arch, kbuild)| (*arch, from_kernel(arch, &script(kbuild)))).collect()
});

fn from_kernel(arch: &str, script: &str) -> Real {
    Real::new(String::from_utf8(in_kernel(arch, script)).unwrap())
}

/// The kernel's own Kconfig files.
static KCONFIG: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let packed = in_kernel("x86_64", "cd \"$SRCDIR\"; find . -name 'Kconfig*' -type f | tar -cf - -T -");
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("packed.tar"), packed).unwrap();
    let unpacked =
        Command::new("tar").args(["-xf", "packed.tar"]).current_dir(directory.path()).status().unwrap();
    assert!(unpacked.success());
    directory
});

/// The kernel's symbols, for an architecture in Kbuild's words.
pub fn tree(kbuild: &str) -> Tree {
    parse(&Directory(KCONFIG.path()), "Kconfig", &Environment::kernel(kbuild)).unwrap()
}
