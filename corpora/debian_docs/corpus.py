# SPDX-License-Identifier: Apache-2.0
#
# The command "extract": all files of the planned packages through the worker processes
# (document.py), in a fixed order, into the JSON lines and their sidecar.

import collections
import hashlib
import json
import multiprocessing
import os

from .atomic_file import AtomicFile
from .document import extract, in_worker
from .licence import licence_of
from .package_files import list_files
from .report import MB, printable, report, say, summary
from .sources import read_plan, sidecar_of, write_sources

# What the driver takes for "these packages are not enough"
EXIT_TOO_LITTLE = 3
FILES_A_TURN = 8        # of a worker


class Package:
    """A package and what has come out of it so far."""

    def __init__(self, name, version, root):
        self.name = name
        self.version = version
        self.root = root
        self.licence = licence_of(root, name)
        self.files, doubles = list_files(root, name)
        self.left = len(self.files)     # files not yet read
        self.documents = 0
        self.text_bytes = 0
        self.skipped = collections.Counter(double=doubles)

    def record(self, inner, text):
        """The JSON line of a document; counts it."""
        self.documents += 1
        self.text_bytes += len(text.encode("utf-8"))
        return json.dumps(
            {"id": self.name + "/" + printable(inner), "text": text,
             "source": "debian:" + self.name, "version": self.version,
             "license": self.licence},
            ensure_ascii=False) + "\n"

    def leave_out(self, inner, verdict, reason):
        self.skipped[verdict] += 1
        if verdict in ("undecodable", "unreadable"):
            say("%s: %s: %s" % (self.name, printable(inner),
                                reason or "neither UTF-8 nor EUC-JP; left out"))


def write_records(packages, workers, handle):
    """Writes the records of all packages; returns (bytes, SHA-256) of them."""
    owners = [(package, inner, kind)
              for package in packages for inner, kind in package.files]
    jobs = [(os.path.join(package.root, inner), kind) for package, inner, kind in owners]
    digest = hashlib.sha256()
    size = 0
    workers = max(1, min(workers, len(jobs) or 1))
    with multiprocessing.Pool(workers, in_worker) as pool:
        for package in packages:
            if not package.left:
                report(package)
        results = pool.imap(extract, jobs, chunksize=FILES_A_TURN)
        for (package, inner, _), (verdict, text) in zip(owners, results):
            if verdict == "text":
                record = package.record(inner, text)
                handle.write(record)
                data = record.encode("utf-8")
                digest.update(data)
                size += len(data)
            else:
                package.leave_out(inner, verdict, text)
            package.left -= 1
            if not package.left:
                report(package)
    return size, digest.hexdigest()


def write_corpus(packages, options):
    """Writes the corpus; returns the totals, or None when there is too little
    text and so no corpus."""
    with AtomicFile(options.out) as out:
        size, sha256 = write_records(packages, options.workers, out.handle)
        documents = sum(package.documents for package in packages)
        text_bytes = sum(package.text_bytes for package in packages)
        summary(packages, documents, text_bytes)
        if text_bytes < options.minimum * MB or not documents:
            say("only %.1f MB of text, at least %g MB are needed; %s is not written"
                % (text_bytes / MB, options.minimum, options.out))
            return None
        out.commit()
    return {"bytes": size, "sha256": sha256, "documents": documents,
            "text_bytes": text_bytes}


def command_extract(options):
    """Makes the corpus and its sidecar; returns the exit status."""
    packages = [Package(*fields) for fields in read_plan(options.plan)]
    if not packages:
        say("no package to read")
        return 1
    path = options.out
    try:
        totals = write_corpus(packages, options)
        if totals is None:
            return EXIT_TOO_LITTLE
        path = sidecar_of(options.out)
        write_sources(path, packages, totals)
    except OSError as error:
        say("cannot write %s: %s" % (path, error.strerror or error))
        return 1
    say("wrote %s (%.1f MB) and %s" % (options.out, totals["bytes"] / MB, path))
    return 0
