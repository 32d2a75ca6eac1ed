//! Who asks: docker's settings, helpers, tokens, and where none of it goes.

use std::fs;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::registry::whole;
use super::*;
use crate::test_server::Request;

const PASSWORD: &str = "geheim-7";

fn basic() -> String {
    format!("Basic {}", STANDARD.encode(format!("alice:{PASSWORD}")))
}

/// Docker's directory with this configuration, in which `HOST` is a server's.
fn docker(server: &Server, configuration: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let auth = STANDARD.encode(format!("alice:{PASSWORD}"));
    let text = configuration.replace("HOST", &server.host()).replace("AUTH", &auth);
    fs::write(directory.path().join("config.json"), text).unwrap();
    directory
}

const AUTHS: &str = r#"{"auths": {"HOST": {"auth": "AUTH"}}}"#;

fn challenged(challenge: &str) -> Reply {
    Reply::With(401, format!("WWW-Authenticate: {challenge}\r\n"), Vec::new())
}

/// A registry that answers those who send this, and challenges all others. `{}` of the challenge is the server's own address. A token
/// server is at `token`.
fn guarded(
    wanted: &str,
    challenge: &'static str,
    token: impl Fn(&Request) -> Reply + Send + 'static,
) -> Server {
    let (shelf, wanted) = (whole(), wanted.to_owned());
    Server::new(move |request| {
        let own = format!("http://{}", request.headers["host"]);
        match request.path.split('?').next().unwrap_or_default() {
            "token" => token(request),
            _ if request.authorization() == wanted => shelf.reply(request),
            _ => challenged(&challenge.replace("{}", &own)),
        }
    })
}

const BEARER: &str = r#"Bearer realm="{}/token",service="r",scope="repository:a/b:pull""#;

fn hands_out(token: &str) -> Reply {
    Reply::Bytes(format!("{{\"token\": \"{token}\", \"expires_in\": 300}}").into_bytes())
}

fn tokens(server: &Server) -> Vec<Request> {
    server.requests().into_iter().filter(|request| request.path.starts_with("token")).collect()
}

#[test]
fn who_is_nobody_gets_a_token_and_uses_it_for_all() {
    let server = guarded("Bearer abc", BEARER, |_| hands_out("abc"));
    resolve(&server, "a/b:1", None).unwrap();
    let asked = tokens(&server);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].path, "token?service=r&scope=repository:a/b:pull");
    assert_eq!(asked[0].authorization(), "");
    assert_eq!(server.requests().len(), 1 + 1 + 5, "a challenge, a token, and each document once");
}

#[test]
fn odd_challenges_lead_to_a_token_too() {
    for challenge in [
        r#"bearer SERVICE = "r" , Realm = "{}/token""#,
        r#"Basic realm="x", Bearer realm="{}/token""#,
        "Negotiate\r\nWWW-Authenticate: BEARER scope=\"repository:a/b:pull\",realm={}/token",
    ] {
        let server =
            guarded("Bearer abc", challenge, |_| Reply::Bytes(br#"{"access_token": "abc"}"#.to_vec()));
        resolve(&server, "a/b:1", None).unwrap();
        assert!(tokens(&server)[0].path.ends_with("scope=repository:a/b:pull"), "{challenge}");
    }
}

#[test]
fn a_password_goes_to_the_token_server_and_its_token_to_the_registry() {
    let server = guarded("Bearer abc", BEARER, |request| match request.authorization() == basic() {
        true => hands_out("abc"),
        false => Reply::Status(401),
    });
    for configuration in [
        AUTHS,
        r#"{"auths": {"https://HOST/v1/": {"username": "alice", "password": "geheim-7"}}, "other": [1]}"#,
    ] {
        resolve(&server, "a/b:1", Some(docker(&server, configuration).path())).unwrap();
    }
    let others = server.requests().into_iter().filter(|request| !request.path.starts_with("token"));
    assert!(others.map(|request| request.authorization().to_owned()).all(|said| !said.starts_with("Basic")));
    let refused = resolve(&server, "a/b:1", None).unwrap_err();
    assert!(
        refused
            .contains("docker's configuration has nothing for REGISTRY; log in with `docker login REGISTRY`"),
        "{refused}"
    );
}

#[test]
fn an_identity_token_is_changed_for_another() {
    let server = guarded("Bearer abc", BEARER, |request| {
        match request.body.contains("refresh_token=the+refresh%2Fone") {
            true => hands_out("abc"),
            false => Reply::Status(401),
        }
    });
    let docker =
        docker(&server, r#"{"auths": {"HOST": {"auth": "AUTH", "identitytoken": "the refresh/one"}}}"#);
    resolve(&server, "a/b:1", Some(docker.path())).unwrap();
    assert!(tokens(&server)[0].body.contains("grant_type=refresh_token"));
    let server = guarded("Bearer of-the-registry", BEARER, |_| Reply::Status(500));
    let docker = self::docker(&server, r#"{"auths": {"HOST": {"registrytoken": "of-the-registry"}}}"#);
    resolve(&server, "a/b:1", Some(docker.path())).unwrap();
}

#[test]
fn basic_is_said_to_who_asks_for_it_alone() {
    let server = guarded(&basic(), r#"basic Realm="r", charset="UTF-8""#, |_| Reply::Status(500));
    let docker = docker(&server, AUTHS);
    resolve(&server, "a/b:1", Some(docker.path())).unwrap();
    let wrong = guarded("Basic of-another", r#"Basic realm="r""#, |_| Reply::Status(500));
    let docker = self::docker(&wrong, AUTHS);
    let refused = resolve(&wrong, "a/b:1", Some(docker.path())).unwrap_err();
    assert!(refused.contains("401 Unauthorized; it is private"), "{refused}");
    assert_eq!(wrong.requests().len(), 2, "a wrong password is said once");
    assert!(!refused.contains(PASSWORD) && !refused.contains("Basic"), "{refused}");
}

#[test]
fn a_token_that_ran_out_is_renewed_in_the_middle_of_a_file() {
    let content = b"a layer".repeat(40_000);
    let (served, round) = (content.clone(), Arc::new(Mutex::new(0)));
    let server = Server::new(move |request| {
        let own = format!("http://{}", request.headers["host"]);
        if request.path.starts_with("token") {
            let mut round = round.lock().unwrap();
            *round += 1;
            return hands_out(&format!("token-{round}"));
        }
        match (request.authorization(), request.from) {
            ("Bearer token-1", None) => Reply::Cut(served.clone(), 100_000),
            ("Bearer token-2", Some(100_000)) => Reply::Bytes(served.clone()),
            _ => challenged(&BEARER.replace("{}", &own)),
        }
    });
    let name: ImageName = format!("{}/a/b:1", server.host()).parse().unwrap();
    let remote = Remote {
        urls: vec![server.url(&format!("v2/a/b/blobs/sha256:{}", Digest::of(&content)))],
        size: Some(content.len() as u64),
        sha256: Digest::of(&content),
        name: "layer".to_owned(),
    };
    let directory = tempfile::tempdir().unwrap();
    let partial = directory.path().join("partial");
    let mut registries = patient(3);
    registries.grants.fresh = std::time::Duration::ZERO;
    registries.download(&name, &remote, &partial, &mut |_| ()).unwrap();
    assert_eq!(fs::read(&partial).unwrap(), content);
    assert_eq!(tokens(&server).len(), 2);
}

#[test]
fn what_a_file_leads_to_gets_no_credentials() {
    let file = b"a layer of another server".to_vec();
    let elsewhere = Server::new({
        let file = file.clone();
        move |_| Reply::Bytes(file.clone())
    });
    let to = elsewhere.url("layer");
    let server = Server::new(move |request| match request.authorization() == basic() {
        true => Reply::With(307, format!("Location: {to}\r\n"), Vec::new()),
        false => challenged("Basic realm=r"),
    });
    let docker = docker(&server, AUTHS);
    assert_eq!(download(&server, Some(docker.path()), &file).unwrap(), file);
    assert_eq!(elsewhere.requests()[0].authorization(), "");
    // Nor does a challenge of the other server get an answer.
    let greedy = Server::new(|_| challenged("Basic realm=r"));
    let to = greedy.url("layer");
    let server = Server::new(move |request| match request.authorization() == basic() {
        true => Reply::With(307, format!("Location: {to}\r\n"), Vec::new()),
        false => challenged("Basic realm=r"),
    });
    let docker = self::docker(&server, AUTHS);
    assert!(download(&server, Some(docker.path()), &file).unwrap_err().contains("401"));
    assert!(greedy.requests().iter().all(|request| request.authorization().is_empty()));
}

#[test]
fn a_token_server_that_leads_elsewhere_is_not_followed() {
    let elsewhere = Server::new(|_| hands_out("abc"));
    let to = elsewhere.url("token");
    let server =
        guarded("Bearer abc", BEARER, move |_| Reply::With(302, format!("Location: {to}\r\n"), Vec::new()));
    let docker = docker(&server, AUTHS);
    let refused = resolve(&server, "a/b:1", Some(docker.path())).unwrap_err();
    assert!(refused.contains("the token server \"http://REGISTRY/token\" leads to \"http://"), "{refused}");
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn token_servers_that_are_none_are_named() {
    let refusal = |challenge: &'static str, answer: &'static str| {
        let server = guarded("nobody", challenge, move |_| Reply::Bytes(answer.as_bytes().to_vec()));
        resolve(&server, "a/b:1", None).unwrap_err()
    };
    for (challenge, answer, said) in [
        ("Bearer service=\"r\"", "", "the registry REGISTRY names no token server (`realm`)"),
        (
            "Bearer realm=\"http://token.invalid/\"",
            "",
            "names \"http://token.invalid/\" as its token server; expected an address of https://",
        ),
        ("Bearer realm=\"http://127.0.0.1@token.invalid/\"", "", "expected an address of https://"),
        ("Bearer realm=\"file:///etc/passwd\"", "", "expected an address of https://"),
        (BEARER, "", "answered with something that holds no token"),
        (BEARER, "{\"token\": \"\"}", "answered with something that holds no token"),
        (BEARER, "{\"token\": \"a\\r\\nX: b\"}", "answered with something that holds no token"),
        (
            BEARER,
            "{\"token\": \"of-no-use\"}",
            "401 Unauthorized; it is private, or there is no such repository",
        ),
        ("Digest realm=\"x\"", "", "401 Unauthorized; it is private"),
    ] {
        let message = refusal(challenge, answer);
        assert!(message.contains(said), "{message}");
    }
    let endless = guarded("nobody", BEARER, |_| Reply::Bytes(vec![b' '; 1 << 20]));
    let message = resolve(&endless, "a/b:1", None).unwrap_err();
    assert!(message.contains("larger than the accepted 262144 bytes"), "{message}");
}

#[test]
fn settings_that_cannot_be_used_are_named_without_what_they_hold() {
    let server = guarded("nobody", "Basic realm=r", |_| Reply::Status(500));
    for (configuration, said) in [
        (
            "{\"auths\": {\"HOST\": {\"auth\": \"geheim-7\"}}}",
            "the `auth` of \"REGISTRY\" is not a user and a password",
        ),
        ("{\"auths\": {\"HOST\": \"geheim-7\"}}", "line 1, column "),
        (
            "{\"credsStore\": \"../geheim\"}",
            "names the credential helper \"../geheim\", which is no part of a program's name",
        ),
        (
            "{\"credHelpers\": {\"HOST\": \"yoe-there-is-none\"}}",
            "says that docker-credential-yoe-there-is-none knows the credentials of REGISTRY",
        ),
    ] {
        let docker = docker(&server, configuration);
        let message = resolve(&server, "a/b:1", Some(docker.path())).unwrap_err();
        assert!(message.contains(said), "{message}");
        assert!(!message.contains(PASSWORD), "{message}");
    }
    // Nothing is read for a registry that does not ask.
    let docker = docker(&server, "]");
    resolve(&whole().serve(), "a/b:1", Some(docker.path())).unwrap();
}
