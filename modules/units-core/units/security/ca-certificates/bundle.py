"""Prints the certificates of NSS's certdata.txt that are trusted to issue for servers, as PEM, in the file's order.

The format: objects of lines `NAME TYPE VALUE`, each begun by CKA_CLASS; octets stand on the lines after
MULTILINE_OCTAL up to END. A certificate and the trust in it are two objects, joined by issuer and serial number.
"""

import base64
import re
import sys
import textwrap


def octets(lines):
    """The bytes that stand on the lines up to END."""
    value = bytearray()
    for line in lines:
        if line == "END":
            return bytes(value)
        value += bytes(int(octet, 8) for octet in re.findall(r"\\([0-3][0-7][0-7])", line))
    sys.exit("certdata: ends within octets")


def objects(lines):
    """Each object as a dict from an attribute's name to its value."""
    for line in lines:
        if line == "BEGINDATA":
            break
    found = []
    for line in lines:
        words = line.split(" ", 2)
        if line.startswith("#") or len(words) < 2:
            continue
        name, kind = words[:2]
        if name == "CKA_CLASS":
            found.append({})
        if found:
            found[-1][name] = octets(lines) if kind == "MULTILINE_OCTAL" else words[-1]
    return found


def key(entry):
    return entry["CKA_ISSUER"], entry["CKA_SERIAL_NUMBER"]


def main(path):
    with open(path, encoding="utf-8") as file:
        entries = objects(line.strip() for line in file)
    trusted = {
        key(entry)
        for entry in entries
        if entry["CKA_CLASS"] == "CKO_NSS_TRUST" and entry["CKA_TRUST_SERVER_AUTH"] == "CKT_NSS_TRUSTED_DELEGATOR"
    }
    authorities = [e for e in entries if e["CKA_CLASS"] == "CKO_CERTIFICATE" and key(e) in trusted]
    if len(authorities) != len(trusted) or not trusted:
        sys.exit(f"certdata: {len(trusted)} trusted authorities, {len(authorities)} certificates of them")
    for entry in authorities:
        text = base64.b64encode(entry["CKA_VALUE"]).decode()
        print("#", entry["CKA_LABEL"].strip('"'))
        print("-----BEGIN CERTIFICATE-----", *textwrap.wrap(text, 64), "-----END CERTIFICATE-----", sep="\n")


main(sys.argv[1])
