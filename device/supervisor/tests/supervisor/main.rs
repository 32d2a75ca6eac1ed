//! The program with a runtime that is a script: it runs checks as they are, in the directory of their container.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod rig;

use rig::Rig;

#[test]
fn answers_decide() {
    let mut rig = Rig::new();
    let container =
        rig.container("a1", Some(r#"["CMD-SHELL","test -e well || { echo not well; exit 7; }"]"#));
    rig.run();
    let found = rig.until("a1", |found| found["Status"] == "unhealthy");
    assert!(found["FailingStreak"].as_u64().unwrap() >= 2);
    assert_eq!(found["Log"][0]["ExitCode"], 7);
    assert_eq!(found["Log"][0]["Output"], "not well\n");
    assert_eq!(rig.status(), "default/name-of-a1 unhealthy 7: not well\n");
    std::fs::write(container.join("well"), "").unwrap();
    let found = rig.until("a1", |found| found["Status"] == "healthy");
    assert_eq!(found["FailingStreak"], 0);
    assert_eq!(rig.status(), "default/name-of-a1 healthy\n");
}

#[test]
fn a_container_that_comes_later_is_found_when_it_runs() {
    let mut rig = Rig::new();
    rig.run();
    rig.container("a1", Some(r#"["CMD","true"]"#));
    // In a namespace that was not there before, and only made so far.
    let made = rig.container_in("other", "b2", Some(r#"["CMD","true"]"#));
    rig.answer(&made, "created");
    rig.until("a1", |found| found["Status"] == "healthy");
    assert!(rig.found_in("other", "b2").is_none());
    rig.answer(&made, "running");
    rig.until_in("other", "b2", |found| found["Status"] == "healthy");
}

#[test]
fn one_that_ends_is_unhealthy_and_one_that_goes_is_forgotten() {
    let mut rig = Rig::new();
    rig.container("a1", Some(r#"["CMD","true"]"#));
    rig.run();
    rig.until("a1", |found| found["Status"] == "healthy");
    rig.end("a1");
    let found = rig.until("a1", |found| found["Status"] == "unhealthy");
    assert_eq!(found["Log"].as_array().unwrap().last().unwrap()["ExitCode"], 0);
    rig.remove("a1");
    rig.until_gone("a1");
}

#[test]
fn one_that_is_started_again_begins_anew() {
    let mut rig = Rig::new();
    rig.container("a1", Some(r#"["CMD","true"]"#));
    rig.run();
    let first = rig.until("a1", |found| found["Status"] == "healthy");
    rig.end("a1");
    rig.remove("a1");
    rig.container("a1", Some(r#"["CMD","false"]"#));
    let second = rig.until("a1", |found| found["FailingStreak"].as_u64() >= Some(2));
    assert_ne!(first["Pid"], second["Pid"]);
}

#[test]
fn what_has_no_check_is_left_alone() {
    let mut rig = Rig::new();
    rig.container("a1", None);
    rig.container("b2", Some(r#"["NONE"]"#));
    rig.container("c3", Some(r#""no list""#));
    rig.container("d4", Some(r#"["CMD","true"]"#));
    rig.run();
    rig.until("d4", |found| found["Status"] == "healthy");
    for id in ["a1", "b2", "c3"] {
        assert!(rig.found(id).is_none(), "{id}");
    }
}

#[test]
fn a_supervisor_that_is_started_again_goes_on() {
    let mut rig = Rig::new();
    // It is well once and then never again, which does not matter for long: who begins anew never finds it healthy.
    rig.retries = 1_000_000;
    rig.container("a1", Some(r#"["CMD-SHELL","test ! -e asked && touch asked"]"#));
    rig.container("b2", Some(r#"["CMD","true"]"#));
    rig.run();
    let before = rig.until("a1", |found| found["FailingStreak"].as_u64() >= Some(1));
    rig.until("b2", |found| found["Status"] == "healthy");
    rig.stop();
    rig.end("b2");
    rig.remove("b2");
    rig.run();
    let after = rig.until("a1", |found| found["FailingStreak"].as_u64() > before["FailingStreak"].as_u64());
    assert_eq!(after["Status"], "healthy");
    rig.until_gone("b2");
}

#[test]
fn a_check_that_hangs_delays_nobody() {
    let mut rig = Rig::new();
    rig.container("a1", Some(r#"["CMD","sleep","1000"]"#));
    rig.container("b2", Some(r#"["CMD","true"]"#));
    rig.run();
    rig.until("b2", |found| found["Log"].as_array().is_some_and(|log| log.len() == 5));
    let found = rig.until("a1", |found| found["Status"] == "unhealthy");
    assert_eq!(found["Log"][0]["ExitCode"], -1);
    assert_eq!(found["Log"][0]["Output"], "Health check exceeded timeout (400ms)");
}
