"""Says for each line of JSON on the input whether Faucet takes the text: one process, many texts."""

import json
import logging
import os
import sys
import tempfile

from faucet import valve
from faucet.conf import InvalidConfigError
from faucet.config_parser import dp_parser

logging.disable(logging.CRITICAL)


def judge(path):
    """Gives the verdict of the checker and what it says."""
    try:
        _, _, dps, _ = dp_parser(path, os.devnull)
        for dp in dps:
            valve.valve_factory(dp)
            dp.to_conf()
        return "accepted", ""
    except InvalidConfigError as err:
        return "refused", str(err)
    except BaseException as err:  # pylint: disable=broad-except
        return "killed", "%s: %s" % (type(err).__name__, err)


def main():
    """Reads until the input ends."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "faucet.yaml")
        for line in sys.stdin:
            request = json.loads(line)
            if "path" not in request:
                with open(path, "w", encoding="utf-8", newline="") as file:
                    file.write(request["text"])
            verdict, message = judge(request.get("path", path))
            print(json.dumps({"verdict": verdict, "message": message}), flush=True)


main()
