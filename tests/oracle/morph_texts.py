# SPDX-License-Identifier: Apache-2.0
# Texts on which the morphological analyser is compared with mecab, made from the sample corpus:
#   morph_texts.py SAMPLE lines COUNT     its lines, every kind of line that has its own path through the
#                                         analyser, and COUNT random mixtures, of which a quarter is no UTF-8
#   morph_texts.py SAMPLE partial COUNT   COUNT sentences in the lines that mecab -p reads
#   morph_texts.py SAMPLE words COUNT     rows of a user dictionary with few different costs, so that
#                                         many paths tie
import json
import random
import sys

write = sys.stdout.buffer.write
sample, kind, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
sentences = []
for record in open(sample, encoding="utf-8"):
    sentences += json.loads(record)["text"].replace("\0", " ").split("\n")
random.seed(1)


def edges():
    """Empty and white lines, carriage returns, runs around the 25 characters that MeCab groups, lines longer
    than mecab's usual 8 KiB, white space up to where MeCab loses text."""
    found = ["", " ", "\t", " \t ", "\u3000", "\u3000 \u3000", "今日は\r", "\r", "、", "。。。", " 猫 ", "\uffff猫"]
    for length in (1, 2, 23, 24, 25, 26, 27, 60, 400):
        for character in "アーあ漢aA1１Ａｱ・=#😀𠮷é":
            found.append(character * length)
            found.append("猫が" + character * length + "を見た")
    found.append("東京都に行きました。" * 3000)
    for length in (100, 8192, 16384, 16385, 32768, 65000):
        found.append("東" + " " * length + "京")
    return [edge.encode("utf-8") for edge in found]


def pieces():
    cut = [sentence[start:start + random.randrange(1, 12)].encode("utf-8", "replace")
           for sentence in sentences for start in range(0, len(sentence), 7)]
    return cut + [piece.encode("utf-8") for piece in (
        " ", "  ", "\t", "\u3000", "\r", "\v", "\f", "\u00a0", "abc", "New York", "3.14", "１２", "％",
        "ｶﾞｷﾞ", "カタカナ", "ー", "〜", "😀", "👍🏽", "𠮷野家", "한국어", "été", "Ω", "\u200b", "\ufeff",
        "\uffff", "①", "㍿", "か\u3099", "...", "://")]


def spoil(line):
    """Puts bytes in and takes some away, so that it is no UTF-8."""
    line = bytearray(line)
    for _ in range(random.randrange(1, 6)):
        where = random.randrange(len(line) + 1)
        if random.random() < 0.5:
            line[where:where] = bytes(random.choices(range(1, 256), k=random.randrange(1, 4)))
        else:
            del line[where:where + random.randrange(1, 3)]
    return bytes(line)


def mixtures(all_pieces):
    for number in range(count):
        line = b"".join(random.choice(all_pieces) for _ in range(random.randrange(1, 14)))
        if number % 4 == 3:
            line = spoil(line)
        yield line.replace(b"\n", b" ").replace(b"\0", b" ")


def write_lines():
    for sentence in sentences:
        write(sentence.encode("utf-8", "replace") + b"\n")
    for edge in edges():
        write(edge + b"\n")
    for line in mixtures(pieces()):
        write(line + b"\n")
    write("改行のない最後の行".encode("utf-8"))


def write_partial():
    """White space is kept out of words but for U+3000: where it stands alone before a border mecab ends."""
    patterns = [pattern.encode("utf-8") for pattern in (
        "*", "名詞", "動詞,*", "動詞,*,*,*", "*,一般", "名詞,数", "X,Y", '"a,b",c', "", "記号,*,*")]
    for line in mixtures(pieces()):
        line = b"".join(b"_" if byte in b" \t\v" else bytes([byte]) for byte in line)
        characters = [character.encode("utf-8", "surrogateescape")
                      for character in line.decode("utf-8", "surrogateescape")]
        start = 0
        while start < len(characters):
            end = start + random.choice((1, 1, 2, 2, 3, 4, 6, 9))
            write(b"".join(characters[start:end]))
            if random.random() < 0.35:
                write(b"\t" + random.choice(patterns))
                if random.random() < 0.1:
                    write(b"\tmore")
            write(b"\n")
            start = end
        write(random.choice((b"EOS\n", b"\n")))


def write_words():
    surfaces = [sentence[start:start + random.randrange(1, 5)]
                for sentence in sentences for start in range(0, len(sentence), 5)]
    surfaces = [surface for surface in surfaces if surface.strip() and not set(surface) & set(',"\t\r')]
    for number in range(count):
        surface = random.choice(surfaces)
        for _ in range(random.randrange(1, 4)):
            write("{},{},{},{},user,{}\n".format(surface, random.randrange(1, 4), random.randrange(1, 4),
                                                 random.choice((-500, 0, 0, 1000)), number).encode("utf-8"))


{"lines": write_lines, "partial": write_partial, "words": write_words}[kind]()
