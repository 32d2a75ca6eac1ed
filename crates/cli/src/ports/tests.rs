use super::*;

fn told(error: &CommandError) -> String {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    format!("{}; {cause}; {}", error.message(), error.hints().join("; "))
}

#[test]
fn a_busy_port_is_named_with_its_holder() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let error = free([port]).unwrap_err();
    assert_eq!(error.prefix(), "error: ");
    let told = told(&error);
    assert!(told.contains(&format!("port {port} of this host")), "{told}");
    assert!(told.contains(&format!("process {}", std::process::id())), "{told}");
    drop(listener);
    assert!(free([port]).is_ok());
}

#[test]
fn a_port_that_is_forwarded_twice_is_told() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let told = told(&free([port, port]).unwrap_err());
    assert!(told.contains(&format!("port {port} of this host is forwarded twice")), "{told}");
}
