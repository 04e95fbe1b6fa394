# SPDX-License-Identifier: Apache-2.0
#
# What Python pipelines normalise and detect with: unicodedata, HF tokenizers, sentencepiece,
# neologdn, html, chardet. `peer_text.py RECORDS JOB` prints one JSON line as text_forms does, or
# nothing where a package is missing. Leans on xxhash.
import json
import struct
import sys
import time

import xxhash


def records(path):
    data = open(path, "rb").read()
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


def function_of(job):
    """(name of the program, function from text to text, whether it takes bytes)"""
    if job.startswith("unicodedata:"):
        import unicodedata

        form = job.split(":")[1]
        return f"python unicodedata {unicodedata.unidata_version}", lambda t: unicodedata.normalize(form, t), False
    if job.startswith("hf:"):
        import tokenizers
        from tokenizers import normalizers

        step = getattr(normalizers, job.split(":")[1])()
        return "tokenizers " + tokenizers.__version__, step.normalize_str, False
    if job.startswith("sentencepiece:"):
        import sentencepiece

        step = sentencepiece.SentencePieceNormalizer(rule_name=job.split(":")[1], add_dummy_prefix=False,
                                                     escape_whitespaces=False, remove_extra_whitespaces=True)
        return "sentencepiece " + sentencepiece.__version__, step.normalize, False
    if job == "neologdn":
        import importlib.metadata

        import neologdn

        return "neologdn " + importlib.metadata.version("neologdn"), neologdn.normalize, False
    if job == "html":
        import html

        return "python html.unescape", html.unescape, False
    if job.startswith("decode:"):
        charset = job.split(":")[1]
        return "python decode", lambda b: b.decode(charset, "replace"), True
    if job == "charset_normalizer":
        import charset_normalizer

        return (
            "charset_normalizer " + charset_normalizer.__version__,
            lambda b: str(charset_normalizer.from_bytes(b).best().encoding),
            True,
        )
    if job == "chardet":
        import chardet

        return "chardet " + chardet.__version__, lambda b: str(chardet.detect(b)["encoding"]), True
    sys.exit("no such job: " + job)


def main():
    path, job = sys.argv[1:3]
    try:
        program, function, takes_bytes = function_of(job)
    except ImportError:
        return
    texts = list(records(path))
    if not takes_bytes:
        texts = [text.decode() for text in texts]
    start = time.perf_counter()
    results = [function(text) for text in texts]
    seconds = time.perf_counter() - start
    digest = xxhash.xxh3_64()
    for result in results:
        digest.update(result.encode())
    print(json.dumps({"program": program, "job": job, "first": seconds, "best": seconds, "hash": digest.hexdigest()}))


main()
