"""Reads a repository as The Update Framework says, with its authors' own client, and downloads all that it lists.

Usage: read.py REPOSITORY ROOT. Prints each target with its length. Every file is believed or refused by python-tuf.
"""

import os
import ssl
import sys
import tempfile

# The client's usual fetcher reads this machine's certificate authorities when it is imported. Here it fetches nothing.
ssl.SSLContext.load_verify_locations = lambda *_, **__: None

from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata
from tuf.ngclient import FetcherInterface, Updater


class Files(FetcherInterface):
    """Files of a folder instead of those of a web server."""

    def _fetch(self, url):
        try:
            with open(url.removeprefix("file://"), "rb") as file:
                return iter([file.read()])
        except FileNotFoundError:
            raise DownloadHTTPError("there is no such file", 404) from None


repository, root = (os.path.abspath(path) for path in sys.argv[1:])
with open(root, "rb") as file:
    trusted = file.read()
metadata, targets = tempfile.mkdtemp(), tempfile.mkdtemp()
# Where the client looks for what it trusts, before it has seen anything.
with open(os.path.join(metadata, "root.json"), "wb") as file:
    file.write(trusted)
client = Updater(
    metadata, f"file://{repository}/metadata/", targets, f"file://{repository}/targets/", fetcher=Files()
)
client.refresh()
with open(os.path.join(metadata, "targets.json"), "rb") as file:
    listed = sorted(Metadata.from_bytes(file.read()).signed.targets)
for name in listed:
    target = client.get_targetinfo(name)
    client.download_target(target, filepath=os.path.join(targets, "content"))
    print(name, target.length)
