#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares pre-tokenizers that are lists of steps with HF tokenizers and tiktoken.

    split_steps.py PROBE [FILE ...]

PROBE is split_probe. Compared are the chunks and, with HF, where in the text they came from: each
type of pre-tokenizer with all options, Sequences of them (SEQUENCES, 300 unless told), regular
expressions of published models, and generated ones (PATTERNS, 2000 unless told), some of which
the library refuses. Texts: those of pre_tokenizers.py, fewer where there are many steps. Needs
the Python packages `tokenizers` and `tiktoken`. Exit status: 0 equal, 1 different, 2 cannot run.
"""
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

import pre_tokenizers as texts_of

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
UPPER, LOWER = r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}", r"\p{Ll}\p{Lm}\p{Lo}\p{M}"
TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"

# Regular expressions that tokenizers of published models have, in HF's Split or in tiktoken's files.
# Those of the scanners are in the list too, spelled so that the library does not know them.
PUBLISHED = {
    "gpt2": GPT2,
    "gpt2-possessive": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "llama3": r"(?:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "llama3-fold": r"(?i:'s|'t|'re|'ve|'m|'ll|'d|'xx)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    "olmo2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,2}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "o200k": rf"[^\r\n\p{{L}}\p{{N}}]?[{UPPER}]*[{LOWER}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{{L}}\p{{N}}]?[{UPPER}]+[{LOWER}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{{N}}{{1,2}}" + TAIL,
    "kimi-k2": "|".join([
        r"[\p{Han}]+",
        rf"[^\r\n\p{{L}}\p{{N}}]?[{UPPER}&&[^\p{{Han}}]]*[{LOWER}&&[^\p{{Han}}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        rf"[^\r\n\p{{L}}\p{{N}}]?[{UPPER}&&[^\p{{Han}}]]+[{LOWER}&&[^\p{{Han}}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"]),
    "tekken": rf"[^\r\n\p{{L}}\p{{N}}]?[{UPPER}]*[{LOWER}]+|[^\r\n\p{{L}}\p{{N}}]?[{UPPER}]+[{LOWER}]*|\p{{N}}+" + TAIL,
    "deepseek-v3-numbers": r"\p{N}{1,3}+?",
    "deepseek-v3-cjk": "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
    "deepseek-v3-rest": r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "deepseek-coder-newline": r"[\r\n]",
    "deepseek-llm-letters": r"\s?[A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf]+",
    "deepseek-llm-signs": r"\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+",
    "deepseek-space-end": r"\s+$",
    "deepseek-coder-cjk": "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+".replace("\ud7ff", "\ud7fb"),
    "bloom": " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+",
    "poro": " ?[^(\\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+",
    "bloom-newer": " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+",
    "chameleon-image": "\u5bf9|<sentinel:[0-9]+>",
    "chameleon-digits": r"\p{N}",
    "chameleon-newline": r"(?:\t){1,8}|(?:\n){1,4}|[ ]{2,16}",
    "jais": r"[\r\n]|\s?\p{L}+|\s?\p{P}+|[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7a3]+|\p{N}",
    "viking": " ?[^(\\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+|\\p{N}",
    "tiktoken-p50k": r"'s|'t|'re|'ve|'m|'ll|'d| ?[\p{L}]+| ?[\p{N}]+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?(?:\p{L})+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen3.5": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "starcoder": r"\p{N}",
    "exaone": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n(?:\p{L}\p{M}*(?:\p{L}\p{M}*)*)\p{N}]?\p{L}\p{M}*|\p{N}| ?[^\s\p{L}\p{N}]+|\s+",
    "falcon": r"[0-9][0-9][0-9]",
    "falcon-h1": r"\p{N}{1,3}(?=(\p{N}{3})*\b)",
    "superbpe": r"\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|$))|[^\p{N}]+",
    "superbpe-digits": r"(?=(\d{3})+(?!\d))",
    "minerva": r" ?\p{L}+|\d",
    "glm4": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "llm-jp-start": r"(?<!\n)^",
    "space-runs": r" {2,}| ",
    "clip": r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    "codegen-space": r"(?<=\S) (?=\S)",
    "roberta-word": r"\b\w+\b|\W",
    "mpt": r"\s+(?=\S)|\S+",
    "granite-code": r"\p{N}{1}|[\p{L}_]+",
    "seed-oss": r"(?i:[sdmt]|ll|ve|re)'|\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\d+|.",
    "grok-2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "hunyuan-dense": r"[\u4e00-\u9fff]|\p{L}+|\p{N}|\s|[^\s\p{L}\p{N}]",
    "script-runs": r"\p{Hiragana}+|\p{Katakana}+|\p{Han}+|\p{Latin}+|\p{Cyrillic}+",
    "japanese-lines": r"[^\u3002\uff01\uff1f\n]+[\u3002\uff01\uff1f]*|\n+",
    "posix": r"[[:alpha:]]+|[[:digit:]]+|[[:punct:]]+|[[:space:]]+",
    "negated-posix": r"[[:^alpha:][:cntrl:]]+|[[:word:]&&[^_]]+",
    "possessive": r"\p{L}++(?!\p{N})|\p{N}*+\p{P}?+|.",
    "atomic": r"(?>\p{L}+|\p{N}+)(?<!\d)|\s",
    "lookbehind": r"(?<=[a-z])(?=[A-Z])|(?<!^)_+|(?<=\p{Han}|ab)\p{Hiragana}+",
    "lazy": r"\w+?(?=\d)|\w{2,4}?|\s*?\n|.",
    "hex": r"\h+|\H",
    "words": r"\w+|\d+|\W",
    "bracket-words": r"[\w]+|[\W\d]",
}

# What few expressions have: back references, places, line ends, clusters, looks behind of any width,
# letters beyond ASCII without case. Each library refuses some of them.
RARE = [
    r"(a)\1", r"(.)\1+", r"(\p{L})\1|\p{L}+", r"(?<n>\p{Han}|[\u3041-\u3093])\k<n>", r"(.)(.)\2\1",
    r"(?<q>['\"])[^'\"]*\k<q>", r"(?:(a)|b)+\1", r"((a)|b)+\2", r"(\w)\w*?\1|.", r"(?=(..))\1x?|.",
    r"(?!(.)\1).", r"(?>(.)|a)\1", r"(\s)\k<1>", r"(\s)\k<-1>", r"(?<=(.))\1", r"(?:(.)\1){2}",
    r"(\w{2,})\s+\1", r"(?:(\p{L})\1|.)++", r"(?P<n>.)(?P=n)", r"(?'n'\w)\k'n'",
    r"\X", r"\X{2}", r"a\X|\X", r".\X", r"\p{Han}\X|.", r"\X(?=\n)", r"(?<=\u200d)\X",
    r"a\K.", r"\w+\K\s+", r"(?:a\K|b)+.", r"(?>a\K|b)+x|.", r"(?:\p{L}\K)+\s",
    r"\Ga", r"\G\p{L}|\G\s", r"\G..|x", r"(?:\G|\s)\w", r"\b\G\w",
    r"\R", r"\R+", r"\s*\R", r"(?:\R|\s)+", r"\R\n|.", r"\N+", r"\O{3}", r"(?m:\N)+",
    r"(?<=a+)b", r"(?<=\p{L}{1,3}\s?)\p{N}", r"(?<!\p{L}+)\p{L}", r"(?<=(?:a|bc)\s*).", r"(?<=^|\s+)\w",
    r"(?<=\s*)\w", r"(?<!\s{2,})\S", r"(?<=[\u3041-\u3093]{2,4})[\u30a1-\u30f3]+", r"(?<=.*)x",
    r"(?<=\p{N}{1,3}(?:,\p{N}{3}){0,2})\p{L}", r"(?<!a*b?c)\w+", r"(?<!x|\p{Han}{1,2})\p{Hiragana}",
    r"(?i:\u00e9)", r"(?i)[\u00e0-\u00f6]+", r"(?i)[^\u00e9]+", r"(?i:\uff41)+", r"(?i)\u044f|\u0446+",
    r"(?i:\u03c3)+", r"(?i)\u01c4.", r"(?i)[\u0400-\u04ff]+|.", r"(?i)[^\u0400-\u04ff\s]+",
    r"(?i)k\u0345?", r"(?i)\p{Lu}+", r"(?i)\P{Lu}+", r"(?i)[\p{Ll}&&[^a-m]]+", r"(?i)[[:upper:]]+",
    r"(?i)[^\p{Lu}\s]+", r"(?i)\W+|\w", r"(?i)[\P{Ll}]+", r"(?i)(?<=\u00e9+)\w", r"(?i)\uff21\uff22",
    "(?x) a b # c\n | c+ |\\ d", r"(?x: a [b c] ) b", r"a(?#x)+|b(?#\))*c", r"(?x)\w +  (?-x: )\w",
    r"(?<n>a|bc)\g<n>", r"\g<n>(?<n>a|bc)+", r"(?<n>(?<m>.)\k<m>)\g<n>", r"(\p{L})\g<1>{2}\1", r"(?i:(?<n>a))\g<n>",
    r"(a|b)\g<-1>\1", r"\g<+1>(b|c)", r"(?<a>\p{N})(?<b>\g<a>\g<a>)(?:,\g<b>)*", r"(?:\g<1>|x)(a|b)+", r"(?x)\g'n' (?'n' a | b)",
    r"(?:\2b|(a)(b))+", r"(?:\1c|(.b))+", r"(a\1|b)+", r"(?:\3|(a)|(b)(c))+", r"(?:(a)|b)(?(1)b|c)", r"(a)?(?(1)b)",
    r"(?<n>a)?(?(<n>)b|c|d)", r"(?:(?<n>\p{Han})|.)(?(<n>)\p{Hiragana}*|\s)", r"(?(1)a|(b))+", r"(?:(?(1)b|a)|(a))+",
    r"[]ab]+", r"[^]ab]+", r"\101\x42|\x9", r"a{2}{3}|b", r"{a}|{", r"a{,2}b{0}", r"\p{LC}+|\p{Lowercase}", r"\p{Upper}",
    r"(?:a(*FAIL)|b)+", r"((?i)a)b", r"((?x) a )\ b", r"a{3,1}|b{2}+", r"a{2,2}?b", r"(?=(a))b|\1a",
    r"(?i)[[^a-c]&&[\p{L}]]+", r"(?i)[^[^\p{Lu}]]", r"(?i)\u00df|\u01c5", r"(?i:\u2160|\u24d0)+",
]
RARE_WORDS = [
    "aa", "abab", "aabb", "ab\r\ncd\r\r\n\n", "\U0001f468\u200d\U0001f469\u200d\U0001f467x",
    "\U0001f1ef\U0001f1f5\U0001f1fa\U0001f1f8\U0001f1ef", "e\u0301e\u0301 \u304b\u3099",
    "\u1100\u1161\u11a8\uac01\u11a8", "aaa bbb aaa", "'x' \"y\" 'z\"", "123,456a 12b",
    "\u3042\u3044\u30a6\u30a8\u30aa\u304b\u30ad", "\u00c0\u00d6\u00e0\u00f6\u00c9\u00e9 \u00dfSSss \ufb01fi",
    "\u03c3\u03c2\u03a3 \u01c4\u01c5\u01c6 \u041a\u043a \u042f\u044f \uff21\uff41\uff42\uff22", "k\u212aK \u017fsS",
    "\u24d0\u24b6 \u2160\u2170", "\u0915\u094d\u0937\u093f \u0600a", "\U00010d50\U00010d70 \ua7cb\u0264",
    "\U00016ea0\U00016ebb", "\ua64b\u1c88 \u03a9\u03c9\u2126 \u00c5\u00e5\u212b", "\u03b8\u03d1\u03f4 \u1e9e \u0130i\u0131",
    "\u6771\u6771\u4eac \u3042\u3042\u3044", "abcbcbd bccd",
]

SPLIT_KINDS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]


def escape(text):
    return re.sub(r"([,:=\\])", r"\\\1", text)


def split(pattern, behavior="isolated", invert=False, regex=True):
    return ("split", pattern, behavior, invert, regex)


def spelled(step):
    kind, *rest = step
    if kind == "split":
        return (f"split-hf0.23:{'regex' if rest[3] else 'text'}={escape(rest[0])}:"
                f"behavior={rest[1]}:invert={str(rest[2]).lower()}")
    if kind == "digits":
        return f"digits-hf0.23:individual={str(rest[0]).lower()}"
    if kind == "punctuation":
        return f"punctuation-hf0.23:behavior={rest[0]}"
    if kind == "delimiter":
        return f"delimiter-hf0.23:character={escape(rest[0])}"
    if kind == "fixed_length":
        return f"fixed_length-hf0.23:length={rest[0]}"
    if kind == "metaspace":
        return (f"metaspace-hf0.23:replacement={escape(rest[0])}:prepend={rest[1]}:"
                f"split={str(rest[2]).lower()}")
    if kind == "byte_level":
        return (f"byte_level-hf0.23:prefix_space={str(rest[0]).lower()}:"
                f"regex={str(rest[1]).lower()}")
    return f"{kind}-hf0.23"


def reference(step):
    from tokenizers import Regex, pre_tokenizers
    kind, *rest = step
    if kind == "split":
        return pre_tokenizers.Split(Regex(rest[0]) if rest[3] else rest[0], rest[1], rest[2])
    if kind == "digits":
        return pre_tokenizers.Digits(individual_digits=rest[0])
    if kind == "punctuation":
        return pre_tokenizers.Punctuation(rest[0])
    if kind == "delimiter":
        return pre_tokenizers.CharDelimiterSplit(rest[0])
    if kind == "fixed_length":
        return pre_tokenizers.FixedLength(length=rest[0])
    if kind == "metaspace":
        return pre_tokenizers.Metaspace(rest[0], rest[1], rest[2])
    if kind == "byte_level":
        return pre_tokenizers.ByteLevel(add_prefix_space=rest[0], use_regex=rest[1])
    return {"whitespace": pre_tokenizers.Whitespace,
            "whitespace_split": pre_tokenizers.WhitespaceSplit,
            "bert": pre_tokenizers.BertPreTokenizer,
            "unicode_scripts": pre_tokenizers.UnicodeScripts}[kind]()


def all_steps():
    """Every type with every option."""
    for behavior in SPLIT_KINDS:
        for invert in (False, True):
            yield split(r"\s+", behavior, invert)
            yield split(r"\d|-", behavior, invert)
            yield split("", behavior, invert, regex=False)
            yield split("a*", behavior, invert)
            yield split(" ", behavior, invert, regex=False)
            yield split("'s", behavior, invert, regex=False)
            yield split(r"(?=\p{Lu})", behavior, invert)
        yield ("punctuation", behavior)
    for each in (False, True):
        yield ("digits", each)
    for kind in ("whitespace", "whitespace_split", "bert", "unicode_scripts"):
        yield (kind,)
    for character in (" ", "a", "\u3002", "\U0001f600", ":", "\\"):
        yield ("delimiter", character)
    for length in (1, 2, 5, 100):
        yield ("fixed_length", length)
    for character in ("\u2581", "_", " ", "\U0001f600"):
        for scheme in ("always", "never", "first"):
            for cuts in (False, True):
                yield ("metaspace", character, scheme, cuts)
    for space in (False, True):
        for regex in (False, True):
            yield ("byte_level", space, regex)


ATOMS = ["a", "s", " ", "\u3042", r"\p{L}", r"\p{N}", r"\p{Lu}", r"\p{M}", r"\p{Han}", r"\s", r"\S",
         r"\d", r"\w", r"\W", ".", r"[^\s\p{L}\p{N}]", r"[a-z]", r"[^a-z]", r"[\p{L}&&[^a-m]]", r"\n", r"[\r\n]",
         r"'", r"[\u3040-\u30ff]", r"\b", r"\B", "^", "$", r"\A", r"\z", r"[[:punct:]]", r"\P{L}",
         r"\p{^N}", r"\h", r"[\w\-']", r"\x{30fc}", r"\u30fb", r"\Z", "12", "re"]
REPEATS = ["", "", "", "", "?", "*", "+", "*?", "+?", "??", "++", "*+", "?+", "{2}", "{1,3}", "{2,}", "{,2}",
           "{1,2}?", "{0,3}", "{2}?", "{1,2}+"]
LOOKS = ["(?=", "(?!", "(?<=", "(?<!"]


RARE_ATOMS = [r"\X", r"\R", r"\K", r"\G", r"\N", r"\1", r"\2", r"\k<n>", r"\k<-1>", r"(?<n>\w)", r"(.)", r"(a|b)",
              r"(?<=a+)", r"(?<!\s*a)", r"(?<=\w{1,2})", r"(?<=\p{Han}*|b)", r"(?i:\u00e9)", r"(?i:[\u0430-\u044f])",
              r"(?i:\uff41)", r"(?i:\u03c3)"]


def rare_pattern(source):
    """A generated expression with some of what is rare."""
    alternatives = []
    for _ in range(source.choice((1, 1, 2))):
        items = [source.choice(ATOMS if source.random() < 0.4 else RARE_ATOMS) +
                 source.choice(REPEATS) for _ in range(source.randint(1, 4))]
        place = source.randint(0, len(items))
        if source.random() < 0.5:
            opening = source.choice(["(?:", "(", "(?>", "(?=", "(?!"])
            items[place:] = [opening + "".join(items[place:]) + ")"]
        alternatives.append("".join(items))
    return "|".join(alternatives)


def rare_texts(source, count):
    letters = [letter for word in RARE_WORDS for letter in word]
    for _ in range(count):
        yield "".join(source.choices(letters + texts_of.NASTY[:60], k=source.randint(2, 30)))
        yield "".join(source.choices(RARE_WORDS, k=source.randint(1, 4)))


def random_pattern(source, depth=2):
    alternatives = []
    for _ in range(source.choice((1, 1, 2, 3))):
        items = []
        for _ in range(source.randint(1, 3)):
            choice = source.random()
            if depth > 0 and choice < 0.2:
                items.append(source.choice(["(?:", "(", "(?>", "(?i:", "(?m:"]) +
                             random_pattern(source, depth - 1) + ")" + source.choice(REPEATS))
            elif depth > 0 and choice < 0.3:
                items.append(source.choice(LOOKS) + source.choice(ATOMS) + ")")
            else:
                items.append(source.choice(ATOMS) + source.choice(REPEATS))
        alternatives.append("".join(items))
    return "|".join(alternatives)


class Refused(Exception):
    pass


def our_chunks(probe, steps, texts):
    """For each text the list of our chunks: start, end, bytes; None: given up."""
    with tempfile.TemporaryFile() as records:
        for text in texts:
            data = text.encode()
            records.write(struct.pack("<I", len(data)) + data)
        records.seek(0)
        done = subprocess.run([probe, steps], stdin=records, stdout=subprocess.PIPE)
    if done.returncode == 1:
        raise Refused(done.stdout.decode(errors="replace").strip())
    if done.returncode != 0:
        sys.exit(f"{probe} {steps!r} ended with {done.returncode}")
    answer, at = done.stdout, 0
    for _ in texts:
        count, = struct.unpack_from("<I", answer, at)
        at += 4
        if count == 0xFFFFFFFF:
            yield None
            continue
        chunks = []
        for _ in range(count):
            start, end, size = struct.unpack_from("<III", answer, at)
            chunks.append((start, end, answer[at + 12:at + 12 + size]))
            at += 12 + size
        yield chunks


def byte_text():
    """The bytes of the characters that ByteLevel writes."""
    plain = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    table = {chr(byte): byte for byte in plain}
    others = [byte for byte in range(256) if byte not in set(plain)]
    table.update({chr(256 + i): byte for i, byte in enumerate(others)})
    return table


BYTES = byte_text()


def hf_chunks(made, text, is_bytes):
    places = [0]
    for character in text:
        places.append(places[-1] + len(character.encode()))
    return [(places[start], places[end],
             bytes(BYTES[c] for c in chunk) if is_bytes else chunk.encode())
            for chunk, (start, end) in made.pre_tokenize_str(text)]


def refused_by(make):
    try:
        make()
    except Exception:
        return True
    return False


class Count:
    def __init__(self):
        self.steps = self.texts = self.chunks = self.different = self.refused = self.given_up = 0


def show(count, steps, text, expected, ours):
    count.different += 1
    if count.different <= 20:
        print(f"{steps!a}\n  text {text[:120]!a}\n  HF   {str(expected)[:300]}\n"
              f"  ours {str(ours)[:300]}", flush=True)


def compare_steps(probe, steps, texts, count):
    from tokenizers import pre_tokenizers
    made = [reference(step) for step in steps]
    made = pre_tokenizers.Sequence(made) if len(made) > 1 else made[0]
    is_bytes = any(step[0] == "byte_level" for step in steps)
    spelling = ",".join(map(spelled, steps))
    texts = [text for text in texts if text]
    count.steps += 1
    try:
        for text, ours in zip(texts, our_chunks(probe, spelling, texts)):
            if ours is None:
                count.given_up += 1
                continue
            expected = hf_chunks(made, text, is_bytes)
            count.texts += 1
            count.chunks += len(expected)
            if expected != ours:
                show(count, spelling, text, expected, ours)
    except Refused as refusal:
        count.refused += 1
        if os.environ.get("SHOW_REFUSED"):
            print(f"{spelling!a}: {refusal}")


def compare_tiktoken(probe, pattern, texts, count):
    """As in pre_tokenizers.py, but tiktoken drops what the pattern does not match."""
    import tiktoken
    spelling = f"split-tiktoken0.14:regex={escape(pattern)}"
    texts = [text for text in texts if text]
    count.steps += 1
    try:
        chunks = list(our_chunks(probe, spelling, texts))
    except Refused as refusal:
        count.refused += 1
        if os.environ.get("SHOW_REFUSED"):
            print(f"{spelling!a}: {refusal}")
        return
    ranks = {bytes([byte]): byte for byte in range(256)}
    for text, ours in zip(texts, chunks):
        parts = [chunk for _, _, chunk in ours or ()]
        for i in range(len(parts)):
            joined = b""
            for part in parts[i:i + 40]:
                joined += part
                ranks.setdefault(joined, len(ranks))
    encoding = tiktoken.Encoding("test", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    for text, ours in zip(texts, chunks):
        if ours is None:
            count.given_up += 1
            continue
        expected = encoding.encode_ordinary(text)
        count.texts += 1
        count.chunks += len(ours)
        if expected != [ranks[chunk] for _, _, chunk in ours]:
            show(count, spelling, text, [encoding.decode_single_token_bytes(one) for one in expected],
                 ours)


def report(title, count):
    print(f"{title}: {count.steps} lists of steps, {count.refused} refused, {count.texts} texts, "
          f"{count.chunks} chunks, {count.given_up} given up, {count.different} different",
          flush=True)
    return count.different


def main():
    if len(sys.argv) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        import tiktoken
        import tokenizers
    except ImportError as error:
        print(f"{error}: pip install tokenizers tiktoken", file=sys.stderr)
        return 2
    print(f"HF tokenizers {tokenizers.__version__}, tiktoken {tiktoken.__version__}")
    probe, files = sys.argv[1], sys.argv[2:]
    number = int(os.environ.get("RANDOM_TEXTS", "2000"))
    source = random.Random(7)
    generated = list(texts_of.random_texts(number)) + list(texts_of.long_texts())[::23]
    characters = [texts_of.among_others(c) for c in
                  texts_of.CODE_POINTS[::int(os.environ.get("EVERY", "199"))]]
    read = [text for path in files for text in texts_of.file_texts(path)]
    failures = 0

    count = Count()
    for step in all_steps():
        compare_steps(probe, [step], generated + characters + read, count)
    failures += report("every step", count)

    count = Count()
    for name, pattern in PUBLISHED.items():
        refused = count.refused
        compare_steps(probe, [split(pattern, invert=False)], generated + characters + read, count)
        if count.refused > refused:
            print(f"{name} is refused")
    failures += report("regular expressions of models, HF", count)

    count = Count()
    small = [text[:150] for text in generated[:number // 4] + characters[::4]]
    for name, pattern in PUBLISHED.items():
        if name in ("posix", "negated-posix", "words", "bracket-words", "llm-jp-start"):
            continue
        refused = count.refused
        try:
            compare_tiktoken(probe, pattern, small, count)
        except ValueError as error:
            print(f"tiktoken refuses {name}: {str(error)[:100]}")
        except BaseException as error: # a panic: a match that is empty
            if type(error).__name__ != "PanicException":
                raise
            print(f"tiktoken gives up on {name}")
        if count.refused > refused:
            print(f"{name} is refused as one of tiktoken's")
    failures += report("the same, tiktoken", count)

    count = Count()
    steps = list(all_steps())
    for _ in range(int(os.environ.get("SEQUENCES", "300"))):
        chosen = [step for step in source.choices(steps, k=source.randint(2, 4))
                  if step[0] != "byte_level"]
        if source.random() < 0.5 or not chosen:
            place = source.randint(0, len(chosen)) if source.random() < 0.5 else len(chosen)
            chosen = chosen[:place] + [
                ("byte_level", source.random() < 0.5, source.random() < 0.5)] + [
                step for step in chosen[place:] if step[0] != "metaspace"]
        compare_steps(probe, chosen, source.sample(generated, min(200, len(generated))), count)
    failures += report("Sequences", count)

    count = Count()
    for _ in range(int(os.environ.get("PATTERNS", "2000"))):
        pattern = random_pattern(source)
        step = split(pattern, source.choice(SPLIT_KINDS), source.random() < 0.5)
        try:
            reference(step)
        except Exception:
            count.steps += 1
            continue # the library refuses it
        compare_steps(probe, [step], [text[:300] for text in source.sample(generated, 60)], count)
    failures += report("generated regular expressions", count)

    texts = list(rare_texts(source, max(number, 10))) + generated[:number]
    count, also = Count(), Count()
    rare = RARE + [rare_pattern(source) for _ in range(int(os.environ.get("PATTERNS", "2000")))]
    for i, pattern in enumerate(rare):
        some = texts + read[:50] if i < len(RARE) else source.sample(texts, min(60, len(texts)))
        if refused_by(lambda: reference(split(pattern))):
            count.steps += 1
        else:
            compare_steps(probe, [split(pattern, source.choice(SPLIT_KINDS), source.random() < 0.5)],
                          some, count)
        if i >= len(RARE) and i % 4 != 0:
            continue
        try:
            compare_tiktoken(probe, pattern, [text[:200] for text in some[:150]], also)
        except ValueError:
            continue  # tiktoken refuses it
        except BaseException as error:  # a panic: a match that is empty
            if type(error).__name__ != "PanicException":
                raise
    failures += report("rare regular expressions, HF", count)
    failures += report("rare regular expressions, tiktoken", also)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
