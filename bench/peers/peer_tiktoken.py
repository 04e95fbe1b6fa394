# SPDX-License-Identifier: Apache-2.0
#
# tiktoken: encodes with our vocabulary as ranks and the same pattern. Ids below are shifted by
# the special tokens, which tiktoken numbers last. Leans on tiktoken.
import importlib.metadata
import json
import os

import tiktoken

import peer

texts, directory, _ = peer.arguments()
with open(os.path.join(directory, "tokenizer.json"), encoding="utf-8") as file:
    model = json.load(file)
visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
to_byte = {chr(b): b for b in visible}
to_byte.update({chr(256 + n): b for n, b in enumerate(b for b in range(256) if b not in visible)})
specials = {t["content"] for t in model["added_tokens"]}
shift = len(specials)
ranks = {
    bytes(to_byte[c] for c in token): number - shift
    for token, number in model["model"]["vocab"].items()
    if token not in specials
}
pattern = next(
    p["pattern"]["Regex"] for p in model["pre_tokenizer"]["pretokenizers"] if p["type"] == "Split"
)
encoding = tiktoken.Encoding(
    "ours", pat_str=pattern, mergeable_ranks=ranks, special_tokens={"<|endoftext|>": len(ranks)}
)
start = peer.clock()
encoded = [encoding.encode_ordinary(text) for text in texts]
seconds = peer.clock() - start
ours = [[i + shift for i in ids] for ids in encoded]
tokens = sum(map(len, ours)) + len(ours)
wide = len(ranks) + shift >= 65500
peer.report(
    "tiktoken " + importlib.metadata.version("tiktoken"),
    "encode",
    seconds,
    peer.megabytes(texts),
    tokens,
    peer.hash_of(ours, 0, wide),
)
