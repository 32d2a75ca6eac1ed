//! A plain web server for files: no ranges, no protocols of version control systems.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

/// Serves the files below a directory on a port of loopback, as long as the test program runs. Gives the port.
pub fn serve(directory: &Path) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let directory = directory.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let directory = directory.clone();
            // A client that goes away is not an error of the server.
            std::thread::spawn(move || drop(answer(stream, &directory)));
        }
    });
    port
}

fn answer(stream: TcpStream, directory: &Path) -> std::io::Result<()> {
    let mut requests = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if requests.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line.trim().is_empty() {
                break;
            }
            head.push(line);
        }
        let asked = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
        let path: PathBuf =
            directory.join(asked.split('?').next().unwrap_or_default().trim_start_matches('/'));
        let (status, body) = match std::fs::read(&path) {
            Ok(body) => ("200 OK", body),
            Err(_) => ("404 Not Found", Vec::new()),
        };
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len())?;
        stream.write_all(&body)?;
    }
}
