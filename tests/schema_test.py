"""Checks the JSON Schema of the parameter document against documents that the reader accepts and rejects.

    schema_test.py SCHEMA DIRECTORY

DIRECTORY holds good/*.json, which the schema accepts, and bad/*.json, which it rejects, unless a comment
says `// schema: accepts` (a rule that no schema can express) or `// schema: not json`.
"""

import json
import pathlib
import re
import sys

import jsonschema

# A string, which may hold what looks like a comment, or a comment.
STRING_OR_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)


def without_comments(text):
    return STRING_OR_COMMENT.sub(lambda match: match.group(1) or " ", text)


def verdict(validator, path):
    """Whether the schema accepts the document, and why not."""
    error = jsonschema.exceptions.best_match(validator.iter_errors(json.loads(without_comments(path.read_text()))))
    return (error is None, error.message if error else "")


def expected(path):
    """Whether the schema should accept the document; None where it is not JSON."""
    if path.parent.name == "good":
        return True
    mark = re.search(r"^// schema: (.*)$", path.read_text(), re.MULTILINE)
    return {"accepts": True, "rejects": False, "not json": None}[mark.group(1) if mark else "rejects"]


def main(schema_path, directory):
    schema = json.loads(pathlib.Path(schema_path).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    passed = failed = 0
    paths = sorted(pathlib.Path(directory).glob("good/*.json")) + sorted(pathlib.Path(directory).glob("bad/*.json"))
    for path in paths:
        wanted = expected(path)
        if wanted is None:
            continue
        accepted, reason = verdict(validator, path)
        if accepted == wanted:
            passed += 1
        else:
            failed += 1
            print(f"{path}: {'accepted' if accepted else 'rejected'}, should not be {reason}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: schema_test.py SCHEMA DIRECTORY")
    sys.exit(main(*sys.argv[1:]))
