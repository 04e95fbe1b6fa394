# SPDX-License-Identifier: Apache-2.0
#
# HF tokenizers: encodes with our exported tokenizer.json, and trains on the same texts with the
# same pattern (no morpheme boundaries, which it does not have). Leans on tokenizers.
import os

os.environ["TOKENIZERS_PARALLELISM"] = "false"  # one thread

import tokenizers  # noqa: E402
from tokenizers import Regex, decoders, models, pre_tokenizers, trainers  # noqa: E402

import peer  # noqa: E402

texts, directory, _ = peer.arguments()
size = peer.megabytes(texts)
program = "tokenizers " + tokenizers.__version__
tokenizer = tokenizers.Tokenizer.from_file(os.path.join(directory, "tokenizer.json"))
vocabulary = tokenizer.get_vocab_size()
end = tokenizer.token_to_id("<|endoftext|>")

start = peer.clock()
encoded = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
seconds = peer.clock() - start
tokens = sum(map(len, encoded)) + len(encoded)
peer.report(program, "encode", seconds, size, tokens, peer.hash_of(encoded, end, vocabulary >= 65500))

pattern = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
trained = tokenizers.Tokenizer(models.BPE())
trained.pre_tokenizer = pre_tokenizers.Sequence(
    [
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]
)
trained.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(
    vocab_size=vocabulary,
    min_frequency=2,
    special_tokens=["<|endoftext|>"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    show_progress=False,
)
start = peer.clock()
trained.train_from_iterator(texts, trainer)
peer.report(program, "count+none and train", peer.clock() - start, size)
