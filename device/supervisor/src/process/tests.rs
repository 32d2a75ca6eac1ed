use super::*;
use std::process::Command;

#[test]
fn a_process_ends_once() {
    let mut child = Command::new("sleep").arg("100").spawn().unwrap();
    let process = Process::open(child.id().try_into().unwrap()).unwrap().unwrap();
    assert!(!process.ended());
    assert!(process.age() < Duration::from_secs(50), "{:?}", process.age());
    process.kill();
    child.wait().unwrap();
    assert!(process.ended());
}

#[test]
fn what_is_no_number_of_a_process_is_none() {
    assert!(Process::open(0).unwrap().is_none());
    assert!(Process::open(i32::MAX).unwrap().is_none());
}
