# SPDX-License-Identifier: Apache-2.0
"""`tokenize train --super-words` beside a small trainer of two stages that counts all pairs anew before each merge,
and the ids that tokenizers gives with the tokenizer.json that is written. For bpe_trainers.py."""
import collections
import json
import os
import random
import re

from commands import fail, run, run_killed
from tokenizers import Tokenizer

SPELLED = r"split-hf0.23:regex=[\\p{P}\\n]:behavior=isolated"  # clauses
CLAUSES = "[\u3001\u3002\u300c\u300d.,!?()'\"-]"
WORDS = "[\u3041-\u30ff]+|[\u4e00-\u9fff]+|[^\u3041-\u30ff\u4e00-\u9fff]"


def byte_ids():
    """HF's order of bytes: that of the characters which stand for them."""
    return {b: i for i, b in enumerate(sorted(
        range(256), key=lambda b: b if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174 else 256 + b))}


def apply(parts, left, right, made):
    merged, at = [], 0
    while at < len(parts):
        if at + 1 < len(parts) and parts[at] == left and parts[at + 1] == right:
            merged.append(made)
            at += 2
        else:
            merged.append(parts[at])
            at += 1
    return merged


def train_slowly(words, super_words, transition, size, minimum):
    """Merges as pairs of bytes: in words up to `transition` ids, then in super_words, where all merges so far are
    applied in their order first."""
    order = byte_ids()
    tokens = [bytes([b]) for b, _ in sorted(order.items(), key=lambda item: item[1])]
    rows = [([order[b] for b in word.encode()], count) for word, count in sorted(words.items())]
    merges, is_second = [], False
    while len(tokens) < size:
        pairs = collections.Counter()
        for parts, count in rows:
            for pair in zip(parts, parts[1:]):
                pairs[pair] += count
        best = min(((-count, pair) for pair, count in pairs.items() if count >= minimum), default=None)
        if best is None or (not is_second and len(tokens) >= transition):
            if is_second:
                break
            is_second = True
            rows = [([order[b] for b in word.encode()], count) for word, count in sorted(super_words.items())]
            for number, (left, right) in enumerate(merges):
                rows = [(apply(parts, left, right, 256 + number), count) for parts, count in rows]
            continue
        left, right = best[1]
        merges.append((left, right))
        tokens.append(tokens[left] + tokens[right])
        rows = [(apply(parts, left, right, len(tokens) - 1), count) for parts, count in rows]
    return [(tokens[left], tokens[right]) for left, right in merges]


def cut(texts):
    """Words, and clauses, of texts."""
    words, clauses = collections.Counter(), collections.Counter()
    for text in texts:
        for clause in re.findall(f"{CLAUSES}|(?:(?!{CLAUSES}).)+", text):
            clauses[clause] += 1
            words.update(re.findall(WORDS, clause))
    return words, clauses


def write(path, words):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for word, count in words.items():
            file.write(word.replace("\\", "\\\\").replace("\t", "\\t") + f"\t{count}\n")


def tables(command, directory, words, clauses):
    """Two .wct tables, the second one with the pre-tokenizer that the tokenizer gets."""
    names = []
    for name, table, how in (("words", words, "none"), ("clauses", clauses, SPELLED)):
        text, binary = (os.path.join(directory, name + end) for end in (".tsv", ".wct"))
        write(text, table)
        run(command, "count", "--quiet", "--from-tsv", "--pre-tokenizer", how, "-o", binary, text)
        names.append(binary)
    return names


def our_merges(path):
    letters = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
    table = {chr(b): b for b in letters}
    table.update({chr(256 + i): b for i, b in enumerate(sorted(set(range(256)) - set(letters)))})
    with open(path, encoding="utf-8") as file:
        merges = json.load(file)["model"]["merges"]
    parts = (merge.split(" ") if isinstance(merge, str) else merge for merge in merges)
    return [tuple(bytes(table[c] for c in half) for half in pair) for pair in parts]


def compare_one(what, command, directory, texts, transition, size, minimum):
    words, clauses = cut(texts)
    first, second = tables(command, directory, words, clauses)
    path = os.path.join(directory, "super.json")
    run(command, "train", "--quiet", "--counts", first, "--super-words", second, "--transition", str(transition),
        "--size", str(size), "--minimum-count", str(minimum), "--special", "", "--hf", path,
        "-o", os.path.join(directory, "super.tkz"))
    ours = our_merges(path)
    theirs = train_slowly(words, clauses, transition, size, minimum)
    for rank, (one, other) in enumerate(zip(ours, theirs)):
        if one != other:
            fail(f"{what}: merge {rank} differs: ours {one}, theirs {other}")
    if len(ours) != len(theirs):
        fail(f"{what}: {len(ours)} merges of ours, {len(theirs)} of theirs")
    crossing = sum(1 for left, right in ours[transition - 256:]
                   if len(re.findall(WORDS, (left + right).decode(errors="ignore"))) > 1)
    return len(ours), crossing, path


def compare_ids(command, directory, path, texts):
    """tokenizers with the file, and our encoder with the native one."""
    lines = run(command, "encode", "-t", os.path.join(directory, "super.tkz"), "--quiet", "--input-format", "lines",
                write_lines(directory, texts)).decode().splitlines()
    tokenizer = Tokenizer.from_file(path)
    for text, line in zip(texts, lines):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        if ids != [int(i) for i in line.split()]:
            fail(f"super-words: other ids in tokenizers for {text!r}")
    if len(lines) != len(texts):
        fail(f"super-words: {len(lines)} lines of ids for {len(texts)} texts")


def write_lines(directory, texts):
    path = os.path.join(directory, "lines.txt")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("".join(text + "\n" for text in texts))
    return path


def kill_and_resume(command, directory, size):
    """A training that is killed in both stages gives the same bytes."""
    tables = [os.path.join(directory, name) for name in ("words.wct", "clauses.wct")]
    results = [os.path.join(directory, name) for name in ("whole.tkz", "resumed.tkz")]
    state = os.path.join(directory, "super.state")
    train = [command, "train", "--quiet", "--counts", tables[0], "--super-words", tables[1], "--size", str(size)]
    run(*train, "-o", results[0])
    resumed = [*train, "-o", results[1], "--checkpoint", state, "--checkpoint-every", "20"]
    return run_killed(resumed, state, results, 12)


def compare(command, directory, texts, rounds):
    merges = crossing = 0
    for number in range(rounds):
        source = random.Random(number)
        alphabet = source.choice(["\u3042\u3044\u6f22\u3002", "\u3042\u3044\u3046\u6f22\u5b57\u3001\u30a2", "ab \u3042.",
                                  "\u3042\u3044"])
        made = ["".join(source.choices(alphabet, k=source.choice([1, 2, 5, 9, 30]))) for _ in range(40)]
        transition = 256 + source.choice([0, 1, 10, 40, 300])
        got = compare_one(f"super-words, random texts {number}", command, directory, made, max(transition, 257),
                          transition + source.choice([1, 20, 100]) + 1, source.choice([1, 2, 4]))
        merges += got[0]
        crossing += got[1]
    short = [line for line in texts if line.strip() and len(line) < 400][:400]
    got = compare_one("super-words, sample", command, directory, short, 500, 700, 2)
    if got[1] == 0:
        fail("super-words: no merge crosses a border")
    compare_ids(command, directory, got[2], short)
    kills = kill_and_resume(command, directory, 900)
    print(f"super-words: {rounds} random texts and a sample, {merges + got[0]} merges, {crossing + got[1]} across words, "
          f"0 different; {len(short)} texts have our ids in tokenizers; killed {kills} times and resumed: the same")
