"""Says for each line of JSON on the input whether Gauge takes the text; FAUCET_YAML in it stands for a valid file."""

import json
import logging
import os
import sys
import tempfile

from faucet.conf import InvalidConfigError
from faucet.config_parser import watcher_parser
from faucet.watcher import watcher_factory

logging.disable(logging.CRITICAL)

FAUCET_YAML = """dps:
  sw1: {dp_id: 1, interfaces: {1: {native_vlan: 1}}}
  sw2: {dp_id: 2, interfaces: {1: {native_vlan: 1}}}
"""


def judge(path):
    """Gives the verdict of Gauge and what it says."""
    try:
        _, _, _, watchers = watcher_parser(path, os.devnull, None)
        for watcher in watchers:
            watcher_factory(watcher)
        return "accepted", ""
    except InvalidConfigError as err:
        return "refused", str(err)
    except BaseException as err:  # pylint: disable=broad-except
        return "killed", "%s: %s" % (type(err).__name__, err)


def write(path, text):
    """Writes a text as it is."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def main():
    """Reads until the input ends."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        faucet_yaml = os.path.join(folder, "faucet.yaml")
        gauge_yaml = os.path.join(folder, "gauge.yaml")
        write(faucet_yaml, FAUCET_YAML)
        for line in sys.stdin:
            text = json.loads(line)["text"]
            write(gauge_yaml, text.replace("FAUCET_YAML", faucet_yaml))
            verdict, message = judge(gauge_yaml)
            print(json.dumps({"verdict": verdict, "message": message}), flush=True)


main()
