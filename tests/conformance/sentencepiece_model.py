# SPDX-License-Identifier: Apache-2.0
"""sentencepiece_model.py TEXT.jsonl MODEL...

Compares each model with the package sentencepiece. Exit status: 0 equal, 1 different."""
import collections
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

import sentencepiece
from chi_square import is_alike
from normal_texts import random_count, random_texts

RANDOM_TEXTS = random_count(1000)
SHOWN = 5
BATCH = 50000
BEST = 10  # and ALPHA: as sentencepiece_probe.c has them
ALPHA = 0.25


def records(probe, *words, data):
    """Standard output of a probe that is given records."""
    with tempfile.TemporaryFile() as file:
        for one in data:
            file.write(struct.pack("<I", len(one)))
            file.write(one)
        file.seek(0)
        return subprocess.run([probe, *words], stdin=file, stdout=subprocess.PIPE,
                              check=True).stdout


class Answers:
    def __init__(self, data):
        self.data, self.at = data, 0

    def numbers(self, count):
        values = struct.unpack_from(f"<{count}I", self.data, self.at)
        self.at += 4 * count
        return list(values)

    def bytes(self):
        (size,) = self.numbers(1)
        self.at += size
        return self.data[self.at - size:self.at]

    def list(self):
        return self.numbers(self.numbers(1)[0])


class Model:
    def __init__(self, path):
        self.path, self.name = path, os.path.basename(path)
        self.theirs = sentencepiece.SentencePieceProcessor(model_file=path)
        self.pieces = [self.theirs.id_to_piece(i) for i in range(self.theirs.get_piece_size())]
        self.counts = {}
        self.wrong = 0

    def differs(self, what, given, our, their):
        self.wrong += 1
        if self.wrong <= SHOWN:
            print(f"{self.name}: {what} of {str(given)[:200]}: {str(our)[:200]}, "
                  f"sentencepiece {str(their)[:200]}")

    def check(self, what, given, our, their):
        self.counts[what] = self.counts.get(what, 0) + 1
        if our != their:
            self.differs(what, given, our, their)

    def normalize(self, texts):
        answers = Answers(records(os.environ["SENTENCEPIECE_PROBE"], self.path, "normalize",
                                  data=texts))
        for text in texts:
            our, origins = answers.bytes(), answers.list()
            their, places = self.theirs.Normalize(text, with_offsets=True)
            self.check("normal forms", text, our, their)
            if our == their and text:
                starts = [at for at in range(len(their) + 1)
                          if at == len(their) or their[at] & 0xC0 != 0x80]
                # Nothing comes of some texts, and then nothing is said of where.
                if len(places) == len(their) + 1 and their:
                    self.check("origins", text, origins, [places[at] for at in starts])

    def ways(self):
        """Options of the probe: texts at once, and in parts where the model can be cut."""
        yield []
        answer = subprocess.run([os.environ["ENCODE_PROBE"], self.path, "parts"],
                                input=struct.pack("<I", 1) + b"a", capture_output=True)
        if answer.returncode == 0:
            yield ["parts"]
        elif b"as a whole" not in answer.stderr:
            sys.exit(answer.stderr.decode())

    def encode(self, texts):
        for options in self.ways():
            self.encode_by(texts, options)

    def encode_by(self, texts, options):
        answers = Answers(records(os.environ["ENCODE_PROBE"], self.path, *options, data=texts))
        for text in texts:
            (count,) = answers.numbers(1)
            ids, spans = answers.numbers(count), answers.numbers(2 * count)
            their = self.theirs.encode(text, return_type="offset_mapping")
            self.check(" in ".join(["ids"] + options), text, ids, list(their["ids"]))
            if ids == list(their["ids"]):
                self.check("offsets", text, list(zip(spans[::2], spans[1::2])),
                           [tuple(span) for span in their["offsets"]])

    def decode(self, lists):
        data = [struct.pack(f"<{len(ids)}I", *ids) for ids in lists]
        for way in ("decode", "stream"):
            answers = Answers(records(os.environ["SENTENCEPIECE_PROBE"], self.path, way, data=data))
            for ids in lists:
                self.check("texts by " + way, ids, answers.bytes().decode(), self.theirs.decode(ids))

    def is_unigram(self):
        """Only such models have best encodings in sentencepiece."""
        try:
            return len(self.theirs.nbest_encode("aあ", nbest_size=2, out_type=int)) > 0
        except RuntimeError:
            return False

    def best(self, texts):
        texts = [text for text in texts if 0 < len(text) < 400 and is_utf8(text)]
        answers = Answers(records(os.environ["SENTENCEPIECE_PROBE"], self.path, "best", data=texts))
        for text in texts:
            (count,) = answers.numbers(1)
            our = [answers.list() for _ in range(count)]
            self.check("best encodings", text, our,
                       self.theirs.nbest_encode(text.decode(), nbest_size=BEST, out_type=int))

    def sample(self, texts):
        """Two samples of encodings."""
        answers = Answers(records(os.environ["SENTENCEPIECE_PROBE"], self.path, "sample",
                                  data=texts))
        for text in texts:
            (count,) = answers.numbers(1)
            our = collections.Counter(tuple(answers.list()) for _ in range(count))
            their = collections.Counter(
                tuple(self.theirs.encode(text.decode(), out_type=int, enable_sampling=True,
                                         nbest_size=-1, alpha=ALPHA)) for _ in range(count))
            alike = is_alike(our, their)[0]
            self.check("samples", text, alike, True)

    def write(self):
        written = subprocess.run([os.environ["SENTENCEPIECE_PROBE"], self.path, "write"],
                                 stdout=subprocess.PIPE, check=True).stdout
        with open(self.path, "rb") as file:
            self.check("files", self.path, len(written), os.path.getsize(self.path))
            self.check("files", self.path, written == file.read(), True)

    def report(self):
        counts = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        print(f"{self.name}: compared {counts}: {self.wrong} differ", flush=True)
        return self.wrong == 0


def is_utf8(text):
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def nasties():
    yield from (b"", b" ", b"   ", b"\n", b"\0", b"a", b"\xff", b"\xe3\x81", b"\xf0\x9f\x98",
                "\u2581".encode(), " \u2581 ".encode(), "\u3000a\u3000".encode(), b"a\x01 ", b"a \x01",
                b"\x01", "\ufeff".encode(), "\ufdfa".encode(), "\u00a0a".encode())
    for character in ("a", " ", "\u3042", "\u2581", "\U0001f600", "\u0301", "\uff76\uff9e", "\0",
                      "<0x41>", "<unk>", "<s>"):
        for count in (2, 3, 17, 1000):
            yield (character * count).encode()
    # Runs, of which models have every length, and what may stand behind them.
    for character in (" ", "-", "="):
        for count in (*range(40, 70), 255, 4096):
            for end in ("", "def x", "\n" + character * 5, "\u6f22"):
                yield (character * count + end).encode()


def pieces_in_text(model, source, limit):
    """Every piece alone and between others, or so many of them."""
    pieces = [piece.encode() for piece in model.pieces]
    chosen = pieces if len(pieces) <= limit else source.sample(pieces, limit)
    for piece in chosen:
        spaced = piece.replace("\u2581".encode(), b" ")
        yield piece
        yield spaced
        yield b"x" + spaced + piece + b" \xe3\x81\x82" + spaced
    special = [model.pieces[i].encode() for i in range(len(pieces))
               if model.theirs.is_control(i) or model.theirs.is_unused(i) or
               model.pieces[i].startswith(("<", "["))][:400]
    for _ in range(len(special) * 3):
        yield b"".join(source.choices(special + pieces[:3000], k=source.randrange(2, 8)))


def sample_texts(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line).get("text", "").encode()


def id_lists(model, source, texts):
    count = len(model.pieces)
    special = [i for i in range(count) if model.theirs.is_control(i) or model.theirs.is_unknown(i)
               or model.theirs.is_byte(i)]
    spaces = [i for i in range(count) if model.pieces[i].startswith("\u2581")][:50]
    yield []
    for _ in range(max(len(texts) // 4, 500)):
        yield [source.choice(special) if special and source.random() < 0.4
               else source.choice(spaces) if spaces and source.random() < 0.2
               else source.randrange(count) for _ in range(source.randrange(1, 30))]
    # Long enough for the table of short tokens.
    yield [source.randrange(count) for _ in range(20000)]
    for text in texts[:500]:
        yield model.theirs.encode(text)


def compare(path, sample):
    source = random.Random(23)
    model = Model(path)
    texts = list(nasties()) + sample
    texts += list(pieces_in_text(model, source, 200000 if RANDOM_TEXTS >= 100000 else 500))
    for start in range(0, len(texts), BATCH):
        model.normalize(texts[start:start + BATCH])
        model.encode(texts[start:start + BATCH])
    left = RANDOM_TEXTS
    while left > 0:
        some = random_texts(source, min(left, BATCH))
        left -= len(some)
        model.normalize(some)
        model.encode(some)
    model.decode(list(id_lists(model, source, texts + some)))
    if model.is_unigram():
        model.best(texts[:400] + some[:200])
        model.sample(["東京都に住む".encode(), b"Hello world", "ああabab".encode()])
    model.write()
    return model.report()


def main():
    sample = list(sample_texts(sys.argv[1]))[:40]
    sys.exit(not all([compare(path, sample) for path in sys.argv[2:]]))


main()
