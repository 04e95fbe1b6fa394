# SPDX-License-Identifier: Apache-2.0
#
# Values and verdicts of gopher_*, fineweb_*, c4_* and mc4_* filters against the package datatrove:
# datatrove_values.py TOKENIZE DICTIONARY [TEXT.jsonl...]. Both sides see the same words: those of mecab, or what
# stands between white space. CLEAN_TEXTS=N: how many made documents; CLEAN_REAL=N: how many of each file.
import functools
import itertools
import os
import random
import sys

import datatrove.pipeline.filters.fineweb_quality_filter as fineweb
import datatrove.pipeline.filters.gopher_quality_filter as quality
import datatrove.pipeline.filters.gopher_repetition_filter as repetition
import near_bounds
import numpy
from clean_texts import judged, made_texts, mecab_words, read_texts, scores
from datatrove.data import Document
import datatrove.pipeline.filters.c4_filters as c4
from datatrove.utils.text import PUNCTUATION_SET
from datatrove.utils.word_tokenizers import WhitespaceTokenizer
from gopher_texts import near_thresholds, pages, words_in_lines

JAPANESE_STOP_WORDS = list("のにをはたてがとで年し・月れさ")
cut = {}  # the words of each text


def words_of(text, language=None):
    return cut[text]


sentences = WhitespaceTokenizer()
for module in (fineweb, quality, repetition):
    module.split_into_words = words_of
find_top, find_all = repetition.find_top_duplicate, repetition.find_all_duplicate
top, repeated_characters = {}, {}  # what the package found in the words of a text, which its filters and we ask for in turn


class Sequences:
    """The package's sequences of `n` words, which are made when they are asked for the first time."""

    def __init__(self, words, n):
        self.words, self.n = words, n

    def __len__(self):
        return max(len(self.words) - self.n + 1, 0)


def find_top_once(sequences):
    key = id(sequences.words), sequences.n
    if key not in top:
        top[key] = find_top(make_sequences(sequences.words, sequences.n))
    return top[key]


def find_all_once(words, n):
    key = id(words), n
    if key not in repeated_characters:
        repeated_characters[key] = find_all(words, n)
    return repeated_characters[key]


make_sequences, repetition.get_n_grams = repetition.get_n_grams, Sequences
repetition.find_top_duplicate, repetition.find_all_duplicate = find_top_once, find_all_once


def share(part, whole):
    return part / whole if whole else 0.0


@functools.cache
def is_plain(word):
    return any(character not in PUNCTUATION_SET for character in word)


@functools.cache
def has_letters(word):
    return any(character.isalpha() for character in word)


def values(text):
    """What the filters compare, by the package's own functions and patterns."""
    words = cut[text]
    plain = list(filter(is_plain, words))
    lines = text.splitlines()
    package = repetition.GopherRepetitionFilter()
    found = {
        "gopher_words": len(plain),
        "gopher_word_length": float(numpy.mean([len(word) for word in plain])) if plain else 0.0,
        "gopher_hashes": share(text.count("#"), len(words)),
        "gopher_ellipses": share(text.count("...") + text.count("…"), len(words)),
        "gopher_bullet_lines": share(sum(s.lstrip().startswith(("•", "-")) for s in lines), len(lines)),
        "gopher_ellipsis_lines": share(sum(s.rstrip().endswith(("...", "…")) for s in lines), len(lines)),
        "gopher_alphabetic_words": share(sum(map(has_letters, words)), len(words)),
        "gopher_stop_words": len(set(quality.STOP_WORDS) & set(words)),
        "gopher_stop_words/japanese": len(set(JAPANESE_STOP_WORDS) & set(words)),
    }
    for name, parts in (("paragraph", package.paragraph_exp.split(text.strip())),
                        ("line", package._line_splitter.split(text))):
        repeated, characters = repetition.find_duplicates(parts)
        found[f"gopher_repeated_{name}s"] = repeated / len(parts)
        found[f"gopher_repeated_{name}_characters"] = share(characters, len(text))
    for n, _ in package.top_n_grams:
        ngrams = repetition.get_n_grams(words, n)
        found[f"gopher_top_{n}gram"] = share(repetition.find_top_duplicate(ngrams), len(text)) if ngrams else 0.0
    for n, _ in package.dup_n_grams:
        found[f"gopher_repeated_{n}gram/compat"] = share(repetition.find_all_duplicate(words, n), len(text))
    lines = [line for line in text.split("\n") if line.strip() != ""]
    package = fineweb.FineWebQualityFilter()
    found |= {
        "fineweb_ended_lines": share(sum(line.endswith(package.stop_chars) for line in lines), len(lines)),
        "fineweb_short_lines": share(sum(len(line) <= package.short_line_length for line in lines), len(lines)),
        "fineweb_repeated_characters": share(repetition.find_duplicates(lines)[1], len(text.replace("\n", ""))),
        "fineweb_line_feeds": share(text.count("\n"), len(words)),
        "c4_sentences": c4_sentences(text),
    }
    return found


counted = []  # how many sentences the package found in each line that it kept


def c4_split(line, language=None):
    found = sentences.sent_tokenize(line)
    counted.append(0 if "lorem ipsum" in line.lower() or "{" in line else len(found))
    return found


def c4_sentences(text):
    """Sentences in the lines that the package keeps, by its own filter, which goes on where a document is dropped."""
    counted.clear()
    c4.C4QualityFilter(filter_curly_bracket=False, filter_lorem_ipsum=False).filter(Document(text=text, id="0"))
    return sum(counted)


c4.split_into_sentences = c4_split


def distinct_words(text):
    """Repetition without compat: sequences are equal if their words are. A sequence is known by the number of its words but the
    last and that word; only those that stand in the text more than once can be repeated, so only these are looked at."""
    words = cut[text]
    known = {}
    single = numpy.array([known.setdefault(word, len(known)) for word in words], dtype=numpy.int64)
    ends = [0, *itertools.accumulate(map(len, words))]
    sequences = single
    for n in range(2, 11):
        if len(sequences) > 1:
            pairs = sequences[:-1] * len(known) + single[n - 1:]
            sequences, counts = numpy.unique(pairs, return_inverse=True, return_counts=True)[1:]
        else:
            sequences = counts = sequences[:0]
        if n < 5:
            continue
        seen, characters, at = set(), 0, 0
        again = numpy.flatnonzero(counts[sequences] > 1)
        for place, number in zip(again.tolist(), sequences[again].tolist()):
            if place < at:
                continue
            if number in seen:
                characters += ends[place + n] - ends[place]
                at = place + n
            seen.add(number)
        yield f"gopher_repeated_{n}gram", share(characters, len(text))


QUALITY = ("words", "word_length", "hashes", "ellipses", "bullet_lines", "ellipsis_lines", "alphabetic_words")
REPETITION = ("repeated_paragraphs", "repeated_paragraph_characters", "repeated_lines", "repeated_line_characters",
              "top_2gram", "top_3gram", "top_4gram")
FINEWEB = ("ended_lines", "short_lines", "repeated_characters", "line_feeds")


def gopher(names):
    return [f"gopher_{name}" for name in names]


def repeated(thresholds=None):
    for n in range(5, 11):
        bound = f",maximum={thresholds[n - 5]}" if thresholds else ""
        yield f"gopher_repeated_{n}gram:compat=true{bound}"


# The package's filter, and ours that do the same together.
FILTERS = [
    (quality.GopherQualityFilter(), gopher(QUALITY) + ["gopher_stop_words"]),
    (quality.GopherQualityFilter(min_avg_word_length=1, max_avg_word_length=6, max_non_alpha_words_ratio=0.759,
                                 stop_words=JAPANESE_STOP_WORDS),
     [{"gopher_word_length": "gopher_word_length:minimum=1,maximum=6",
       "gopher_alphabetic_words": "gopher_alphabetic_words:minimum=0.759"}.get(name, name)
      for name in gopher(QUALITY)] + ["gopher_stop_words:japanese=true"]),
    (repetition.GopherRepetitionFilter(), ["length:minimum=1"] + gopher(REPETITION) + list(repeated())),
    (repetition.GopherRepetitionFilter(
        dup_para_frac=0, dup_line_char_frac=0, dup_para_char_frac=0, dup_line_frac=0.328,
        top_n_grams=((2, 0.239), (3, 0.196), (4, 0.172)),
        dup_n_grams=((5, 0.243), (6, 0.225), (7, 0.207), (8, 0.19), (9, 0.175), (10, 0.159))),
     ["length:minimum=1", "gopher_repeated_lines:maximum=0.328", "gopher_top_2gram:maximum=0.239",
      "gopher_top_3gram:maximum=0.196", "gopher_top_4gram:maximum=0.172",
      *repeated((0.243, 0.225, 0.207, 0.19, 0.175, 0.159))]),
    (fineweb.FineWebQualityFilter(), [f"fineweb_{name}" for name in FINEWEB]),
    (c4.C4ParagraphFilter(), ["mc4_long_lines"]),
    (c4.C4QualityFilter(), ["c4_lorem_ipsum", "c4_braces", "c4_sentences"]),
]


NEAR = {name: name for name in near_bounds.KEPT if name.startswith(("gopher_", "fineweb_", "c4_", "mc4_"))}


def other_values(text):
    """Of the filters that the package has no numbers for."""
    return {"length": len(text), "mc4_long_lines": sorted([0, 0, *map(len, text.split("\n"))])[-3]}


def near_values(text):
    """Of the filters whose verdicts alone are compared: whether there is any."""
    return {"c4_braces": int("{" in text), "c4_lorem_ipsum": int("lorem ipsum" in text.lower())}


def compare(tokenize, dictionary, texts, near, made):
    """Verdicts on made texts are those of the command that reads them; on whole corpora those that it gives by their values, which is
    several times faster."""
    global wrong
    compared = kept = 0
    rows = []
    compat = [f"gopher_repeated_{n}gram:compat=true" for n in range(5, 11)]
    names = ([f"fineweb_{name}" for name in FINEWEB] + gopher(QUALITY + REPETITION) + compat +
             [name.split(":")[0] for name in compat] + ["gopher_stop_words", "gopher_stop_words:japanese=true",
                                                             "c4_sentences", "c4_lorem_ipsum", "c4_braces", "mc4_long_lines", "length:minimum=1"])
    command = [tokenize, "clean", "-d", dictionary]
    measured = scores(command, names, texts)
    for text, line in zip(texts, measured, strict=True):
        expected = values(text) | dict(distinct_words(text)) | other_values(text)
        if text in near:
            rows.append((text, expected | near_values(text)))
        assert expected.keys() == line["values"].keys() - near_values(text).keys(), expected.keys() ^ line["values"].keys()
        for name, value in expected.items():
            compared += 1
            if value != line["values"][name]:
                complain(f"{name}: {line['values'][name]!r}, not {value!r}, of {text[:80]!r}")
    if rows:
        wrong += near_bounds.check(command, NEAR, [text for text, _ in rows], [row for _, row in rows])
    for package, ours in FILTERS:
        verdicts = scores(command, ours, texts) if made else judged(command, ours, measured)
        for text, line in zip(texts, verdicts, strict=True):
            # Of what has no words or lines at all the package says nothing, or fails.
            if not cut[text]:
                continue
            compared += 1
            expected = package.filter(Document(text=text, id="0")) is True
            kept += expected
            if line["keep"] != expected:
                complain(f"{package.name}: {line['keep']}, not {expected}, of {text[:80]!r}")
    return compared, kept


def complain(text):
    global wrong
    wrong += 1
    if wrong < 10:
        print(text)


wrong = 0


def main():
    tokenize, dictionary, *files = sys.argv[1:]
    count = int(os.environ.get("CLEAN_TEXTS", "400"))
    source = random.Random(21)
    texts = [*made_texts(14, count), *words_in_lines(source, count), *pages(source, count)] if count else []
    near = list(near_thresholds(source)) if count else []
    made = len(texts) + len(near)
    real = []
    for path in files:
        real += itertools.islice(read_texts(path), int(os.environ.get("CLEAN_REAL", "150")))
    compared = kept = 0
    for name, chosen in ((dictionary, texts + near + real), ("white-space", texts + near)):
        if not chosen:
            continue
        close = near_bounds.near([tokenize, "clean", "-d", name], NEAR, texts + near) if count else []
        chosen = list(dict.fromkeys(chosen + close))
        for memory in (cut, top, repeated_characters):
            memory.clear()
        cut.update(zip(chosen, mecab_words(dictionary, chosen) if name == dictionary else map(str.split, chosen)))
        found = compare(tokenize, name, chosen, set(close), made)
        compared, kept = compared + found[0], kept + found[1]
    print(f"compared {compared} values and verdicts of {made} made and {len(real)} real documents, {kept} kept: "
          f"{wrong} differ")
    sys.exit(1 if wrong or (count and not kept) else 0)


main()
