use super::*;

#[test]
fn a_setting_of_the_whole_machine_is_left_alone() {
    for old in ["6.13.9", "5.15.0-91-generic", "6.1.0-13-amd64", "4.19", "", "x.y", "7"] {
        assert!(!has_own_pid_max(old), "{old}");
    }
    for new in ["6.14.0", "6.14-rc1", "6.18.44-fc", "7.0.0", "10.2"] {
        assert!(has_own_pid_max(new), "{new}");
    }
}

#[test]
fn memory_is_four_fifths_of_the_machine_unless_said() {
    let text = fs::read_to_string("/proc/meminfo").unwrap();
    let total: u64 = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    let bound = Limits::default().memory();
    assert!(bound > total * 1024 / 5 * 3 && bound < total * 1024, "{bound} of {total} kB");
    assert_eq!(Limits { memory: Some(7), ..Limits::default() }.memory(), 7);
}
