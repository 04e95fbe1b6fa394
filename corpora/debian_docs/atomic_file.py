# SPDX-License-Identifier: Apache-2.0
#
# A file that appears under its name complete or not at all: written beside it, synced
# and renamed.

import os
import tempfile


class AtomicFile:
    """Text to be written within "with"; gone at its end unless committed."""

    def __init__(self, path):
        self.path = path
        self.folder = os.path.dirname(os.path.abspath(path))
        number, self.temp = tempfile.mkstemp(
            prefix="." + os.path.basename(path) + ".", dir=self.folder)
        self.handle = os.fdopen(number, "w", encoding="utf-8", newline="\n")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            self.handle.close()
        finally:
            if os.path.exists(self.temp):
                os.unlink(self.temp)

    def commit(self):
        self.handle.flush()
        os.fsync(self.handle.fileno())
        self.handle.close()
        mask = os.umask(0)
        os.umask(mask)
        # mkstemp's files are the owner's alone
        os.chmod(self.temp, 0o666 & ~mask)
        os.rename(self.temp, self.path)
        number = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
