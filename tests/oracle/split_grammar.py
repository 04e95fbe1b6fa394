#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks of regular expressions made by a grammar whether we read what the libraries read.

    split_grammar.py PROBE

PROBE is split_probe. A grammar writes PATTERNS expressions (2000 unless told; SEED=N: others) with
all that the manuals of Oniguruma and fancy-regex name, well and badly formed. For each of HF's Split
and tiktoken there are three answers that are right: both read it and cut all texts alike, both refuse
it, or we alone refuse it as one that this build does not read, for one of the reasons in REASONS, which
doc/formats/model-files.md lists. Anything else is a failure. SHOW_REFUSED=1 prints what we alone refuse.
Exit status: 0 all right, 1 not, 2 cannot run.
"""
import collections
import os
import random
import re
import sys

import split_steps as steps_of

# What the message of a refusal of our own holds.
REASONS = [
    "a property that is not known here", "a backslash before this letter or sign", "a group or option of this kind",
    "a repeat of what may be empty", "a repeat of what is empty", "a repeat with the greater number first",
    "a lazy repeat that is possessive", "more repeats than are counted here", "a group with such a name",
    "a group with such a number", "a group whose name is a number", "two groups of one name and back references",
    "a - that may mean two things; put a backslash before it", "&&& in a bracket", "a difference of sets",
    "[: without the name of a class", "\\x without a code point", "\\x with a byte that is no character", "U+0000",
    "several code points in braces", "an octal number that is no character", "a number behind a backslash",
    "a border of words of this kind", "^ for lines", "\\K in a look", "a callout",
    "a call of a group that it stands in", "a call of a group that there is not", "a call in a look behind",
    "a condition of this kind", "a condition that is no group", "a condition with a group that there is not",
    "a condition in a look behind, or in the group that it has", "a back reference into the group that it stands in",
    "a back reference without case", "a look behind without one width that has more than plain parts",
    "a repeat of a place in a look behind", "a letter without case that may be several others",
    "letters without case that may be one character", "a bracket without case, of which a letter is several others",
]

LITERALS = ["a", "b", "s", "A", " ", "0", "1", "-", "_", ",", ":", "=", "<", ">", "!", "#", "'", '"', "\u3042", "\u30fc",
            "\u6f22", "\u00e9", "\U0001f600", "]", "}", "&", "~", "ab", "st", "re"]
ESCAPES = [r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\h", r"\H", r"\n", r"\t", r"\r", r"\f", r"\v", r"\a", r"\e",
           r"\x41", r"\x{3042}", r"\u3042", r"\x7f", r"\.", r"\*", r"\\", r"\-", r"\[", r"\]", r"\{", r"\}", r"\(", r"\)",
           r"\/", r"\ ", r"\#", r"\&", r"\~", r"\'", r"\_", "\\\u3042"]
PROPERTIES = ["L", "Lu", "Ll", "Lo", "M", "N", "Nd", "P", "S", "Z", "Zs", "C", "Cc", "Cn", "Han", "Hiragana", "Katakana",
              "Latin", "Letter", "Alphabetic", "White_Space", "Any", "ASCII", "Alnum", "Punct", "Word", "Han ", "han",
              "Lowercase", "Uppercase", "Script=Han", "Emoji", "Nope", "Sc", "Sm", "Pd", "LC", "L&", ""]
POSIX = ["alpha", "digit", "alnum", "punct", "space", "upper", "lower", "word", "xdigit", "cntrl", "graph", "print",
         "blank", "ascii", "nope"]
PLACES = ["^", "$", r"\A", r"\z", r"\Z", r"\b", r"\B", r"\G", r"\K"]
RARE_ESCAPES = [r"\R", r"\X", r"\N", r"\O", r"\y", r"\Y", r"\Q", r"\E", r"\cA", r"\C-a", r"\M-a", r"\0", r"\01", r"\101",
                r"\377", r"\8", r"\x", r"\x4", r"\x80", r"\u30", r"\u{3042}", r"\U00003042", r"\x{110000}", r"\x{}",
                r"\x{3042 3044}", r"\pL", r"\p", r"\z*", r"\i", r"\m", r"\<", r"\>", r"\b{start}", r"\o{101}",
                r"\p{^L}", r"\P{^L}"]
REPEATS = ["?", "*", "+", "??", "*?", "+?", "?+", "*+", "++", "{2}", "{1,3}", "{2,}", "{,2}", "{0}", "{0,0}", "{0,1}",
           "{1}", "{2}?", "{1,2}?", "{1,2}+", "{2,}+", "{3,1}", "{,}", "{}", "{a}", "{1", "{ 1 }", "**", "+*", "?*",
           "{2}{3}", "{1,2}*", "{100001}", "{2}*?"]


def one(source, *lists):
    return source.choice(source.choice(lists))


def bracket(source, depth=1):
    parts = []
    for _ in range(source.randint(1, 4)):
        kind = source.random()
        if kind < 0.25:
            parts.append(source.choice(["a-z", "A-Z", "0-9", "\u3041-\u3093", "\u4e00-\u9fff", "b-\u3042", r"\x41-\x5a",
                                        r"\u3041-\u3093", "!-/"] if source.random() < 0.9 else
                                       ["z-a", "a-\\d", "\\d-z", "a-b-c", "--/", "a--", "\\w-"]))
        elif kind < 0.45:
            parts.append(source.choice(ESCAPES))
        elif kind < 0.55:
            parts.append("[:" + source.choice(["", "", "^"]) + source.choice(POSIX) + ":]")
        elif kind < 0.65:
            parts.append(source.choice([r"\p{", r"\P{", r"\p{^"]) + source.choice(PROPERTIES) + "}")
        elif kind < 0.72 and depth > 0:
            parts.append(bracket(source, depth - 1))
        elif kind < 0.78:
            parts.append(source.choice(["&&", "&&", "&", "-", "^", "[", "--", "~~", r"\b", r"\Q", r"\R"]))
        else:
            parts.append(source.choice(LITERALS[:20] + [".", "*", "(", "$", "|", "?"]))
    opening = source.choice(["[", "[", "[", "[^"]) + source.choice([""] * 12 + ["]", "-", "^"])
    return opening + "".join(parts) + source.choice(["]"] * 30 + [""])


def atom(source, depth, names):
    kind = source.random()
    if kind < 0.28:
        return source.choice(LITERALS)
    if kind < 0.36:
        return source.choice(ESCAPES)
    if kind < 0.42:
        return source.choice([r"\p{", r"\P{"]) + source.choice(PROPERTIES) + "}"
    if kind < 0.5:
        return bracket(source)
    if kind < 0.54:
        return "."
    if kind < 0.59:
        return source.choice(PLACES)
    if kind < 0.62:
        return source.choice(RARE_ESCAPES)
    if kind < 0.66:
        return source.choice([r"\1", r"\2", r"\3", r"\k<n>", r"\k<1>", r"\k<-1>", r"\k'n'", r"\k<+1>", r"\k<m>",
                              r"\g<n>", r"\g<1>", r"\g<2>", r"\g'1'", r"\g<-1>", r"\g<+1>", r"\g<0>", r"\g<m>", r"\g1",
                              r"(?P=n)", r"(?P>n)", r"\k<n+0>"])
    if kind < 0.67:
        return source.choice(["(?i)", "(?m)", "(?s)", "(?x)", "(?-i)", "(?im)", "(?ix-m)", "(?u)", "(?U)", "(?R)", "(?y{g})",
                              "(?W)", "(?)", "(?i-)", "(?--i)"])
    if kind < 0.68:
        return source.choice(["(?#a comment)", "(?#", "#a\n", "(?#\\))", " (?# )"])
    if kind < 0.685:
        return source.choice(["(*FAIL)", "(*F)", "(*ACCEPT)", "(*COMMIT)", "(*MAX{2})", "(?{a})", "(?C)", "(*nope)"])
    if depth == 0:
        return source.choice(LITERALS)
    opening = source.choice(
        ["(?:"] * 8 + ["("] * 8 + ["(?i:"] * 3 + ["(?=", "(?!", "(?<=", "(?<!", "(?>", "(?>"] * 2 +
        ["(?m:", "(?s:", "(?x:", "(?-i:", "(?mi-x:", "(?<n>", "(?<n>", "(?'n'", "(?P<n>", "(?<m>", "(?~", "(?~|a|", "(?~|",
         "(?(1)", "(?(<n>)", "(?(n)", "(?(?=a)", "(?(2)", "(?|", "(?<1>", "(?<\u3042>", "(?<n-a>", "(?", "(?<>"])
    if opening in ("(?i:", "(?x:") and source.random() < 0.5:
        return opening + expression(source, depth - 1, names).replace("a", "a " if "x" in opening else "a") + ")"
    return opening + expression(source, depth - 1, names) + source.choice([")"] * 40 + [""])


def expression(source, depth, names=()):
    alternatives = []
    for _ in range(source.choice((1, 1, 1, 2, 2, 3))):
        items = []
        for _ in range(source.choice((0, 1, 1, 2, 2, 3, 3, 4))):
            items.append(atom(source, depth, names))
            if source.random() < 0.3:
                items.append(source.choice(REPEATS[:19] if source.random() < 0.85 else REPEATS))
        alternatives.append("".join(items))
    return "|".join(alternatives)


def pattern(source):
    """An expression, some of them with a byte too much or too little."""
    made = expression(source, source.randint(0, 3))
    if made and source.random() < 0.05:
        at = source.randrange(len(made))
        made = made[:at] + source.choice(["", "(", ")", "[", "]", "\\", "*", "?", "{", "|"]) + made[at + 1:]
    return made


class Tally:
    def __init__(self, name):
        self.name = name
        self.counts = collections.Counter()
        self.reasons = collections.Counter()
        self.chunks = self.failures = 0

    def fail(self, kind, pattern, what):
        self.failures += 1
        self.counts[kind] += 1
        if self.counts[kind] <= int(os.environ.get("SHOWN", "10")):
            print(f"{self.name}: {kind}: {pattern!a}: {what}", flush=True)

    def report(self):
        print(f"grammar, {self.name}: {sum(self.counts.values())} expressions: {self.counts['alike']} cut alike "
              f"({self.chunks} chunks), {self.counts['both refuse']} refused by both, "
              f"{self.counts['not read']} not read here, {self.counts['library gave up']} given up by the library, "
              f"{self.counts['we gave up']} by us, {self.failures} failures")
        for reason, count in self.reasons.most_common():
            print(f"    {count} {reason}")


def ours(probe, spelling, texts):
    """Chunks, or why there are none: (chunks, None), (None, message)."""
    try:
        return list(steps_of.our_chunks(probe, spelling, texts)), None
    except steps_of.Refused as refusal:
        return None, str(refusal)


def judge_refusal(tally, pattern, message, library_reads):
    """A refusal of ours."""
    if not library_reads:
        tally.counts["both refuse"] += 1
        return
    if "does not read" not in message and "too large" not in message:
        tally.fail("we say it is none", pattern, message)
        return
    reason = re.sub(r"^.* at byte \d+ ", "", message).replace(", which this build does not read", "")
    if reason not in REASONS and "too large" not in message:
        tally.fail("not in the list of what is not read", pattern, message)
        return
    tally.counts["not read"] += 1
    tally.reasons[reason] += 1
    if os.environ.get("SHOW_REFUSED"):
        print(f"{tally.name}: {pattern!a}: {reason}")


def compare_hf(probe, pattern, texts, tally):
    step = steps_of.split(pattern)
    made, refusal = None, None
    try:
        made = steps_of.reference(step)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        refusal = str(error)
    chunks, message = ours(probe, steps_of.spelled(step), texts)
    if chunks is None:
        judge_refusal(tally, pattern, message, made is not None)
        return
    if made is None:
        tally.fail("the library refuses it", pattern, refusal)
        return
    for text, own in zip(texts, chunks):
        try:
            expected = steps_of.hf_chunks(made, text, False)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            tally.counts["library gave up"] += 1
            return
        if own is None:
            tally.counts["we gave up"] += 1
            return
        tally.chunks += len(own)
        if own != expected:
            tally.fail("cut otherwise", pattern, f"{text!a}\n  HF   {expected!a:.300}\n  ours {own!a:.300}")
            return
    tally.counts["alike"] += 1


def compare_tiktoken(probe, pattern, texts, tally):
    import tiktoken
    spelling = f"split-tiktoken0.14:regex={steps_of.escape(pattern)}"
    bytes_of = {bytes([byte]): byte for byte in range(256)}
    refusal = None
    try:
        tiktoken.Encoding("test", pat_str=pattern, mergeable_ranks=bytes_of, special_tokens={})
    except ValueError as error:
        refusal = str(error)
    chunks, message = ours(probe, spelling, texts)
    if chunks is None:
        judge_refusal(tally, pattern, message, refusal is None)
        return
    if refusal is not None:
        tally.fail("the library refuses it", pattern, refusal)
        return
    ranks = dict(bytes_of)
    for text in texts:
        data = text.encode()
        for start in range(len(data)):
            for end in range(start + 2, len(data) + 1):
                ranks.setdefault(data[start:end], len(ranks))
    encoding = tiktoken.Encoding("test", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    for text, own in zip(texts, chunks):
        if own is None:
            tally.counts["we gave up"] += 1
            return
        try:
            expected = [encoding.decode_single_token_bytes(one) for one in encoding.encode_ordinary(text)]
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            tally.counts["library gave up"] += 1
            return
        tally.chunks += len(own)
        # An empty chunk is no token, and tiktoken panics at it.
        if [chunk for _, _, chunk in own] != expected:
            tally.fail("cut otherwise", pattern, f"{text!a}\n  tiktoken {expected!a:.300}\n  ours     {own!a:.300}")
            return
    tally.counts["alike"] += 1


TEXTS = [
    "a", "ab", "aab  ba", "abcABC stST re're", "1234567 12,345.6", "\u3042\u3042\u30fc\u6f22\u5b57\u304b\u306a\u30ab\u30bf",
    "a1 b2\nA_-b\r\n\tx = 'y' # z", "\u00e9\u00c9 s\u017f \U0001f600a\u3042!", "]}{[(a)]&~<=>:,\"", "\n\na\n", "aaaaaaaab",
    " a  \u3000b \u3042 ", "st\ufb06\u00df SS", "0101-ABBA_aba:b",
]


def main():
    if len(sys.argv) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    probe = sys.argv[1]
    source = random.Random(int(os.environ.get("SEED", "5")))
    hf, rust = Tally("HF"), Tally("tiktoken")
    for _ in range(int(os.environ.get("PATTERNS", "2000"))):
        made = pattern(source)
        if os.environ.get("TRACE"):
            print(ascii(made), file=sys.stderr, flush=True)
        compare_hf(probe, made, TEXTS, hf)
        if len(re.findall(r"\\g|\(\?P>", made)) < 2:  # fancy-regex takes 2^19 copies of what calls itself twice
            compare_tiktoken(probe, made, TEXTS, rust)
    hf.report()
    rust.report()
    return 1 if hf.failures or rust.failures else 0


if __name__ == "__main__":
    sys.exit(main())
