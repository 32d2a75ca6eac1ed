"""Usage: FILE. Ends with 1 when the strict schema of CycloneDX 1.7 refuses the file."""

import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

with open(sys.argv[1], encoding="utf-8") as file:
    error = JsonStrictValidator(SchemaVersion.V1_7).validate_str(file.read())
if error:
    print(error)
    sys.exit(1)
