use super::*;

pub(super) fn device(name: &str, image: &str) -> Device {
    Device { name: name.to_owned(), image: image.to_owned(), port: 7, project: "/p".into(), started: true }
}

fn chosen(running: &[Device], name: Option<&str>) -> Result<String, String> {
    choose(running.to_vec(), name).map(|device| device.name).map_err(|error| error.message())
}

#[test]
fn the_only_device_needs_no_name() {
    let one = [device("a", "a")];
    assert_eq!(chosen(&one, None), Ok("a".to_owned()));
    assert_eq!(chosen(&one, Some("a")), Ok("a".to_owned()));
    assert_eq!(chosen(&one, Some("b")), Err("no device \"b\" runs that can be logged in to".to_owned()));
    assert_eq!(chosen(&[], None), Err("no device runs that can be logged in to".to_owned()));
}

#[test]
fn two_devices_are_told_apart() {
    let two = [device("a", "a"), device("b", "b")];
    assert_eq!(chosen(&two, Some("b")), Ok("b".to_owned()));
    assert_eq!(chosen(&two, None), Err("several devices run: a, b".to_owned()));
    // The first of one image bears its name, which says nothing once there is a second one.
    let same = [device("a", "a"), device("a-2", "a")];
    assert_eq!(chosen(&same, Some("a-2")), Ok("a-2".to_owned()));
    assert_eq!(chosen(&same, Some("a")), Err("several devices run: a, a-2".to_owned()));
}

#[test]
fn keys_of_the_user_stay_among_those_that_open_the_door() {
    let scratch = tempfile::tempdir().unwrap();
    let place = Place::below(scratch.path(), "box").unwrap();
    let keys = Keys::make(place.directory(), place.name()).unwrap();
    let known = std::fs::read_to_string(place.directory().join("known_hosts")).unwrap();
    assert!(known.starts_with("box ssh-ed25519 "), "{known}");
    // What only the device needs is not left lying around.
    assert!(!place.directory().join("host").exists());

    let running = RunningDevice { place, device: device("box", "box"), keys, listener: None };
    let credential = |name: &str, value: &str| Credential::new(name, value).unwrap();
    let mut given = vec![credential(AUTHORIZED, "ssh-ed25519 AAAA user"), credential("other", "x")];
    running.add_to(&mut given).unwrap();
    let names: Vec<&str> = given.iter().map(Credential::name).collect();
    assert_eq!(names, ["other", AUTHORIZED, HOST_KEY]);
    let keys = String::from_utf8(given[1].value().to_vec()).unwrap();
    let keys: Vec<&str> = keys.lines().collect();
    assert!(keys[0].starts_with("ssh-ed25519 ") && keys[1] == "ssh-ed25519 AAAA user", "{keys:?}");
    assert!(given[2].value().starts_with(b"-----BEGIN OPENSSH PRIVATE KEY-----"));

    let error = running.add_to(&mut vec![credential(HOST_KEY, "x")]).unwrap_err();
    assert_eq!(error.message(), "--ssh makes the credential ssh.host_key itself");
    let directory = running.place.directory().to_owned();
    drop(running);
    assert!(!directory.exists());
}
