# SPDX-License-Identifier: Apache-2.0
"""Commands that a comparison runs, and how it ends where something differs."""
import subprocess
import sys


def fail(text):
    print(text)
    sys.exit(1)


def run(*arguments, good=(0,)):
    result = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode not in good:
        print(" ".join(arguments), "ended with status", result.returncode)
        print(result.stderr.decode(errors="replace"))
        sys.exit(2)
    return result.stdout
