"""Verifies an envelope with a key in hexadecimal digits, its statement, and a file: provenance.py ENVELOPE KEY FILE."""

import hashlib
import json
import pathlib
import sys

from in_toto_attestation.v1.statement import Statement
from google.protobuf.json_format import ParseDict
import in_toto_attestation.v1.statement_pb2 as statement_pb2
import in_toto_attestation.predicates.provenance.v1.provenance_pb2 as provenance_pb2
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

envelope = Envelope.from_dict(json.loads(pathlib.Path(sys.argv[1]).read_text()))
keyid = next(iter(envelope.signatures))
key = SSlibKey(keyid, "ed25519", "ed25519", {"public": sys.argv[2]})
try:
    envelope.verify([key], 1)
except VerificationError:
    sys.exit("no signature of the key")

payload = json.loads(envelope.payload)
parsed = ParseDict(payload, statement_pb2.Statement())
statement = Statement.copy_from_pb(parsed)
statement.validate()
# Fields that the predicate does not have are refused here.
ParseDict(payload["predicate"], provenance_pb2.Provenance())

file = pathlib.Path(sys.argv[3])
digests = {subject["name"]: subject["digest"]["sha256"] for subject in payload["subject"]}
if digests[file.name] != hashlib.sha256(file.read_bytes()).hexdigest():
    sys.exit("another digest")
