# SPDX-License-Identifier: Apache-2.0
"""One small model of every kind, made here of the sample: for conversions.py and corpora.py.

SentencePiece's Unigram, BPE, words and characters, HF's WordPiece, WordLevel, Unigram and BPE of characters, of bytes and
with marks, vocab.txt, vocab.json with merges.txt, PLaMo's tokenizer.jsonl, GGUF of some of them."""
import collections
import json
import os
import subprocess
import sys

import pieces
import references
from tokenizers import Regex, Tokenizer, decoders, pre_tokenizers, trainers
from tokenizers import models as hf

HERE = os.path.dirname(os.path.abspath(__file__))
# What the pre-tokenizer llama3 of ours is in HF.
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
          r"\s*[\r\n]+|\s+(?!\S)|\s+")

# The reference is that of `source`, which is `path` itself or what that was made from.
Kind = collections.namedtuple("Kind", "name path source")


def open_kind(kind):
    return references.open_reference(kind.source)


def byte_level(sample, pre_tokenizer, size=1500):
    tokenizer = Tokenizer(hf.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizer, decoders.ByteLevel()
    tokenizer.train_from_iterator(pieces.training_texts(sample), trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=["<|endoftext|>"],
        show_progress=False))
    # Special tokens stand behind the others, as in published files: ranks go by the merges then.
    model = json.loads(tokenizer.to_str())
    vocabulary = model["model"]["vocab"]
    ordered = sorted((token for token in vocabulary if token != "<|endoftext|>"), key=vocabulary.get)
    model["model"]["vocab"] = {token: number for number, token in enumerate(ordered)}
    model["added_tokens"][0]["id"] = len(ordered)
    return model


def byte_models(sample):
    steps = pre_tokenizers
    yield "bytes-gpt2", byte_level(sample, steps.ByteLevel(add_prefix_space=False))
    yield "bytes-llama3", byte_level(sample, steps.Sequence([
        steps.Split(Regex(LLAMA3), "isolated"), steps.ByteLevel(add_prefix_space=False, use_regex=False)]))
    yield "bytes-prefix", byte_level(sample, steps.ByteLevel(add_prefix_space=True))
    yield "bytes-removed", byte_level(sample, steps.Sequence([
        steps.WhitespaceSplit(), steps.ByteLevel(add_prefix_space=False, use_regex=False)]))
    yield "bytes-steps", byte_level(sample, steps.Sequence([
        steps.Digits(individual_digits=True), steps.Split(Regex("[\u3001\u3002]"), "merged_with_previous"),
        steps.ByteLevel(add_prefix_space=False, use_regex=False)]))


def write_json(path, model):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(model, file, ensure_ascii=False)
    return path


def write_vocabulary(folder, model):
    """vocab.json and merges.txt of GPT-2's kind."""
    os.makedirs(folder, exist_ok=True)
    write_json(os.path.join(folder, "vocab.json"), model["model"]["vocab"])
    with open(os.path.join(folder, "merges.txt"), "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n")
        file.writelines(" ".join(merge) + "\n" for merge in model["model"]["merges"])
    return os.path.join(folder, "vocab.json")


def write_gguf(path, source):
    import gguf_models  # takes seconds

    if source.endswith(".jsonl"):
        import plamo

        plamo.Plamo(source).write_gguf(path)
        return
    if source.endswith(".json"):
        gguf_models.write(path, lambda writer: gguf_models.write_bytes(writer, source))
        return
    model = gguf_models.SentencePiece(source)
    gguf_models.write(path, lambda writer: gguf_models.write_pieces(writer, model, "t5" if model.is_unigram else "llama"))


def make(folder, sample_path, wanted=None):
    """The kinds, or those with `wanted` names; their files are in `folder`."""
    import plamo  # as gguf

    sample = pieces.sample_lines(sample_path)
    subprocess.run([sys.executable, os.path.join(HERE, "sentencepiece_train.py"), sample_path, folder], check=True,
                   stderr=subprocess.DEVNULL)
    made = {os.path.basename(name)[:-len(".model")]: os.path.join(folder, name)
            for name in sorted(os.listdir(folder)) if name.endswith(".model")}
    paths = {f"spm/{name}": path for name, path in made.items()}
    names = {}
    for name, model in (*pieces.all_models(sample), *byte_models(sample)):
        names[name] = model
        paths[f"hf/{name}"] = write_json(os.path.join(folder, name + ".json"), model)
    vocabulary = names["bert"]["model"]["vocab"]
    paths["vocab.txt"] = os.path.join(folder, "vocab.txt")
    with open(paths["vocab.txt"], "w", encoding="utf-8") as file:
        file.writelines(token + "\n" for token in sorted(vocabulary, key=vocabulary.get))
    paths["plamo"] = os.path.join(folder, "tokenizer.jsonl")
    plamo.make(paths["plamo"], sample)
    # Without its special tokens, so that only the way in which it searches is PLaMo's.
    paths["plamo/plain"] = os.path.join(folder, "plain.jsonl")
    with open(paths["plamo"], encoding="utf-8") as file, open(paths["plamo/plain"], "w", encoding="utf-8") as plain:
        plain.writelines(line for line in file if "<|plamo:" not in line)
    kinds = [Kind(name, path, path) for name, path in paths.items()]
    kinds.append(Kind("vocab.json", write_vocabulary(os.path.join(folder, "gpt2"), names["bytes-gpt2"]),
                      paths["hf/bytes-gpt2"]))
    for name in ("spm/unigram-usual", "spm/unigram-bytes", "spm/bpe-bytes", "hf/bytes-gpt2", "plamo"):
        path = os.path.join(folder, name.replace("/", "-") + ".gguf")
        write_gguf(path, paths[name])
        kinds.append(Kind(f"gguf/{name}", path, paths[name]))
    return [kind for kind in kinds if wanted is None or kind.name in wanted]
