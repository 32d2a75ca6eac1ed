use super::*;
use crate::fake::{Fake, root, soon};

fn watched(script: &str, time: Duration) -> Watched {
    let (_fake, mut console) = Fake::start("", "sh");
    let mut guest = Guest::log_in(&mut console, &root(), soon()).unwrap();
    guest.watch(script, time).unwrap()
}

#[test]
fn what_was_said_before_the_time_is_over_is_heard() {
    let heard = watched("echo one; echo '  two  words '; sleep 1000; echo three", Duration::from_secs(2));
    assert_eq!(heard.lines, ["one", "  two  words "]);
    assert_eq!(heard.status, None);
    assert!((2.0..60.0).contains(&heard.seconds), "{}", heard.seconds);
}

#[test]
fn a_script_that_ends_is_not_waited_for() {
    let heard = watched("set -eu\necho \"it's\"\necho oh >&2\nfalse\necho never", Duration::from_secs(600));
    assert_eq!((heard.lines, heard.status), (vec!["it's".to_owned()], Some(1)));
    assert_eq!(heard.stderr, "oh\n");
    assert!(heard.seconds < 60.0);
}

#[test]
fn no_time_at_all_is_a_time() {
    assert_eq!(watched("sleep 1000", Duration::ZERO).status, None);
}
