# SPDX-License-Identifier: Apache-2.0
#
# Recounts a finished run from its inputs with nothing of ours: every record must be in exactly
# one place (kept, dropped, bad), kept records must be the original bytes in order, and the token
# shards must decode to the kept texts and equal what HF tokenizers makes of them with the
# exported tokenizer.json. Leans on zstandard, tokenizers and megatron_reader.py.
import argparse
import gzip
import io
import json
import os
import sys

import tokenizers
import zstandard

import megatron_reader


def open_bytes(path):
    """The decompressed stream of a file, by its magic number."""
    file = open(path, "rb")
    magic = file.read(4)
    file.seek(0)
    if magic == b"\x28\xb5\x2f\xfd" or magic[1:] == b"\x2a\x4d\x18":
        reader = zstandard.ZstdDecompressor(max_window_size=2**31)
        return io.BufferedReader(reader.stream_reader(file, read_across_frames=True), 1 << 20)
    if magic[:2] == b"\x1f\x8b":
        return gzip.open(file, "rb")
    return file


def input_records(paths):
    """(source, line number, bytes) of every line that is not blank."""
    for path in paths:
        for number, line in enumerate(open_bytes(path), 1):
            if number == 1 and line.startswith(b"\xef\xbb\xbf"):
                line = line[3:]
            line = line.rstrip(b"\n")
            if line.endswith(b"\r"):
                line = line[:-1]
            if line.strip(b" \t\r"):
                yield path, number, line


def shard_lines(directory, files, prefix):
    for entry in files:
        if entry["name"].startswith(prefix + "-"):
            count = 0
            for line in open_bytes(os.path.join(directory, entry["name"])):
                count += 1
                yield line.rstrip(b"\n")
            assert count == entry["records"], (entry["name"], count, entry["records"])


def places(directory, files, prefix):
    found = {}
    for line in shard_lines(directory, files, prefix):
        record = json.loads(line)
        place = (record["source"], record["line"])
        assert place not in found, place
        found[place] = record["reason"]
    return found


def byte_decoder():
    """GPT-2's map from the characters of a byte-level vocabulary back to bytes."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {chr(b): b for b in visible}
    hidden = [b for b in range(256) if b not in visible]
    table.update({chr(256 + n): b for n, b in enumerate(hidden)})
    return table


def token_bytes(directory):
    with open(os.path.join(directory, "tokenizer.json"), encoding="utf-8") as file:
        model = json.load(file)
    decoder = byte_decoder()
    specials = {t["id"]: t["content"].encode() for t in model["added_tokens"]}
    table = [b""] * len(model["model"]["vocab"])
    for token, number in model["model"]["vocab"].items():
        if number not in specials:
            table[number] = bytes(decoder[c] for c in token)
    return table, specials


def check_tokens(directory, files, texts, append):
    table, specials = token_bytes(directory)
    tokenizer = tokenizers.Tokenizer.from_file(os.path.join(directory, "tokenizer.json"))
    prefixes = [
        os.path.join(directory, e["name"][: -len(".bin")]) for e in files if e["kind"] == "tokens"
    ]
    readers = (megatron_reader.MegatronReader(prefix) for prefix in prefixes)
    documents = (reader[i] for reader in readers for i in range(len(reader)))
    compared = 0
    ids_compared = 0
    while True:
        batch = [text for _, text in zip(range(512), texts)]
        if not batch:
            break
        encoded = tokenizer.encode_batch_fast(batch, add_special_tokens=False)
        for text, encoding in zip(batch, encoded):
            ids = list(next(documents))
            if append:
                assert specials.get(ids[-1]) == append.encode(), ids[-1]
                ids.pop()
            assert b"".join(table[i] for i in ids) == text.encode(), text[:80]
            assert ids == encoding.ids, (text[:80], ids[:20], encoding.ids[:20])
            compared += 1
            ids_compared += len(ids)
    assert next(documents, None) is None, "token shards hold more documents than texts"
    return compared, ids_compared


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--no-tokens", action="store_true", help="leave the token shards alone")
    arguments = parser.parse_args()
    directory = arguments.directory
    with open(os.path.join(directory, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    files = manifest["files"]
    recipe = manifest["recipe"]
    documents = manifest["results"]["documents"]

    dropped = places(directory, files, "rejects")
    duplicates = places(directory, files, "duplicates")
    bad = places(directory, files, "bad")
    assert not (dropped.keys() & bad.keys() or dropped.keys() & duplicates.keys())

    kept = shard_lines(directory, files, "text")
    counts = {"in": 0, "kept": 0, "dropped": 0, "bad": 0}
    seen_texts = set()
    key = recipe["input"]["text_key"]
    for source, number, line in input_records(recipe["input"]["files"]):
        counts["in"] += 1
        place = (source, number)
        if place in bad:
            counts["bad"] += 1
            continue
        text = json.loads(line)[key]
        if place in dropped:
            counts["dropped"] += 1
        elif place in duplicates:
            counts["dropped"] += 1
            assert text in seen_texts, ("dropped as a duplicate of nothing", place)
        else:
            counts["kept"] += 1
            assert next(kept) == line, ("kept record changed or out of order", place)
            if "dedup" in recipe:
                assert text not in seen_texts, ("a duplicate was kept", place)
                seen_texts.add(text)
    assert next(kept, None) is None, "text shards hold more records than the input"
    for name, value in counts.items():
        assert documents[name] == value, (name, documents[name], value)
    print("compared %(in)d records: %(kept)d kept, %(dropped)d dropped, %(bad)d bad" % counts)

    if not arguments.no_tokens and any(e["kind"] == "tokens" for e in files):
        append = recipe.get("encode", {}).get("append", "<|endoftext|>")
        texts = (json.loads(line)[key] for line in shard_lines(directory, files, "text"))
        compared, ids = check_tokens(directory, files, texts, append)
        assert compared == counts["kept"]
        print(f"compared {compared} documents, {ids} ids with the texts and with HF tokenizers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
