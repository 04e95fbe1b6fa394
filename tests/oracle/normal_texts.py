# SPDX-License-Identifier: Apache-2.0
"""Texts to compare normalisers on: random ones that dwell on what rules join, and those of
JSON-lines files. Also reads the rules of a sentencepiece model."""
import io
import json
import os
import subprocess

from protobuf_fields import fields

# So many random texts for every step, and, from a million on, every code point. Without it: what a
# test run has the time for.
FULL = 1000000


def random_count(usual):
    return int(os.environ.get("RANDOM_TEXTS", usual))


def code_points(full):
    """Every code point, or without those that no version has assigned but for some samples: of the
    planes 4 to 13, of unassigned plane 14 and of the private planes 15 and 16."""
    used = set(range(0x34000)) | set(range(0xE0000, 0xE0200))
    for start in range(0x40000, 0x110000, 0x10000):
        used |= {start, start + 0xFFFD, start + 0xFFFE, start + 0xFFFF}
    points = range(0x110000) if full else sorted(used)
    return [point for point in points if not 0xD800 <= point < 0xE000]


# Characters that rules join or that spaces are made of come often.
GROUPS = (
    "かきくけこはひふへほうゝカキクケコハヒフヘホウワヲヽ" + "\u3099\u309a" * 8 + "ﾞﾟ" * 8,
    "ｶｷｸｹｺｻｼｽﾀﾂﾊﾋﾌﾍﾎｳﾜｦｯｬｭｮｰ｡｢｣､･ﾞﾟ", "ァアィイガパヴー", "ぁあぃいがぱゔ", "日本語漢字東京都神戸港",
    "aeiouyAEIOUYnNsSwWÅåạọAa", "".join(map(chr, range(0x300, 0x345))), "\u0300\u0301\u0302\u0323\u0345",
    "αιωΑΩυΥ\u0313\u0314\u0342", "".join(map(chr, range(0x1100, 0x1113))),
    "".join(map(chr, range(0x1161, 0x1176))), "".join(map(chr, range(0x11a8, 0x11c3))),
    "".join(map(chr, range(0x3131, 0x3164))), "".join(map(chr, range(0xffa1, 0xffdd))), "가각힣갸",
    " " * 6 + "\u3000\u00a0\u2581\u200b\u2003", "\t\n\r\x0b\x0c\x01\x1f\x7f\x8f\x9f\x85\x00",
    "\ufeff\u200c\u200d\u200e\u061c\u2028\ufffd\uff5e〜~", "①⑴㍿㌔㎏ⅣＡａ１！㈱ﷺﷲ", "ʰｱ𝐀𝕒𝟎", "…―“”、。「」！？",
    # Marks with a combining class that are spacing or younger than Unicode 8.0 or 9.0.
    "\u302e\u302f\u302a\u08d4\u08e1\u1dfb\u1ac1\U0001d15f\U0001d165\U0001d16d\U0001e000\U0001e947",
    "\u0627\u0644\u0653\u0654\u0655\u06d5\u0930\u093c\u09c7\u09be\u0b47\u0b56\u1025\u102e",
    "ẞßſİıȺȾΣςĲǅ", "\U0001f600\U00011099\U000110ba\U0001d15e\U0002f800\U0010ffff")
BAD = (b"\xff", b"\x80", b"\xe3", b"\xe3\x81", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80",
       b"\xf0\x9f", b"\xef\xbf")


def model_of(sentencepiece, rule, **options):
    """The bytes of a model that is trained here on a few words."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["hello world", "こんにちは 世界"] * 10), model_writer=model,
        vocab_size=30, hard_vocab_limit=False, normalization_rule_name=rule, minloglevel=2,
        **options)
    return model.getvalue()


def charsmap_of(sentencepiece, rule):
    """The precompiled_charsmap of a rule."""
    return dict(fields(dict(fields(model_of(sentencepiece, rule)))[3]))[2]


def weighted_parts(source, count=30000):
    """Parts of random texts, each as often as it should come."""
    parts = []
    for _ in range(count):
        choice = source.random()
        if choice < 0.03:
            parts.append(source.choice(BAD))
        elif choice < 0.08:
            parts.append(chr(source.randrange(0x110000)).encode("utf-8", "surrogatepass"))
        elif choice < 0.15:
            parts.append(b" ")
        elif choice < 0.2:
            parts.append(source.choice(GROUPS)[:20].encode())
        else:
            parts.append(source.choice(source.choice(GROUPS)).encode())
    return parts


def random_texts(source, count):
    parts = weighted_parts(source)
    return [b"".join(source.choices(parts, k=source.randrange(1, 24))) for _ in range(count)]


def corpus_texts(path):
    if path.endswith(".zst"):
        opened = subprocess.Popen(["zstd", "-dc", path], stdout=subprocess.PIPE).stdout
    else:
        opened = open(path, "rb")
    with opened as lines:
        for line in lines:
            record = json.loads(line)
            for value in record.values():
                if isinstance(value, str):
                    yield value.encode("utf-8", "surrogatepass")


def valid(texts):
    """Some references take no bytes that are not UTF-8."""
    return (text.decode("utf-8", "ignore").encode() for text in texts)


def batches(texts, size):
    batch, total = [], 0
    for text in texts:
        batch.append(text)
        total += len(text)
        if total > size:
            yield batch
            batch, total = [], 0
    yield batch
