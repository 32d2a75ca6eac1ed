//! Names as people write them.

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<String, ImageNameError> {
    text.parse::<ImageName>().map(|name| name.to_string())
}

#[test]
fn names_are_made_whole_as_docker_does() {
    let digest = "a".repeat(64);
    for (text, whole) in [
        ("redis", "docker.io/library/redis:latest"),
        ("redis:7", "docker.io/library/redis:7"),
        ("library/redis", "docker.io/library/redis:latest"),
        ("index.docker.io/redis", "docker.io/library/redis:latest"),
        ("grafana/grafana", "docker.io/grafana/grafana:latest"),
        ("docker.io/library/eclipse-mosquitto:2.0", "docker.io/library/eclipse-mosquitto:2.0"),
        ("ghcr.io/a/b/c:v1.2-rc.1", "ghcr.io/a/b/c:v1.2-rc.1"),
        ("GHCR.io/a", "ghcr.io/a:latest"),
        ("localhost/a", "localhost/a:latest"),
        ("localhost:5000/a", "localhost:5000/a:latest"),
        ("127.0.0.1:5000/a__b/c-d.e:1", "127.0.0.1:5000/a__b/c-d.e:1"),
        ("[::1]:5000/a", "[::1]:5000/a:latest"),
        ("registry:5000/a", "registry:5000/a:latest"),
        (&format!("redis@sha256:{digest}"), &format!("docker.io/library/redis@sha256:{digest}")),
        (&format!("redis:7@sha256:{digest}"), &format!("docker.io/library/redis:7@sha256:{digest}")),
    ] {
        assert_eq!(parse(text).as_deref(), Ok(whole), "{text}");
    }
}

#[test]
fn what_is_no_name_is_refused_with_the_reason() {
    use ImageNameError::*;
    for (text, problem) in [
        ("", Empty),
        ("ghcr.io/", Empty),
        ("https://ghcr.io/a", Scheme),
        ("a.b:x/c", Registry),
        ("a.b:0/c", Registry),
        ("-a.b/c", Registry),
        ("a..b/c", Registry),
        ("[::g]/a", Registry),
        ("library/Redis", Capital),
        ("a//b", Repository),
        ("a/-b", Repository),
        ("a___b", Repository),
        ("ä", Repository),
        ("redis:", Tag),
        ("redis:-1", Tag),
        ("redis:a b", Tag),
        ("redis@sha512:00", Digest),
        ("redis@sha256:00", Digest),
        (&"a".repeat(256), Long),
    ] {
        assert_eq!(parse(text), Err(problem), "{text}");
    }
}

#[test]
fn a_name_can_be_shown_shorter_and_stand_in_another() {
    for (text, short, path) in [
        ("redis:7", "redis", "docker.io/library/redis"),
        ("grafana/grafana", "grafana/grafana", "docker.io/grafana/grafana"),
        ("ghcr.io/a/b", "ghcr.io/a/b", "ghcr.io/a/b"),
        ("localhost:5000/a", "localhost:5000/a", "localhost-5000/a"),
        ("[::1]:5000/a", "[::1]:5000/a", "1--5000/a"),
    ] {
        let name: ImageName = text.parse().unwrap();
        assert_eq!((name.short_place().as_str(), name.path().as_str()), (short, path));
        assert!(is_component(name.path().split('/').next().unwrap()), "{path}");
    }
}

#[test]
fn a_host_that_is_known_by_its_capitals_keeps_them() {
    let name: ImageName = "A/a".parse().unwrap();
    assert_eq!((name.registry(), name.to_string().parse()), ("A", Ok(name.clone())));
    assert_eq!(name.path(), "a/a");
    assert_eq!("GHCR.io/a".parse::<ImageName>().unwrap().registry(), "ghcr.io");
}

proptest! {
    #[test]
    fn any_text_is_a_name_or_refused(text in "[a-zA-Z0-9.:/@_\\[\\]-]{0,40}|\\PC{0,20}") {
        if let Ok(name) = text.parse::<ImageName>() {
            prop_assert_eq!(name.to_string().parse::<ImageName>(), Ok(name.clone()));
            prop_assert_eq!(format!("{}:x", name.short_place()).parse::<ImageName>().unwrap().place(), name.place());
        }
    }
}
