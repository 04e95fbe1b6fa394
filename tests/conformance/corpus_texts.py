# SPDX-License-Identifier: Apache-2.0
"""The texts of corpora, JSON lines plain or compressed by zstd, a part at a time."""
import json
import subprocess

BATCH = 1 << 20  # characters of text that are compared at a time


def texts_of(path, limit):
    """The texts of a corpus, up to about `limit` bytes."""
    size = 0
    command = ["zstd", "-dcq", path] if path.endswith(".zst") else ["cat", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        for line in process.stdout:
            record = json.loads(line)
            text = record.get("text", record.get("content"))  # the latter in corpora of pages
            if isinstance(text, str) and not any("\ud800" <= c <= "\udfff" for c in text):
                yield text
                size += len(text.encode())
                if size >= limit:
                    process.kill()
                    return


def batches(texts):
    batch, size = [], 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
