"""Judges a document by a JSON schema, formats included: schema.py SCHEMA DOCUMENT."""

import json
import sys

import jsonschema

schema, document = (json.load(open(path)) for path in sys.argv[1:])
judge = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
problems = [problem.message for problem in judge.iter_errors(document)]
print("\n".join(problems))
sys.exit(1 if problems else 0)
