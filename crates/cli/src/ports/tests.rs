use super::*;

fn reported(error: &CommandError) -> String {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    format!("{}; {cause}; {}", error.message(), error.hints().join("; "))
}

#[test]
fn a_busy_port_is_named_with_its_holder() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let error = free([port]).unwrap_err();
    assert_eq!(error.prefix(), "error: ");
    let reported = reported(&error);
    assert!(reported.contains(&format!("port {port} of this host")), "{reported}");
    assert!(reported.contains(&format!("process {}", std::process::id())), "{reported}");
    drop(listener);
    assert!(free([port]).is_ok());
}

#[test]
fn a_port_that_is_forwarded_twice_is_told() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let reported = reported(&free([port, port]).unwrap_err());
    assert!(reported.contains(&format!("port {port} of this host is forwarded twice")), "{reported}");
}
