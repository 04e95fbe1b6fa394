# SPDX-License-Identifier: Apache-2.0
#
# The options of the extractor and its two commands: "check", whether the corpus is
# up to date, and "extract", which makes it.  Called by corpora/debian-docs.

import argparse
import os
import signal

from .corpus import command_extract
from .sources import command_check


def read_options():
    parser = argparse.ArgumentParser(
        prog="debian_docs",
        description="The extractor behind corpora/debian-docs; run that instead.")
    parser.add_argument("command", choices=("check", "extract"))
    parser.add_argument("--plan", required=True,
                        help="lines of PACKAGE, VERSION and unpacked ROOT, tabs between")
    parser.add_argument("--out", required=True, help="the JSON lines file to write")
    parser.add_argument("--minimum", type=float, default=0,
                        help="fail with less text than this many MB")
    parser.add_argument("--workers", type=int, default=max(2, os.cpu_count() or 1),
                        help="processes that read files at once (default: %(default)s)")
    return parser.parse_args()


def main():
    options = read_options()

    def stop(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        if options.command == "check":
            return command_check(options)
        return command_extract(options)
    except KeyboardInterrupt:
        return 130
