# SPDX-License-Identifier: Apache-2.0
#
# What a corpus is made of: the plan that the driver writes, the sidecar
# OUT.sources.json, and whether the one still matches the other.

import hashlib
import json
import os

from .atomic_file import AtomicFile
from .document import VERDICTS

# Goes up whenever the extracted text changes, so that a corpus made by an
# older recipe is not taken for an up-to-date one.
RECIPE_REVISION = 1


def sidecar_of(out):
    """The name of the sidecar of a corpus."""
    base = out[:-len(".jsonl")] if out.endswith(".jsonl") else out
    return base + ".sources.json"


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def read_plan(path):
    """Lines "PACKAGE<TAB>VERSION[<TAB>ROOT]" written by the driver."""
    plan = []
    with open(path, encoding="utf-8") as handle:
        for line in handle:
            fields = line.rstrip("\n").split("\t")
            if len(fields) >= 2:
                plan.append(fields)
    return sorted(plan)


def write_sources(path, packages, totals):
    """Writes the sidecar; the order of its fields is fixed."""
    sources = {"recipe": "debian-docs", "recipe_revision": RECIPE_REVISION}
    sources.update(totals)
    sources["packages"] = [
        {"package": package.name, "version": package.version,
         "license": package.licence, "documents": package.documents,
         "text_bytes": package.text_bytes,
         "skipped": {name: package.skipped[name]
                     for name, _ in VERDICTS if package.skipped[name]}}
        for package in packages]
    with AtomicFile(path) as side:
        json.dump(sources, side.handle, ensure_ascii=False, indent=1)
        side.handle.write("\n")
        side.commit()


def command_check(options):
    """Exit 0 when OUT is what this recipe would make of the planned packages."""
    try:
        with open(sidecar_of(options.out), encoding="utf-8") as handle:
            made = json.load(handle)
        wanted = {fields[0]: fields[1] for fields in read_plan(options.plan)}
        got = {item["package"]: item["version"] for item in made["packages"]}
        if not wanted or got != wanted or made["recipe_revision"] != RECIPE_REVISION:
            return 1
        if os.path.getsize(options.out) != made["bytes"] or \
                sha256_of(options.out) != made["sha256"]:
            return 1
    except (OSError, ValueError, KeyError, TypeError):
        return 1
    return 0
