"""Prints, one line of JSON each, the texts that Faucet's own tests of its configuration give to its parser."""

import contextlib
import io
import json
import os
import sys
import unittest

from faucet import config_parser

TESTS = os.path.join(sys.argv[1], "tests", "unit", "faucet")
EXAMPLES = os.path.join(sys.argv[1], "tests", "generative", "fuzzer", "config", "examples")


def watch(texts):
    """Notes what is parsed from now on."""
    parse = config_parser.dp_parser

    def watched(path, *args, **kwargs):
        note(texts, path)
        return parse(path, *args, **kwargs)

    config_parser.dp_parser = watched


def note(texts, path):
    """Takes in a file; one that is no text is none that anybody edits."""
    with contextlib.suppress(UnicodeDecodeError, OSError):
        with open(path, encoding="utf-8", newline="") as file:
            texts.setdefault(file.read())


def main():
    """Runs the tests, which have to pass, and reads the examples of the fuzzer."""
    texts = {}
    watch(texts)
    tests = unittest.defaultTestLoader.discover(TESTS, pattern="test_config.py")
    result = unittest.TextTestRunner(stream=io.StringIO()).run(tests)
    for name in sorted(os.listdir(EXAMPLES)):
        note(texts, os.path.join(EXAMPLES, name))
    for text in texts:
        print(json.dumps({"text": text}))
    sys.exit(not result.wasSuccessful())


main()
