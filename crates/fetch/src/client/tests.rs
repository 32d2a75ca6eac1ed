//! Downloads from a server with faults.

use std::path::PathBuf;
use std::time::Instant;

use tempfile::TempDir;

use super::*;
use crate::test_server::{Reply, Request, Server};

/// Long enough to arrive in several pieces.
fn content() -> Vec<u8> {
    (0..300_000u32).flat_map(u32::to_le_bytes).collect()
}

fn settings() -> Settings {
    Settings { backoff: Duration::from_millis(1), attempts: 3, ..Settings::default() }
}

struct Case {
    server: Server,
    remote: Remote,
    directory: TempDir,
}

impl Case {
    fn new(answer: impl Fn(&Request) -> Reply + Send + 'static) -> Self {
        let server = Server::new(answer);
        let remote = Remote {
            urls: vec![server.url("file")],
            size: Some(content().len() as u64),
            sha256: Digest::of(&content()),
            name: "the file".to_owned(),
        };
        Self { server, remote, directory: tempfile::tempdir().unwrap() }
    }

    fn partial(&self) -> PathBuf {
        self.directory.path().join("partial")
    }

    fn run(&self) -> Result<(), FetchError> {
        let client = Client::new(settings(), Cancel::new()).unwrap();
        client.download(&self.remote, &self.partial(), &mut |_| ())
    }

    /// Asserts that the download succeeds, and gives how often it waited to ask again.
    fn waits_for(&self, settings: Settings) -> usize {
        let mut waits = 0;
        let mut count =
            |progress: Progress<'_>| waits += usize::from(matches!(progress, Progress::Waiting { .. }));
        Client::new(settings, Cancel::new())
            .unwrap()
            .download(&self.remote, &self.partial(), &mut count)
            .unwrap();
        assert!(std::fs::read(self.partial()).unwrap() == content());
        waits
    }

    /// Asserts that the download succeeds, and gives where the requests started.
    fn succeeds(&self) -> Vec<Option<u64>> {
        self.run().unwrap();
        assert!(std::fs::read(self.partial()).unwrap() == content());
        self.server.requests().iter().map(|request| request.from).collect()
    }
}

#[test]
fn a_file_is_fetched_and_its_progress_reported() {
    let case = Case::new(|_| Reply::Bytes(content()));
    let client = Client::new(settings(), Cancel::new()).unwrap();
    let mut last = 0;
    client
        .download(&case.remote, &case.partial(), &mut |progress| match progress {
            Progress::Bytes { done, total } => {
                assert!(done > last && total == case.remote.size);
                last = done;
            }
            Progress::Waiting { .. } => panic!("nothing went wrong"),
        })
        .unwrap();
    assert_eq!(last, content().len() as u64);
    assert!(std::fs::read(case.partial()).unwrap() == content());
}

#[test]
fn a_dropped_connection_is_resumed_where_it_ended() {
    let case = Case::new(|request| match request.before {
        0 => Reply::Cut(content(), 100_000),
        1 => Reply::Cut(content(), 50_000),
        _ => Reply::Bytes(content()),
    });
    assert_eq!(case.succeeds(), [None, Some(100_000), Some(150_000)]);
}

#[test]
fn attempts_that_get_further_do_not_count() {
    let case = Case::new(|_| Reply::Cut(content(), 100_000));
    assert_eq!(case.succeeds().len(), 12);
}

#[test]
fn a_server_that_ignores_ranges_is_read_from_the_start() {
    let case = Case::new(|_| Reply::Whole(content()));
    std::fs::write(case.partial(), &content()[..1000]).unwrap();
    assert_eq!(case.succeeds(), [Some(1000)]);
}

#[test]
fn what_an_earlier_run_left_is_continued() {
    let case = Case::new(|_| Reply::Bytes(content()));
    std::fs::write(case.partial(), &content()[..1000]).unwrap();
    assert_eq!(case.succeeds(), [Some(1000)]);
}

#[test]
fn a_complete_file_is_only_verified() {
    let case = Case::new(|_| Reply::Status(500));
    std::fs::write(case.partial(), content()).unwrap();
    assert_eq!(case.succeeds(), []);
}

#[test]
fn a_rotten_partial_file_is_fetched_anew() {
    for left in [vec![7; 1000], vec![7; content().len()], vec![7; content().len() + 1]] {
        let case = Case::new(|_| Reply::Bytes(content()));
        std::fs::write(case.partial(), left).unwrap();
        assert_eq!(case.succeeds().last(), Some(&None));
    }
}

#[test]
fn a_partial_file_that_is_too_long_for_a_file_of_unknown_size_is_fetched_anew() {
    let mut case = Case::new(|_| Reply::Bytes(content()));
    case.remote.size = None;
    std::fs::write(case.partial(), vec![7; content().len() + 1]).unwrap();
    assert_eq!(case.succeeds(), [Some(content().len() as u64 + 1), None]);
}

#[test]
fn a_range_that_was_not_asked_for_is_not_used() {
    let case = Case::new(|request| match request.before {
        0 => Reply::Raw(
            "HTTP/1.1 206 X\r\nContent-Range: bytes 5-5/9\r\nContent-Length: 1\r\n\r\nx".to_owned(),
        ),
        _ => Reply::Bytes(content()),
    });
    std::fs::write(case.partial(), &content()[..1000]).unwrap();
    assert_eq!(case.succeeds(), [Some(1000), None]);
}

#[test]
fn a_server_that_recovers_is_asked_again() {
    let case = Case::new(|request| match request.before {
        0 => Reply::Status(500),
        1 => Reply::Status(429),
        _ => Reply::Bytes(content()),
    });
    assert_eq!(case.succeeds().len(), 3);
}

#[test]
fn a_silent_server_is_left_and_resumed() {
    let case = Case::new(|request| match request.from {
        None => Reply::Silent(content(), 70_000),
        Some(_) => Reply::Bytes(content()),
    });
    // On a busy machine the first bytes may take longer than that, so the server may be asked for them more than once.
    let impatient = Settings { silence: Duration::from_secs(1), attempts: 20, ..settings() };
    let waits = case.waits_for(impatient);
    assert_eq!(case.server.requests().last().unwrap().from, Some(70_000));
    assert!(waits >= 1);
}

#[test]
fn a_server_that_sends_a_little_before_each_limit_is_left_and_resumed() {
    let case = Case::new(|request| match request.from {
        None => Reply::Dripping(content()),
        Some(_) => Reply::Bytes(content()),
    });
    let waits = case.waits_for(Settings { window: Duration::from_secs(2), attempts: 20, ..settings() });
    let last = case.server.requests().last().unwrap().from;
    assert!(last.is_some_and(|from| (1..2048).contains(&from)), "{last:?}");
    assert!(waits >= 1);
}

#[test]
fn a_missing_file_is_looked_for_at_the_next_mirror() {
    let mut case = Case::new(|request| match request.path.as_str() {
        "gone" => Reply::Status(404),
        _ => Reply::Bytes(content()),
    });
    case.remote.urls.insert(0, case.server.url("gone"));
    assert_eq!(case.succeeds().len(), 2);
}

#[test]
fn a_file_that_nobody_has_says_what_each_mirror_answered() {
    let mut case = Case::new(|request| Reply::Status(if request.path == "a" { 404 } else { 410 }));
    case.remote.urls = vec![case.server.url("a"), case.server.url("b")];
    let error = case.run().unwrap_err();
    let (a, b) = (case.server.url("a"), case.server.url("b"));
    assert_eq!(
        error.to_string(),
        format!(
            "cannot fetch the file:\n  {a}: the server answered 404 Not Found\n  {b}: the server answered 410 Gone"
        )
    );
    assert!(error.is_missing());
    assert_eq!(case.server.requests().len(), 2, "a missing file is not asked for twice");
    assert!(!case.partial().exists());
}

#[test]
fn wrong_bytes_show_both_sums_and_leave_nothing() {
    let case = Case::new(|_| Reply::Bytes(vec![1; content().len()]));
    let error = case.run().unwrap_err();
    let (expected, actual) = (Digest::of(&content()), Digest::of(&vec![1; content().len()]));
    let url = case.server.url("file");
    assert_eq!(
        error.to_string(),
        format!("cannot fetch the file from {url}: wrong content: expected SHA-256 {expected}, got {actual}")
    );
    assert!(!error.is_missing() && !case.partial().exists());
    assert_eq!(case.server.requests().len(), 1);
}

#[test]
fn wrong_bytes_at_one_mirror_do_not_harm_the_next() {
    let mut case = Case::new(|request| match request.path.as_str() {
        "bad" => Reply::Bytes(vec![1; content().len()]),
        _ => Reply::Bytes(content()),
    });
    case.remote.urls.insert(0, case.server.url("bad"));
    assert_eq!(case.succeeds(), [None, None]);
}

#[test]
fn a_wrong_size_is_seen_before_the_bytes_come() {
    let case = Case::new(|_| Reply::Bytes(vec![1; 10]));
    let error = case.run().unwrap_err().to_string();
    assert!(error.ends_with(&format!("wrong size: expected {} bytes, the server has 10", content().len())));
}

#[test]
fn an_endless_file_is_cut_off() {
    // Without a length the server may go on for ever.
    let mut case = Case::new(|_| Reply::Raw(format!("HTTP/1.1 200 X\r\n\r\n{}", "x".repeat(5000))));
    case.remote.size = Some(1000);
    assert!(matches!(
        case.run().unwrap_err(),
        FetchError::Failed { tried, .. } if matches!(tried[0].problem, AddressError::Size { expected: 1000, .. })
    ));
    let client = Client::new(settings(), Cancel::new()).unwrap();
    let error = client.fetch_small("it", &case.remote.urls, 1000).unwrap_err().to_string();
    assert!(error.ends_with("larger than the accepted 1000 bytes"), "{error}");
    assert_eq!(client.fetch_small("it", &case.remote.urls, 5000).unwrap().len(), 5000);
}

#[test]
fn nothing_listens_is_a_transport_error_after_all_attempts() {
    let mut case = Case::new(|_| Reply::Status(500));
    // Port 1 of loopback: nothing is there, and nothing answers.
    case.remote.urls = vec!["http://127.0.0.1:1/file".to_owned()];
    let client = Client::new(settings(), Cancel::new()).unwrap();
    let mut waits = 0;
    let error = client.download(&case.remote, &case.partial(), &mut |_| waits += 1).unwrap_err();
    assert_eq!(waits, 2);
    assert!(error.to_string().contains("from http://127.0.0.1:1/file: "), "{error}");
    assert!(!error.is_missing());
}

#[test]
fn a_file_without_an_address_is_an_error() {
    let mut case = Case::new(|_| Reply::Status(500));
    case.remote.urls.clear();
    assert_eq!(case.run().unwrap_err().to_string(), "cannot fetch the file: no address is known for it");
}

#[test]
fn cancelling_wakes_a_silent_connection() {
    let case = Case::new(|_| Reply::Silent(content(), 70_000));
    let cancel = Cancel::new();
    let patient = Settings { silence: Duration::from_secs(60), ..settings() };
    let client = Client::new(patient, cancel.clone()).unwrap();
    let start = Instant::now();
    let error = client
        .download(&case.remote, &case.partial(), &mut |progress| {
            if matches!(progress, Progress::Bytes { done: 70_000, .. }) {
                cancel.cancel();
            }
        })
        .unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    assert!(start.elapsed() < Duration::from_secs(30), "it waited for the silence to end");
    assert_eq!(std::fs::metadata(case.partial()).unwrap().len(), 70_000, "what arrived is kept");
}

#[test]
fn cancelling_from_another_thread_ends_a_wait() {
    let case = Case::new(|_| Reply::Status(503));
    let cancel = Cancel::new();
    let client =
        Client::new(Settings { backoff: Duration::from_secs(60), ..settings() }, cancel.clone()).unwrap();
    let error = std::thread::scope(|scope| {
        client.download(&case.remote, &case.partial(), &mut |_| {
            let cancel = cancel.clone();
            scope.spawn(move || cancel.cancel());
        })
    });
    assert!(error.unwrap_err().is_cancelled());
}

#[test]
fn addresses_are_made_from_mirrors() {
    let mirrors: Mirrors =
        [("debian".to_owned(), vec!["https://a.example/d/".to_owned(), "http://b.example".to_owned()])]
            .into();
    let file = |archive: &str| ArchiveFile {
        archive: archive.to_owned(),
        path: "pool/g++_1:2~3%4_all.deb".to_owned(),
        size: 3,
        sha256: Digest::of(b""),
    };
    let found = remote(&file("debian"), &mirrors).unwrap();
    assert_eq!(
        found.urls,
        ["https://a.example/d/pool/g++_1:2~3%254_all.deb", "http://b.example/pool/g++_1:2~3%254_all.deb"]
    );
    assert_eq!((found.size, found.name.as_str()), (Some(3), "g++_1:2~3%4_all.deb"));
    let error = remote(&file("other"), &mirrors).unwrap_err().to_string();
    assert!(error.starts_with("archive \"other\" has no mirrors; the project knows debian. Say where it is served: YOE_MIRROR_OTHER="), "{error}");
}

#[test]
fn an_address_of_a_proxy_must_be_one() {
    let settings = Settings { proxy: Proxy::Address("::".to_owned()), ..Settings::default() };
    assert!(matches!(Client::new(settings, Cancel::new()), Err(FetchError::Proxy { .. })));
}

#[test]
fn what_fails_at_a_proxy_names_the_proxy() {
    // Nobody listens at a port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let case = Case::new(|_| Reply::Bytes(content()));
    let proxy = Proxy::Address(format!("http://user:secret@127.0.0.1:{port}"));
    let client = Client::new(Settings { proxy, attempts: 1, ..settings() }, Cancel::new()).unwrap();
    let message = client.download(&case.remote, &case.partial(), &mut |_| ()).unwrap_err().to_string();
    assert!(message.contains(&format!("by the proxy http://127.0.0.1:{port}")), "{message}");
    assert!(!message.contains("secret"), "{message}");
    assert!(case.server.requests().is_empty());
}

#[test]
fn what_fails_without_a_proxy_names_none() {
    let mut case = Case::new(|_| Reply::Bytes(content()));
    case.remote.urls = vec!["http://127.0.0.1:1/file".to_owned()];
    let message = case.run().unwrap_err().to_string();
    assert!(!message.contains("proxy"), "{message}");
}
