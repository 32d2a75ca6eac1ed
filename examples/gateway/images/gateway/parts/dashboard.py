"""A page with what was kept."""

import os
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from store import Store

# An image may say which edition it is.
TITLE = " ".join(["Gateway", *os.environ.get("EDITION", "").split()])


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            store = Store("store")
            count = store.ask("GET", "readings") or "0"
            last = store.ask("LRANGE", "sensors/load", "0", "4")
        except (OSError, RuntimeError) as problem:
            self.send_error(503, str(problem))
            return
        rows = "".join(f"<li>{reading}</li>\n" for reading in last)
        text = f"<!doctype html>\n<title>{TITLE}</title>\n<h1>{TITLE}</h1>\n<p>{count} readings</p>\n<ul>\n{rows}</ul>\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


if sys.argv[1:] == ["check"]:
    urllib.request.urlopen("http://127.0.0.1:8080/", timeout=30).read()
else:
    ThreadingHTTPServer(("", 8080), Page).serve_forever()
