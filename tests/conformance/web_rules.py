# SPDX-License-Identifier: Apache-2.0
#
# Counters of web corpora by NeMo Curator's own filters, and written down anew from their published definitions
# (doc/filters.md names the source of each), and compared: web_rules.py TOKENIZE WORDS DICTIONARY [TEXT.jsonl...]. CLEAN_TEXTS=N:
# how many made documents; CLEAN_REAL=N: how many of each file.
import ctypes
import itertools
import math
import os
import random
import re
import sys
import types
import unicodedata
import zlib

import near_bounds
from clean_texts import compare_values, made_texts, mecab_words, read_texts, scores


def load_nemo():
    """The modules of NeMo Curator's filters, without what its packages import beside them (Ray and others)."""
    name = ""
    for part in ("nemo_curator", "stages", "text", "filters", "heuristic"):
        name = f"{name}.{part}" if name else part
        folder = next(os.path.join(path, name.replace(".", "/")) for path in sys.path
                      if os.path.isdir(os.path.join(path, name.replace(".", "/"))))
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [folder]
    from nemo_curator.stages.text.filters.heuristic import string
    from nemo_curator.stages.text.filters.heuristic.repetition import repetition
    return string, repetition


string, repetition = load_nemo()
# What versions before 1.4.0 had
OLD_ADDRESS = re.compile("http[s]?://(?:[a-zA-Z]|[0-9]|[$-_@.&+]|[!*\\(\\),]|(?:%[0-9a-fA-F][0-9a-fA-F]))+")
NEMO = {
    "nemo_other_characters": (string.NonAlphaNumericFilter(), None),
    "nemo_digits": (string.NumbersFilter(), None),
    "nemo_urls": (string.UrlsFilter(), None),
    "nemo_urls/compat": (string.UrlsFilter(url_regex=OLD_ADDRESS), None),
    "nemo_white_space": (string.WhiteSpaceFilter(), None),
    "nemo_parentheses": (string.ParenthesesFilter(), None),
    "nemo_bullet_lines": (string.BulletsFilter(), 1.0),
    "nemo_unended_lines": (string.PunctuationFilter(), 1.0),
    "nemo_ellipsis_lines": (string.EllipsisFilter(), 1.0),
    "nemo_distinct_lines": (repetition.RepeatedLinesFilter(), 0.0),
    "nemo_distinct_line_characters": (repetition.RepeatedLinesByCharFilter(), 0.0),
    "nemo_distinct_paragraphs": (repetition.RepeatedParagraphsFilter(), 0.0),
    "nemo_distinct_paragraph_characters": (repetition.RepeatedParagraphsByCharFilter(), 0.0),
}

# Those that look at words, and their value of a text without any
NEMO_WORDS = {
    "nemo_words": (string.WordCountFilter(), 0),
    "nemo_word_length": (string.MeanWordLengthFilter(), 0.0),
    "nemo_longest_word": (string.LongWordFilter(), 0),
    "nemo_symbol_words": (string.SymbolsToWordsFilter(), 1.0),
    "nemo_alphabetic_words": (string.WordsWithoutAlphabetsFilter(), 0.0),
}
COMMON = string.CommonEnglishWordsFilter()
cut = {}  # the words of each text, where a dictionary finds them


def nemo_of_words(text):
    """Values by the words that stand between white space, or by those of a dictionary."""
    found = {}
    for name, (package, worst) in NEMO_WORDS.items():
        if cut:
            package._word_splitter = lambda _: cut[text]
        try:
            found[name] = package.score_document(text)
        except (ValueError, ZeroDivisionError):
            assert not (cut[text] if cut else text.split()), (name, text)
            found[name] = worst
    return found | {"nemo_common_words": COMMON.score_document(text)}


def compare_words(tokenize, words, texts):
    """The filters that look at words; how many values were compared, and how many are wrong."""
    command = [tokenize, "clean", "-d", words]
    arguments = {name: name for name in (*NEMO_WORDS, "nemo_common_words")}
    expected = [nemo_of_words(text) for text in texts]
    # No unknown word of a dictionary has 1,000 characters.
    near = {name: name for name in arguments if not cut or name != "nemo_longest_word"}
    wrong = near_bounds.check(command, near, texts, expected)
    for text, values_of_text, line in zip(texts, expected, scores(command, arguments, texts), strict=True):
        if values_of_text != line["values"]:
            wrong += 1
            print(f"{words}: {line['values']}, not {values_of_text}, of {text[:80]!r}")
    return len(texts) * len(arguments), wrong


def nemo(name, text):
    """The filter's value, and whether it keeps the text; where it divides by zero, the worst."""
    package, worst = NEMO[name]
    try:
        value = package.score_document(text)
    except ZeroDivisionError:
        assert worst is not None, (name, text)
        value = worst
    return value, package.keep_document(value)


# The library itself: the package lz4 for Python compresses by another function.
lz4 = ctypes.CDLL("liblz4.so.1")


def lz4_size(data):
    room = lz4.LZ4_compressBound(len(data))
    return lz4.LZ4_compress_default(data, ctypes.create_string_buffer(room), len(data), room)


def uzushio(text):
    """Paragraphs without paths (Document.parse), what of them is within links, and how they are compressed."""
    paragraphs = [part.split("\x1c", 1)[-1] for part in text.split("\n")]
    total = linked = 0
    for part in paragraphs:
        for mark, plain in re.findall("([\x02\x03]?)([^\x02\x03]*)", part):
            units = len(plain.encode("utf-16-le")) // 2
            total, linked = total + units, linked + (units if mark == "\x02" else 0)
    data = "".join(paragraphs).encode()
    data = data[:1 << 20].decode(errors="ignore").encode()
    return share(linked, total), share(lz4_size(data), len(data)) if data else 0.0


def share(part, whole, otherwise=0.0):
    return part / whole if whole else otherwise


def rust_lines(text):
    """str::lines: between line feeds, one carriage return off the end of a line that has a line feed."""
    lines = text.split("\n")
    last = lines.pop()
    return [line.removesuffix("\r") for line in lines] + ([last] if last else [])


def longest_words(text, words):
    """The different words that stand in the text, the longest at each place, from left to right."""
    found, at, longest = set(), 0, max(map(len, words))
    while at < len(text):
        size = next((n for n in range(longest, 0, -1) if text[at:at + n] in words and at + n <= len(text)), 0)
        if size:
            found.add(text[at:at + size])
        at += size or 1
    return found


def values(text, words, name):
    size = len(text)
    lines = rust_lines(text)
    header = math.floor(len(lines) * 0.2)
    short = [len(line.encode()) < 100 for line in lines]
    long = sum(len(line) for line in lines if len(line) >= 100)
    code = [len(line) for line in text.splitlines()]
    units = len(text.encode("utf-16-le")) // 2
    data = text.encode()
    links, compression = uzushio(text)
    judged = {name: nemo(name, text) for name in NEMO}
    return {
        "kept": all(keep for _, keep in judged.values()),
        **{name: value for name, (value, _) in judged.items()},
        "uzushio_links": links,
        "uzushio_compression": compression,
        "oscar_header": share(sum(short[:header]), header),
        "oscar_footer": share(sum(short[len(short) - header:]), header),
        "oscar_long_lines": share(long, sum(map(len, lines)), 1.0),
        "hplt_line_length": sum(map(len, lines)) / (text.count("\n") + 1),
        "uzushio_hiragana": share(sum(0x3040 <= ord(c) <= 0x309F for c in text), units),
        "uzushio_length": units,
        f"uzushio_word_types:{name}": len(longest_words(text, words)),
        "llm_jp_compression": share(len(zlib.compress(data, level=9)), len(data)),
        "code_longest_line": max(code, default=0),
        "code_line_length": share(sum(code), len(code)),
        "code_alphanumeric": share(sum(unicodedata.category(c)[0] in "LN" for c in text), size),
    }


def words_of_nemo(source, count):
    """Words that are signs, long ones, letters and what is no letter, kinds of white space."""
    parts = ["the", "be", "of", "The", "thé", "#", "##", "#a", "#a#", "#a#b#", "###a#", "...", "…", "[...]", "(...)", "[…]", "-»", "....", "12", "-", "é",
             "日本", "ー", "Ⅳ", "ⓐ", "①", "\u0345", "\u0e47", "𠮷", "๑", "a1", "x" * 40]
    for _ in range(count):
        pool = source.sample(parts, source.randint(1, 8))
        yield source.choice((" ", " ", "\n", "\u3000", " \t", "\x1c", "\u2028")).join(source.choice(pool) for _ in range(source.randrange(40)))


def words_near(source):
    """Of word filters one below, at and above each bound, whatever cuts the words."""
    for count in (49, 50, 51, 99_999, 100_000, 100_001):
        yield " ".join(["ab", "the"] * (count // 2) + ["of"] * (count % 2))
    for size in (999, 1000, 1001):
        yield "word " * 60 + "a" * size
    for total in (299, 300, 301, 999, 1000, 1001):
        yield " ".join("a" * (total // 100 + (i < total % 100)) for i in range(100))
    for count in range(8, 13):
        yield " ".join(["word"] * (100 - count) + ["#"] * count)
        yield "語 " * (100 - count) + "… " * count
    for count in range(78, 83):
        yield " ".join(["word"] * count + ["12"] * (100 - count))
    for count in range(5):
        yield " ".join(["word"] * 60 + ["the", "the", "of", "with"][:count])


def lines_of_nemo(source, count):
    """Lines that come again, bullets, marks at their ends, white space around them, empty paragraphs."""
    starts = ["", "", "", " ", "\u3000", "\t"] + list("•‣⁃⁌⁍∙○●◘◦⦾⦿-·▪")
    ends = ["", " ", "\u3000", "\x1c", "\u2028", "\r"]
    marks = [".", "?", "!", '"', "'", "。", "...", "[...]", "…", "(...)", "[…]", "-»", "read more..", "read more", "Read More", "read more.",
             "READ MORE..", "rea\u1e0f more", "..", "[..]", "»", "\u212a", "x"]
    for _ in range(count):
        pool = [source.choice(starts) + source.choice(("", "text", "日本語", "𠮷")) + source.choice(marks) + source.choice(ends)
                for _ in range(source.randint(1, 6))] + [""]
        yield source.choice(("\n", "\n\n", "\n\n\n")).join(source.choice(pool) for _ in range(source.randrange(12)))


def linked(source, count):
    """Texts of links and paths of paragraphs, as Uzushio marks them."""
    parts = ["\x02", "\x03", "\x1c", "\n", "\n\n", "本文です。", "link", "𠮷", "body>p.a#b", " "]
    for _ in range(count):
        yield "".join(source.choice(parts) for _ in range(source.randrange(30)))


def compressible(source):
    """Texts of all sizes around those at which LZ4 changes its tables, and above the MiB that is looked at."""
    letters = [chr(0x3042 + i) for i in range(60)] + ["a", "\n", "。", "𠮷"]
    words = ["".join(source.choice(letters) for _ in range(source.randint(1, 12))) for _ in range(3000)]
    for size in [*range(0, 40), 255, 269, 270, 271, 524, 525, 526, 21000, 21840, 21846, 21850, 21900, 65535, 65546, 65547, 65548, 66000, 349_526,
                 349_530]:
        for kind in range(4 if size < 70_000 else 1):
            pool = words if kind == 0 else source.sample(words, 3) if kind == 1 else letters if kind == 2 else ["a", "b", "ab"]
            text, length = [], 0
            while length < size:
                text.append(source.choice(pool))
                length += len(text[-1])
            yield "".join(text)[:size]
    yield "x" * 1_100_000
    yield "".join(chr(source.randrange(0x4E00, 0x9FFF)) for _ in range(360_000))


def addresses(source, count):
    parts = ["http://", "https://", "http:/", "httpss://", "h", "http", "a.jp", "/b?c=d#e", "%E3", "%zz", "%", "<", ">", ";", "'", "~", "^", "`", "日本", " ", "\n",
             "\r\n", "\r", "\b", "()", "[1]", "⟨", "{", "12", "１２", "あ" * 33, "い" * 100, "x" * 99, "。\n", "\x0b", "𠮷", "\u2028"]
    for _ in range(count):
        pool = source.sample(parts, source.randint(1, 9))
        yield "".join(source.choice(pool) for _ in range(source.randrange(60)))


def near_thresholds():
    for lines in range(12):
        for short in range(4):
            yield "\n".join(["短い"] * short + ["長い" * 60] * lines + ["短い"] * short)
    for long in (59, 60, 61):
        yield "\n".join(["あ" * 100] * long + ["い" * 50] * (2 * (100 - long)))
    for size in (99, 100, 101):
        yield "あ" * size + "\n" + "x" * size + "\r\n"
    for repeat in range(1, 40):
        yield "今日は良い天気です。" * repeat + "".join(chr(0x4E00 + 37 * i % 5000) for i in range(20))


def main():
    tokenize, list_path, dictionary, *files = sys.argv[1:]
    count = int(os.environ.get("CLEAN_TEXTS", "1000"))
    texts = list(made_texts(31, count)) + list(addresses(random.Random(32), count)) + list(near_thresholds())
    texts += list(lines_of_nemo(random.Random(33), count)) + list(linked(random.Random(34), count)) + list(compressible(random.Random(35)))
    with open(list_path, encoding="utf-8") as file:
        words = {line.rstrip("\n") for line in file if line.strip("\n")}
    name = os.path.basename(list_path).rsplit(".", 1)[0]
    near = {name: name for name in near_bounds.KEPT
            if name.startswith(("nemo_", "oscar_", "hplt_", "uzushio_", "llm_jp_", "code_")) and name not in (*NEMO_WORDS, "nemo_common_words")}
    near[f"uzushio_word_types:{name}"] = near.pop("uzushio_word_types") + f":file={list_path}"
    texts += near_bounds.near([tokenize, "clean"], near, texts) if count else []
    made = len(texts)
    for path in files:
        texts += itertools.islice(read_texts(path), int(os.environ.get("CLEAN_REAL", "300")))
    expected = [values(text, words, name) for text in texts]
    filters = [{f"uzushio_word_types:{name}": f"uzushio_word_types:file={list_path}",
                "nemo_urls/compat": "nemo_urls:compat=true"}.get(key, key) for key in expected[0] if key != "kept"]
    wrong = near_bounds.check([tokenize, "clean"], near, texts[:made], expected[:made]) if count else 0
    lines = scores([tokenize, "clean"], filters, texts)
    for text, values_of_text, line in zip(texts, expected, lines, strict=True):
        if not values_of_text.pop("kept") and line["keep"]:
            wrong += 1
            print(f"kept, where NeMo Curator drops: {text[:80]!r}")
    compared, different = compare_values(texts, expected, lines)
    compared, wrong = compared + len(texts), wrong + different
    seen = {key: {row[key] for row in expected} for key in expected[0]}
    source = random.Random(36)
    more = list(words_of_nemo(source, count)) + list(words_near(source))
    for dictionary_name in ("white-space", dictionary):
        chosen = list(dict.fromkeys(more + texts[:made:4] + texts[made:]))
        if dictionary_name != "white-space":
            # A run of letters takes mecab the square of its length: ten of these texts took half of this test's time.
            chosen = [text for text in chosen if re.search("[a-z]{10000}", text) is None]
            cut.update(zip(chosen, mecab_words(dictionary, chosen)))
        values_of_words, bad = compare_words(tokenize, dictionary_name, chosen)
        compared, wrong = compared + values_of_words, wrong + bad
    constant = [key for key, found in seen.items() if len(found) < 3]
    print(f"compared {compared} values of {made} made and {len(texts) - made} real documents: {wrong} differ")
    sys.exit(1 if wrong or constant else 0)


main()
