use super::*;
use crate::buildinfo::tests::program as bare;

const TABLE: usize = 8 + WORDS * 8;

/// The smallest table with these functions.
fn table(functions: &[&str]) -> Vec<u8> {
    let names: Vec<u8> = functions.iter().flat_map(|name| [name.as_bytes(), &[0]].concat()).collect();
    let mut table = MAGIC.to_vec();
    table.extend([1, 8]);
    for word in 0..WORDS {
        let value = match word {
            NAMES => TABLE,
            AFTER_NAMES => TABLE + names.len(),
            _ => 0,
        };
        table.extend((value as u64).to_le_bytes());
    }
    table.extend(names);
    table
}

/// A program with this build information and these functions: sections of a table and of their own names behind it.
pub(crate) fn program(go: &str, modules: &str, functions: &[&str]) -> Vec<u8> {
    let mut bytes = bare(go, modules);
    let table = table(functions);
    let names = b"\0.gopclntab\0.shstrtab\0";
    let (table_at, names_at) = (bytes.len(), bytes.len() + table.len());
    bytes.extend(&table);
    bytes.extend(names);
    let headers = bytes.len() as u64;
    let mut section = |name: u32, kind: u32, at: usize, size: usize| {
        bytes.extend(name.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        for word in [0, 0, at as u64, size as u64] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend([0; 8]);
        for word in [1_u64, 0] {
            bytes.extend(word.to_le_bytes());
        }
    };
    section(0, 0, 0, 0);
    section(1, 1, table_at, table.len());
    section(12, 3, names_at, names.len());
    bytes[40..48].copy_from_slice(&headers.to_le_bytes());
    for (at, value) in [(58, 64_u16), (60, 3), (62, 2)] {
        bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

const FUNCTIONS: [&str; 6] = [
    "runtime.main",
    "main.main",
    "golang.org/x/net/http2.(*Framer).ReadFrame",
    "gopkg.in/yaml%2ev3.Unmarshal",
    "slices.SortFunc[go.shape.struct { github.com/a/b.T }]",
    "type:.eq.github.com/c/d.T",
];

#[test]
fn the_packages_of_all_functions_are_named() {
    let found = packages(&program("go1.27.3", "", &FUNCTIONS)).unwrap();
    let wanted = ["golang.org/x/net/http2", "gopkg.in/yaml.v3", "main", "runtime", "slices"];
    for package in wanted {
        assert!(found.contains(package), "{package}: {found:?}");
    }
    assert!(!found.contains("github.com/a/b"), "it gives a type alone");
}

#[test]
fn without_a_table_or_with_another_one_nothing_is_said() {
    assert_eq!(packages(&bare("go1.27.3", "")), None, "no section of this name");
    assert_eq!(packages(&program("go1.27.3", "", &["main.main"])), None, "no program without a runtime");
    let mut older = program("go1.27.3", "", &FUNCTIONS);
    let at = older.windows(MAGIC.len()).position(|bytes| bytes == MAGIC).unwrap();
    older[at] = 0xf0;
    assert_eq!(packages(&older), None);
    let mut cut = program("go1.27.3", "", &FUNCTIONS);
    cut[at + 8 + 8 * AFTER_NAMES + 6] = 1;
    assert_eq!(packages(&cut), None, "names that end behind the end");
}

#[test]
fn what_go_itself_lists_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("go.mod", "module example.org/x.y\n\ngo 1.21\n");
    write("main.go", "package main\n\nimport \"encoding/json\"\n\nfunc main() { json.Valid(nil) }\n");
    let go = |arguments: &[&str]| {
        let mut command = std::process::Command::new("go");
        command
            .args(arguments)
            .current_dir(directory.path())
            .env("CGO_ENABLED", "0")
            .env("GOTOOLCHAIN", "local");
        command.env("GOFLAGS", "-mod=mod").output()
    };
    // On a machine without Go, the other tests have to do.
    let Ok(built) = go(&["build", "-ldflags=-s -w", "-o", "program", "."]) else { return };
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let found = packages(&std::fs::read(directory.path().join("program")).unwrap()).unwrap();
    for package in ["encoding/json", "runtime", "main"] {
        assert!(found.contains(package), "{package}: {found:?}");
    }
    assert!(!found.contains("net/http") && !found.contains("encoding/xml"), "{found:?}");
}
