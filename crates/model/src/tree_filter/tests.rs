use super::*;

#[test]
fn editors_files_are_known() {
    for name in [".#x.star", "#x.star#", "x.star~", ".x.star.swp", ".x.swo", ".x.kate-swp", "Makefile~"] {
        assert!(is_editors_file(name), "{name}");
    }
    for name in ["x.star", ".gitignore", "#", "##", "~", ".swp", "a.swp.c", ".config", "x.sw", "c#", ".a.so"]
    {
        assert!(!is_editors_file(name), "{name}");
    }
}

#[test]
fn patterns_leave_out_names_everywhere_and_paths_once() {
    let taken = |patterns: &[&str], path: &str| {
        let patterns: Vec<String> = patterns.iter().map(|one| (*one).to_owned()).collect();
        TreeFilter::new(&patterns).takes(path)
    };
    for (pattern, path) in [
        ("target", "target"),
        ("target", "a/b/target"),
        ("*.o", "a/x.o"),
        ("a/*.o", "a/x.o"),
        ("/target", "target"),
        ("a/b/", "a/b"),
        ("x?z", "xyz"),
        ("*a*b*", "xxaxxbxx"),
        ("**", "anything"),
    ] {
        assert!(!taken(&[pattern], path), "{pattern} {path}");
    }
    for (pattern, path) in [
        ("target", "targets"),
        ("*.o", "x.oo"),
        ("a/*.o", "a/b/x.o"),
        ("/target", "a/target"),
        ("x?z", "xz"),
        ("*a*b", "ab/c"),
        ("", "a"),
        ("a*b*c", "aXbX"),
    ] {
        assert!(taken(&[pattern], path), "{pattern} {path}");
    }
    for path in [".git", "a/.git", ".jj", "a/.#b", "b~"] {
        assert!(!taken(&[], path), "{path}");
    }
    assert!(taken(&[], ".github") && taken(&[], ".gitignore"));
}
