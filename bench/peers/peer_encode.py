# SPDX-License-Identifier: Apache-2.0
#
# One pass of a peer over texts with a model file, one thread: what bench/encode asks for.
#   peer_encode.py PROGRAM MODEL RECORDS
# RECORDS: texts, each u32 little-endian size and bytes. Prints one JSON line: seconds to open and to
# encode, tokens, XXH3 of all ids as u32 (hashing is not in the time). Each peer is called in the way
# that its own documents name as the fastest for many texts; the environment says one thread.
# SentencePiece Lite has no Python: lite_encode.cc.
import base64
import json
import struct
import sys
import time

import numpy
import xxhash


def read_records(path):
    with open(path, "rb") as file:
        data = file.read()
    texts, at = [], 0
    while at + 4 <= len(data):
        (size,) = struct.unpack_from("<I", data, at)
        texts.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return texts


def byte_alphabet():
    """The byte that each character of a byte-level vocabulary stands for."""
    own = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    others = [byte for byte in range(256) if byte not in own]
    table = {chr(byte): byte for byte in own}
    table.update({chr(256 + i): byte for i, byte in enumerate(others)})
    return table


def pattern_of(tokenizer):
    step = tokenizer["pre_tokenizer"] or {"pretokenizers": []}
    steps = step.get("pretokenizers", [step])
    patterns = [step["pattern"]["Regex"] for step in steps if step["type"] == "Split"]
    return patterns[0] if len(patterns) == 1 else None


def tiktoken_encoding(path):
    """tiktoken over a rank file of OpenAI's, tekken.json, or the ranks in a tokenizer.json."""
    import tiktoken
    import tiktoken_ext.openai_public as public

    if path.endswith(".tiktoken"):
        name = path.rsplit("/", 1)[-1].removesuffix(".tiktoken")
        public.load_tiktoken_bpe = lambda *_, **__: {
            base64.b64decode(line.split()[0]): int(line.split()[1])
            for line in open(path, "rb").read().splitlines()
        }
        public.data_gym_to_mergeable_bpe_ranks = public.load_tiktoken_bpe
        settings = dict(public.ENCODING_CONSTRUCTORS[name](), special_tokens={})
        settings.pop("explicit_n_vocab", None)
        return tiktoken.Encoding(**settings)
    with open(path, encoding="utf-8") as file:
        model = json.load(file)
    if "config" in model:
        special = model["config"]["default_num_special_tokens"]
        count = model["config"]["default_vocab_size"] - special
        ranks = {base64.b64decode(e["token_bytes"]): e["rank"] + special
                 for e in model["vocab"][:count]}
        return tiktoken.Encoding("tekken", pat_str=model["config"]["pattern"], mergeable_ranks=ranks,
                                 special_tokens={})
    pattern = pattern_of(model)
    if pattern is None or (model["normalizer"] or {}).get("type") not in (None, "NFC"):
        sys.exit("tiktoken cannot do this tokenizer.json")
    table = byte_alphabet()
    added = {token["id"] for token in model["added_tokens"]}
    ranks = {bytes(table[c] for c in token): rank for token, rank in model["model"]["vocab"].items()
             if rank not in added}
    return tiktoken.Encoding("own", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})


def open_peer(program, path):
    """A function from texts (bytes) to sequences of ids."""
    if program == "tiktoken":
        encoding = tiktoken_encoding(path)
        return lambda texts: [encoding.encode_ordinary(text) for text in texts], str
    if program == "sentencepiece":
        import sentencepiece

        # Its README: bytes rather than str, a list at once, numpy rather than lists of Python.
        processor = sentencepiece.SentencePieceProcessor(model_file=path)
        return (lambda texts: processor.encode(texts, return_type="numpy", num_threads=1)), bytes
    if program == "tokenizers":
        from tokenizers import Tokenizer

        if path.endswith(".model"):
            sys.exit("tokenizers does not read .model files")

        tokenizer = Tokenizer.from_file(path)
        tokenizer.encode_special_tokens = True
        return (lambda texts: [tokenizer.encode_batch_fast([text], add_special_tokens=False)[0].ids
                               for text in texts]), str
    if program == "gigatoken":
        import gigatoken

        make = gigatoken.Tokenizer.from_tiktoken if path.endswith(".tiktoken") else gigatoken.Tokenizer
        tokenizer = make(path)
        return tokenizer.encode_batch, bytes
    if program == "tokie":
        import tokie

        tokenizer = tokie.Tokenizer.from_json(path)
        return (lambda texts: [tokenizer.encode(text, add_special_tokens=False).ids
                               for text in texts]), str
    if program == "kitoken":
        from kitoken import Kitoken

        tokenizer = Kitoken.from_file(path)
        return (lambda texts: [tokenizer.encode(text, False) for text in texts]), str
    if program == "fastokens":
        import fastokens

        tokenizer = fastokens.Tokenizer.from_file(path)
        return (lambda texts: [tokenizer.encode(text, add_special_tokens=False)
                               for text in texts]), str
    if program == "splintr":
        import splintr

        tokenizer = splintr.from_json(path)
        return (lambda texts: [tokenizer.encode_ordinary(text) for text in texts]), str
    sys.exit(f"no peer called {program}")


def main():
    program, model, records = sys.argv[1:4]
    texts = read_records(records)
    start = time.perf_counter()
    encode, form = open_peer(program, model)
    opened = time.perf_counter() - start
    if form is str:
        texts = [text.decode() for text in texts]
    start = time.perf_counter()
    results = encode(texts)
    seconds = time.perf_counter() - start
    state, tokens = xxhash.xxh3_64(), 0
    for ids in results:
        ids = numpy.asarray(getattr(ids, "ids", ids), dtype="<u4")
        tokens += len(ids)
        state.update(ids.tobytes())
    print(json.dumps({"program": program, "open": opened, "seconds": seconds, "tokens": tokens,
                      "hash": f"{state.intdigest():016x}"}))


main()
