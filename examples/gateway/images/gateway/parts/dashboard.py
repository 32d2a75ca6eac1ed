"""A page with what was kept: HTTP/1.0, one reader after the other."""

import os
import socket
import sys

from store import Store

# An image may say which edition it is.
TITLE = " ".join(["Gateway", *os.environ.get("EDITION", "").split()])


def page():
    store = Store("store")
    count = store.ask("GET", "readings") or "0"
    last = store.ask("LRANGE", "sensors/load", "0", "4")
    rows = "".join(f"<li>{reading}</li>\n" for reading in last)
    return f"<!doctype html>\n<title>{TITLE}</title>\n<h1>{TITLE}</h1>\n<p>{count} readings</p>\n<ul>\n{rows}</ul>\n"


def answer():
    try:
        status, text = "200 OK", page()
    except (OSError, RuntimeError) as problem:
        status, text = "503 Service Unavailable", f"{problem}\n"
    head = f"HTTP/1.0 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(text.encode())}\r\n\r\n"
    return (head + text).encode()


def serve():
    with socket.create_server(("", 8080)) as server:
        while True:
            reader, _ = server.accept()
            with reader:
                reader.settimeout(10)
                try:
                    request = b""
                    while b"\r\n\r\n" not in request and (more := reader.recv(4096)):
                        request += more
                    reader.sendall(answer())
                except OSError:
                    # Who goes away is not waited for.
                    pass


def check():
    with socket.create_connection(("127.0.0.1", 8080), timeout=30) as server:
        server.sendall(b"GET / HTTP/1.0\r\n\r\n")
        if not server.recv(15).startswith(b"HTTP/1.0 200"):
            sys.exit("the page cannot be shown")


if sys.argv[1:] == ["check"]:
    check()
else:
    serve()
