# SPDX-License-Identifier: Apache-2.0
"""Commands that a comparison runs, and how it ends where something differs."""
import os
import signal
import subprocess
import sys
import time


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


def run_killed(arguments, state, paths, most=20):
    """Runs a training that saves its state, kills it whenever a new one has been saved, at most so often, and lets it end
    then: it must write paths[1] as a run without disturbance has written paths[0]. How often it was killed."""
    kills = 0
    for _ in range(most):
        process = subprocess.Popen(arguments, stderr=subprocess.DEVNULL)
        before = os.path.getmtime(state) if os.path.exists(state) else 0
        while process.poll() is None:
            if os.path.exists(state) and os.path.getmtime(state) != before:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.001)
        if process.wait() == 0:
            break
        kills += 1
    if process.returncode != 0:
        run(*arguments)
    with open(paths[0], "rb") as one, open(paths[1], "rb") as other:
        if one.read() != other.read():
            fail("a training that was killed and resumed gives another tokenizer")
    if kills == 0:
        fail("the training was never killed")
    return kills
