"""Prints what sbom-cve-check takes from an OpenVEX document: annotations.py DOCUMENT."""

import pathlib
import sys

from sbom_cve_check.database.annot_openvex import OpenVexFileAnnotDatabase

path = pathlib.Path(sys.argv[1])
database = OpenVexFileAnnotDatabase(path=path, name="ours")
for statement in database.iterate_file_statements(path):
    print(statement.identifier, statement._json["status"])
