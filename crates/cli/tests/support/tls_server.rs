//! A web server for files over TLS, with a certificate of an authority that nobody but tests trusts.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The authority's certificate, for `SSL_CERT_FILE`.
pub fn authority() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/tls/ca.pem")
}

/// Serves the files below a directory as localhost, on a port of loopback, as long as the test program runs. Gives the port.
pub fn serve(directory: &Path) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (directory, settings) = (directory.to_owned(), Arc::new(settings()));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(settings.clone()).unwrap();
            // A client that goes away is not an error of the server.
            drop(answer(StreamOwned::new(connection, stream), &directory));
        }
    });
    port
}

fn settings() -> ServerConfig {
    let der = |text: &str| pem::parse(text).unwrap().into_contents();
    let certificate = CertificateDer::from(der(include_str!("tls/server.pem")));
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der(include_str!("tls/server.key"))));
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

fn answer(
    mut stream: StreamOwned<ServerConnection, std::net::TcpStream>,
    directory: &Path,
) -> std::io::Result<()> {
    let mut asked = String::new();
    let mut lines = BufReader::new(&mut stream);
    lines.read_line(&mut asked)?;
    let mut line = asked.clone();
    while !line.trim().is_empty() {
        line.clear();
        lines.read_line(&mut line)?;
    }
    let path = asked.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let (status, body) = match std::fs::read(directory.join(path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(&body)?;
    stream.conn.send_close_notify();
    stream.flush()
}
