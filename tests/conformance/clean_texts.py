# SPDX-License-Identifier: Apache-2.0
#
# Documents for the comparisons of filters: real ones out of a JSON-lines file, and made ones that lie at
# the edges of the rules.
import json
import random
import subprocess

LETTERS = "あいうえおかきのはがをにでとアイウエオカタナーヴ漢字日本語東京々〇𠮷𩸽abcXYZ０９Ａ①㍿％\t 　"
MARKS = "。．！？!?、，・…―「」『』（）-#•.,:;\n\n\n\x1c\u0085\u00a0\u2028"


def read_texts(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            text = json.loads(line).get("text") if line.strip() else None
            if isinstance(text, str):
                yield text


def records_of(texts):
    return "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()


def arguments_of(filters):
    return [argument for name in filters for argument in ("-f", name)]


def scores(command, filters, texts, records=None):
    """What the command measures of each text by these filters: its lines of --scores. `records`: records_of(texts)."""
    run = subprocess.run([*command, *arguments_of(filters), "--scores", "-", "-o", "/dev/null", "--quiet", "--no-progress"],
                         input=records or records_of(texts), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def judged(command, filters, measured):
    """The same by the values of lines of scores, among which are those of these filters: the texts are not read again."""
    run = subprocess.run([*command, *arguments_of(filters), "--from-scores", "--quiet"], stdout=subprocess.PIPE, check=True,
                         input="".join(json.dumps(line) + "\n" for line in measured).encode())
    return [json.loads(line) for line in run.stdout.splitlines()]


def compare_values(texts, expected, lines):
    """The values of each text beside those in the command's lines of scores; returns how many there are and how many differ."""
    compared = wrong = 0
    for text, own, line in zip(texts, expected, lines, strict=True):
        assert own.keys() == line["values"].keys(), own.keys() ^ line["values"].keys()
        for name, value in own.items():
            compared += 1
            if value != line["values"][name]:
                wrong += 1
                if wrong < 10:
                    print(f"{name}: {line['values'][name]!r}, not {value!r}, of {text[:80]!r}")
    return compared, wrong


def mecab_lines(dictionary, texts, form):
    """What mecab says of every line, with `form` and a tab for each word; lines end at line feeds alone."""
    lines = [line for text in texts for line in text.split("\n")]
    run = subprocess.run(["mecab", "-d", dictionary, "-b", "10000000", "-F", form + "\t", "-U", form + "\t", "-E", "\n"],
                         input="".join(line + "\n" for line in lines).encode(), stdout=subprocess.PIPE, check=True)
    return iter(run.stdout.decode().split("\n"))


def mecab_words(dictionary, texts):
    """Every text as mecab cuts it; its own white space is no word."""
    found = mecab_lines(dictionary, texts, "%m")
    for text in texts:
        words = [word.strip() for _ in text.split("\n") for word in next(found).split("\t")]
        yield [word for word in words if word]


def mecab_borders(dictionary, texts):
    """For every line of every text, the bytes where its words begin, and where they end."""
    found = mecab_lines(dictionary, texts, "%ps %pe")
    for text in texts:
        lines = [[tuple(map(int, word.split())) for word in next(found).split("\t") if word] for _ in text.split("\n")]
        yield [({start for start, _ in line}, {end for _, end in line}) for line in lines]


def sentence(random, length, ending="。"):
    return "".join(random.choice("日本語の文章を書いてあるところでアイウ") for _ in range(max(length - 1, 0))) + ending


def near_thresholds(random):
    """Lengths, shares and repetitions one below, at and above the published bounds."""
    for total in (399, 400, 401):
        yield (sentence(random, 40) * 20)[:total]
        yield "".join(sentence(random, 25 + i % 9) for i in range(30))[:total]
    for mean in (19, 20, 21, 89, 90, 91):
        yield "".join(sentence(random, mean) for _ in range(30))
    for longest in (199, 200, 201):
        yield "".join(sentence(random, 30) for _ in range(20)) + sentence(random, longest)
    for hiragana in range(8, 13):
        yield "\n".join("あ" * hiragana + "".join(chr(0x4E00 + random.randrange(3000)) for _ in range(49 - hiragana)) + "。"
                        for _ in range(12))
    for latin in (49, 50, 51):
        yield "".join(("漢" * (100 - latin) + "q" * latin)[i] for i in random.sample(range(100), 100)) * 6
    for copies in range(1, 9):
        lines = [sentence(random, 30) for _ in range(20 - copies)]
        yield "\n".join(lines + [lines[0]] * copies)
    for dots in range(2, 6):
        yield "\n".join(sentence(random, 30, "…" if i < dots else "。") for i in range(20))
    for run in (198, 199, 200, 201):
        yield sentence(random, 300) + "ー" * run + sentence(random, 300)
    for period in range(1, 13):
        yield "".join(random.choice("かきくけこさしすせそ") for _ in range(period)) * 60


def made_texts(seed, count):
    source = random.Random(seed)
    yield from ("", "あ", "。", "\n", "\n\n", "。。", "あ。", " ", "…", "あ…\n", "𠮷野家𩸽", "...\n", "a" * 60 + "あ")
    yield from near_thresholds(source)
    for _ in range(count):
        size = source.choice((3, 10, 50, 300, 900))
        alphabet = source.sample(LETTERS, source.randint(1, len(LETTERS))) + list(source.choice((MARKS, "。\n")))
        yield "".join(source.choice(alphabet) for _ in range(source.randrange(size)))
