use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::configuration_error::SHOWN;

const KCONFIG: &str = "config NET\n\tbool \"Networking\"\n\nsource \"net/Kconfig\"\n";
const BRIDGE: &str = "config BRIDGE\n\tbool \"Bridge\"\n\tdepends on NET\n";

/// A build directory with sources, and what its configuration says.
struct Rig {
    root: tempfile::TempDir,
}

impl Rig {
    fn new(config: &str) -> Self {
        let this = Self { root: tempfile::tempdir().unwrap() };
        this.write("src/Kconfig", KCONFIG);
        this.write("src/net/Kconfig", BRIDGE);
        this.write("work/.config", config);
        this
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn judge(&self, fragments: &[(&str, &str)]) -> Result<(), ConfigurationError> {
        let fragments: Vec<_> =
            fragments.iter().map(|(file, text)| Fragment::parse(file, text.as_bytes()).unwrap()).collect();
        // The upper layer is there even when no step changed a source.
        let layers = [self.path("upper"), self.path("src")];
        fs::create_dir_all(&layers[0]).unwrap();
        judge(&fragments, &self.path("work"), &Layers(&layers), Arch::X86_64)
    }
}

#[test]
fn what_survived_is_fine() {
    let rig = Rig::new("CONFIG_NET=y\nCONFIG_BRIDGE=y\n");
    rig.judge(&[("a.cfg", "CONFIG_BRIDGE=y\n"), ("b.cfg", "CONFIG_BRIDGE=y\n# CONFIG_WLAN is not set\n")])
        .unwrap();
}

#[test]
fn what_was_lost_is_named_with_its_dependency_and_the_lines_to_add() {
    let rig = Rig::new("# CONFIG_NET is not set\n");
    let problem = rig.judge(&[("net.cfg", "# Joins containers.\nCONFIG_BRIDGE=y\n")]).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "1 requested option did not survive:\n\
         net.cfg:2: asks for CONFIG_BRIDGE=y, the final configuration has n\n  \
           asked for because: Joins containers.\n  \
           net/Kconfig:3: depends on NET\n    \
             NET is n, must be y (net/Kconfig:3)\n  \
           add to a fragment:\n    \
             CONFIG_NET=y\n"
    );
}

#[test]
fn many_are_cut_but_for_the_lines_that_mend_them() {
    let rig = Rig::new("# CONFIG_NET is not set\n");
    let count = SHOWN + 3;
    let options: Vec<_> =
        (0..count).map(|n| format!("config O{n:02}\n\tbool \"o\"\n\tdepends on NET\n")).collect();
    rig.write("src/net/Kconfig", &options.concat());
    let text: String = (0..count).map(|n| format!("CONFIG_O{n:02}=y\n")).collect();
    let message = rig.judge(&[("a.cfg", &text)]).unwrap_err().to_string();
    assert!(message.starts_with("15 requested options did not survive:"), "{message}");
    assert!(
        message.contains("a.cfg:12: asks for CONFIG_O11=y") && !message.contains("CONFIG_O12=y"),
        "{message}"
    );
    assert!(message.ends_with("… and 3 more, in the log\nall lines to add:\n  CONFIG_NET=y\n"), "{message}");
}

#[test]
fn contradicting_fragments_are_named_both() {
    let rig = Rig::new("CONFIG_NET=y\n");
    let problem = rig.judge(&[("a.cfg", "CONFIG_NET=y\n"), ("b.cfg", "CONFIG_NET=n\n")]).unwrap_err();
    assert!(matches!(problem, ConfigurationError::Merge(_)));
    assert!(problem.to_string().contains("CONFIG_NET is y in a.cfg:1 and n in b.cfg:1"), "{problem}");
}

#[test]
fn what_a_step_wrote_over_a_source_counts() {
    let rig = Rig::new("CONFIG_NET=y\n");
    rig.write("upper/net/Kconfig", "config BRIDGE\n\tbool \"Bridge\"\n\tdepends on PATCHED\n");
    let message = rig.judge(&[("a.cfg", "CONFIG_BRIDGE=y\n")]).unwrap_err().to_string();
    assert!(
        message.contains("PATCHED does not exist in this kernel for this architecture (net/Kconfig:3)"),
        "{message}"
    );
}

#[test]
fn without_readable_kconfig_files_the_lost_are_still_named() {
    let rig = Rig::new("CONFIG_NET=y\n");
    fs::remove_file(rig.path("src/net/Kconfig")).unwrap();
    let problem = rig.judge(&[("a.cfg", "CONFIG_BRIDGE=y\n")]).unwrap_err();
    assert!(matches!(problem, ConfigurationError::Unexplained { .. }));
    assert!(problem.to_string().contains("a.cfg:1: asks for CONFIG_BRIDGE=y, the final configuration has n"));
}

#[test]
fn no_configuration_is_an_error_of_its_own() {
    let rig = Rig::new("");
    fs::remove_file(rig.path("work/.config")).unwrap();
    assert!(matches!(rig.judge(&[]).unwrap_err(), ConfigurationError::Absent(_)));
    rig.write("work/.config", "CONFIG_NET=maybe\n");
    assert!(matches!(rig.judge(&[]).unwrap_err(), ConfigurationError::Config(_)));
}

#[test]
fn no_link_leads_out_of_the_build() {
    let rig = Rig::new("");
    fs::write(rig.path("secret"), "CONFIG_NET=y\n").unwrap();
    for target in ["../secret".into(), rig.path("secret")] {
        fs::remove_file(rig.path("work/.config")).unwrap();
        symlink(target, rig.path("work/.config")).unwrap();
        assert!(matches!(rig.judge(&[]).unwrap_err(), ConfigurationError::Absent(_)));
    }
    fs::remove_file(rig.path("work/.config")).unwrap();
    fs::create_dir(rig.path("work/.config")).unwrap();
    assert!(matches!(rig.judge(&[]).unwrap_err(), ConfigurationError::Absent(_)));
}
