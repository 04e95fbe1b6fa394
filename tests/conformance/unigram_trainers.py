#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compare_unigram_trainers runs: the same lines through `tokenize train --model unigram` and through
sentencepiece's trainer, 0.2.0 and 0.2.3; then the files that it writes.

    unigram_trainers.py TOKENIZE SAMPLE ROUNDS [TEXT...]
    unigram_trainers.py --train OPTIONS     (JSON; in a process with one version of sentencepiece)

Lines go in sorted: the command counts them first, and sentencepiece adds numbers in the order of lines
where it does not cut them into words.

Exit status: 0 equal, 1 different, 2 cannot run."""
import json
import os
import random
import subprocess
import sys
import tempfile

VERSIONS = ("0.2.0", "0.2.3")
SPACES = ["the", "a", "cat", "sat", "on", "12", "2023", "hello", "world", "tokenizer", "test-case", "running",
          "runs", "ran", "caf\u00e9", "\u0301x", "\u03b1\u03b2", "a\u0301b", "1\uff12"]
KANA = "\u3042\u3044\u3046\u6f22\u5b57\u30ab\u30bf\u30fc\u3001\u3002\u6771\u4eac\U0001f600"
CASES = [
    {},
    {"byte_fallback": True, "character_coverage": 0.98},
    {"split_by_whitespace": False},
    {"split_by_whitespace": False, "max_sentencepiece_length": 7, "character_coverage": 1.0},
    {"treat_whitespace_as_suffix": True, "split_digits": True},
    {"allow_whitespace_only_pieces": True, "remove_extra_whitespaces": False},
    {"user_defined_symbols": ["cat", "\u3042\u3044"], "control_symbols": ["<x>"],
     "split_by_unicode_script": False, "max_sentencepiece_length": 6},
    {"add_dummy_prefix": False, "split_by_number": False, "shrinking_factor": 0.6,
     "num_sub_iterations": 3, "seed_sentencepiece_size": 300},
    {"unk_id": 3, "bos_id": -1, "eos_id": 0, "pad_id": 1, "unk_piece": "[UNK]", "pad_piece": "[PAD]",
     "required_chars": "\u9f8d\u865eqa", "byte_fallback": True},
]


def fail(text):
    print(text)
    sys.exit(1)


def run(*arguments, **more):
    result = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    if result.returncode != 0:
        print(" ".join(arguments), "ended with status", result.returncode)
        print(result.stderr.decode(errors="replace")[-2000:])
        sys.exit(2)
    return result.stdout


# ---- One version of sentencepiece in a process of its own ---------------------------------


def train_here(options):
    import sentencepiece
    sentencepiece.SentencePieceTrainer.train(
        model_type="unigram", normalization_rule_name="identity", num_threads=1, minloglevel=3,
        **options)


def pieces(path):
    """Texts, scores with all their bits, types."""
    import sentencepiece
    model = sentencepiece.SentencePieceProcessor(model_file=path)
    return [(model.id_to_piece(i), model.get_score(i).hex(), model.is_unknown(i), model.is_control(i),
             model.is_byte(i)) for i in range(model.get_piece_size())]


def theirs(version, options):
    folder = os.path.join(os.environ["ORACLE_PACKAGES"], f"sentencepiece=={version}")
    run(sys.executable, os.path.abspath(__file__), "--train", json.dumps(options),
        env=dict(os.environ, PYTHONPATH=folder))
    return pieces(options["model_prefix"] + ".model")


# ---- The same by both -----------------------------------------------------------------------


def spell(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, list) else str(value)


def train_ours(command, path, version, size, options, target):
    run(command, "train", "--quiet", "--model", "unigram", "--compat", "sentencepiece-" + version,
        "--size", str(size), "--sentencepiece", target, "--input-format", "lines", path,
        *(f"--{name}={spell(value)}" for name, value in options.items()))
    return pieces(target)


def compare(what, command, directory, lines, version, size, options):
    path = os.path.join(directory, "lines.txt")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for line in sorted(lines, key=lambda line: line.encode()):
            file.write(line + "\n")
    options = dict(options, hard_vocab_limit=False)
    ours = train_ours(command, path, version, size, options, os.path.join(directory, "ours.model"))
    expected = theirs(version, dict(options, input=path, vocab_size=size,
                                    model_prefix=os.path.join(directory, "theirs")))
    if ours != expected:
        for index, (one, other) in enumerate(zip(ours, expected)):
            if one != other:
                fail(f"{what}, {version}, {options}: piece {index} is {one}, not {other}")
        fail(f"{what}, {version}, {options}: {len(ours)} pieces, not {len(expected)}")
    return len(ours)


def random_lines(source, count):
    lines = []
    for _ in range(count):
        if source.random() < 0.5:
            gap = source.choice([" ", " ", "  "])
            lines.append(gap.join(source.choices(SPACES, k=source.randint(1, 8))))
        else:
            lines.append("".join(source.choices(KANA, k=source.randint(1, 25))))
    return [line for line in lines if line]


def compare_random(command, rounds, directory):
    for version in VERSIONS:
        count = 0
        for number in range(rounds):
            source = random.Random(number)
            count += compare(f"random text {number}", command, directory,
                             random_lines(source, source.choice([40, 150])), version,
                             source.choice([390, 420]), CASES[number % len(CASES)])
        print(f"sentencepiece {version}: {rounds} random texts, {count} pieces and scores, "
              "0 different")


def compare_text(what, command, directory, lines, sizes):
    for version in VERSIONS:
        count = sum(compare(what, command, directory, lines, version, size, case)
                    for size in sizes for case in CASES[:3])
        print(f"sentencepiece {version}, {what}: {len(lines)} lines, {count} pieces and scores, "
              "0 different")


# ---- What is written --------------------------------------------------------------------------


def our_ids(command, path, documents):
    lines = run(command, "encode", "-t", path, "--no-progress", "--quiet", documents).decode()
    return [[int(i) for i in line.split()] for line in lines.splitlines()]


def compare_files(command, directory, lines):
    """Our own training: each file gives our ids in the library that it is for."""
    import sentencepiece
    from tokenizers import Tokenizer
    path = os.path.join(directory, "lines.txt")
    names = {kind: os.path.join(directory, "out." + kind) for kind in ("model", "tkz", "json")}
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)
    documents = os.path.join(directory, "texts.jsonl")
    with open(documents, "w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": line}) + "\n" for line in lines)
    models = []
    for threads in ("1", "3"):
        run(command, "train", "--quiet", "--model", "unigram", "--size", "850", "--threads", threads,
            "--byte_fallback=true", "--character_coverage=0.98", "--input-format", "lines",
            "--remove_extra_whitespaces=false", "--sentencepiece", names["model"], "-o", names["tkz"],
            "--hf", names["json"], path)
        with open(names["model"], "rb") as file:
            models.append(file.read())
    if models[0] != models[1]:
        fail("three threads give another model than one")
    ours = our_ids(command, names["tkz"], documents)
    model = sentencepiece.SentencePieceProcessor(model_file=names["model"])
    if ours != model.encode(lines):
        fail("sentencepiece gives other ids")
    tokenizer = Tokenizer.from_file(names["json"])
    if our_ids(command, names["json"], documents) != [
            tokenizer.encode(line, add_special_tokens=False).ids for line in lines]:
        fail("tokenizers gives other ids")
    print(f"files: {len(lines)} lines have our ids in sentencepiece and tokenizers")


def main():
    if sys.argv[1] == "--train":
        train_here(json.loads(sys.argv[2]))
        return 0
    import oracle_texts
    command, sample, rounds, *files = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        compare_random(command, int(rounds), directory)
        lines = [line for text in oracle_texts.json_texts(sample) for line in text.split("\n")]
        lines = [line for line in lines if line.strip()]
        compare_text("sample", command, directory, lines, (850,))
        for path in files:
            with open(path, encoding="utf-8") as file:
                compare_text(path, command, directory, file.read().split("\n"), (8000,))
        compare_files(command, directory, lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
