# SPDX-License-Identifier: Apache-2.0
"""Documents that lie within one step of each published bound, and whether the filters decide there as published.

A step is one character, line or word more of what a filter looks for: a family of documents is the same one with 0, 1, 2 ... of
them. Of each filter and bound, the documents whose values are nearest below, at and above it are judged with that filter's
defaults alone, so that the defaults and what happens at a bound are those that are written down here.
"""
import math
import operator
import random

from clean_texts import scores

# What is kept, by the publications named in doc/filters.md: names without what follows a colon or a slash.
KEPT = {
    "swallow_letters": [(">=", 400)], "swallow_repeated_lines": [("<=", 0.30)], "swallow_repeated_sentences": [("<=", 0.30)],
    "swallow_repeated_line_characters": [("<=", 0.20)], "swallow_repeated_sentence_characters": [("<=", 0.20)],
    "swallow_top_2gram": [("<=", 0.20)], "swallow_top_3gram": [("<=", 0.18)], "swallow_top_4gram": [("<=", 0.16)],
    "swallow_repeated_5gram": [("<=", 0.15)], "swallow_repeated_6gram": [("<=", 0.14)], "swallow_repeated_7gram": [("<=", 0.13)],
    "swallow_repeated_8gram": [("<=", 0.12)], "swallow_repeated_9gram": [("<=", 0.11)], "swallow_repeated_10gram": [("<=", 0.10)],
    "swallow_hiragana": [(">=", 0.2)], "swallow_katakana": [("<=", 0.5)], "swallow_japanese": [(">=", 0.5)],
    "swallow_japanese_letters": [(">=", 400)], "swallow_sentence_length": [(">=", 20), ("<=", 90)],
    "swallow_longest_sentence": [("<=", 200)], "swallow_ellipses": [("<=", 0.2)], "swallow_ng_words": [("<", 0.05)],
    "unended_sentences": [("<=", 147)], "swallow_detector": [(">", 0)],
    "hojichar_kana_start": [("<", 50)], "hojichar_kuten": [(">=", 0.01)], "hojichar_board_marks": [("<=", 14)],
    "hojichar_character_repetition": [("<", 0.33)], "hojichar_special_characters": [("<=", 0.4)], "hojichar_run": [("<", 200)],
    "hojichar_ellipses": [("<=", 0.7)], "hojichar_short_lines": [("<=", 0.5)], "hojichar_ng_words": [("<=", 0)],
    "hojichar_ng_words_en": [("<=", 0)], "hojichar_word_repetition": [("<", 0.40)], "hojichar_nouns": [("<", 0.80)],
    "hojichar_advertisements": [("<=", 14)],
    "gopher_words": [(">=", 50), ("<=", 100_000)], "gopher_word_length": [(">=", 3), ("<=", 10)], "gopher_hashes": [("<=", 0.1)],
    "gopher_ellipses": [("<=", 0.1)], "gopher_bullet_lines": [("<=", 0.9)], "gopher_ellipsis_lines": [("<=", 0.3)],
    "gopher_alphabetic_words": [(">=", 0.8)], "gopher_stop_words": [(">=", 2)], "gopher_repeated_paragraphs": [("<=", 0.3)],
    "gopher_repeated_paragraph_characters": [("<=", 0.2)], "gopher_repeated_lines": [("<=", 0.3)],
    "gopher_repeated_line_characters": [("<=", 0.2)], "gopher_top_2gram": [("<=", 0.20)], "gopher_top_3gram": [("<=", 0.18)],
    "gopher_top_4gram": [("<=", 0.16)], "gopher_repeated_5gram": [("<=", 0.15)], "gopher_repeated_6gram": [("<=", 0.14)],
    "gopher_repeated_7gram": [("<=", 0.13)], "gopher_repeated_8gram": [("<=", 0.12)], "gopher_repeated_9gram": [("<=", 0.11)],
    "gopher_repeated_10gram": [("<=", 0.10)],
    "fineweb_ended_lines": [(">=", 0.12)], "fineweb_short_lines": [("<=", 0.67)], "fineweb_repeated_characters": [("<=", 0.01)],
    "fineweb_line_feeds": [("<=", 0.3)], "mc4_long_lines": [(">=", 200)], "c4_sentences": [(">=", 5)],
    "c4_lorem_ipsum": [("<=", 0)], "c4_braces": [("<=", 0)],
    "nemo_other_characters": [("<=", 0.25)], "nemo_digits": [("<=", 0.15)], "nemo_urls": [("<=", 0.2)], "nemo_white_space": [("<=", 0.25)],
    "nemo_parentheses": [("<=", 0.1)], "nemo_bullet_lines": [("<=", 0.9)], "nemo_unended_lines": [("<=", 0.85)],
    "nemo_ellipsis_lines": [("<=", 0.3)], "nemo_distinct_lines": [(">=", 0.7)], "nemo_distinct_line_characters": [(">=", 0.8)],
    "nemo_distinct_paragraphs": [(">=", 0.7)], "nemo_distinct_paragraph_characters": [(">=", 0.8)],
    "nemo_words": [(">=", 50), ("<=", 100_000)], "nemo_word_length": [(">=", 3), ("<=", 10)], "nemo_longest_word": [("<=", 1000)],
    "nemo_symbol_words": [("<=", 0.1)], "nemo_alphabetic_words": [(">=", 0.8)], "nemo_common_words": [(">=", 2)],
    "oscar_header": [("<=", 0.5)], "oscar_footer": [("<=", 0.5)], "oscar_long_lines": [(">=", 0.6)], "hplt_line_length": [(">=", 10)],
    "uzushio_hiragana": [(">=", 0.1)], "uzushio_length": [(">=", 50)], "uzushio_word_types": [("<", 3)], "uzushio_links": [("<=", 0.8)],
    "uzushio_compression": [(">=", 0.25), ("<=", 5)], "llm_jp_compression": [(">=", 0.30), ("<=", 0.70)],
    "code_longest_line": [("<=", 1000)], "code_line_length": [("<=", 100)], "code_alphanumeric": [(">=", 0.25)],
    "ccnet_perplexity": [("<", 1450)], "perplexity": [("<=", 1450)], "language": [(">=", 0.5)], "fasttext": [(">=", 0.5)],
}
# Bounds that no value comes near: LZ4 makes a text longer by 17 bytes at most.
ONE_SIDE = {("uzushio_compression", 5)}
OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

KANJI = [chr(0x4E00 + 7 * i) for i in range(2500)]


def lines_of(source, count, length=30, ending="。"):
    return ["".join(source.choice("日本語の文章を書いてあるところでアイウは") for _ in range(length - len(ending))) + ending for _ in range(count)]


def among(source, plain, other, steps, size=100):
    """`size` characters of which 0 to `steps` are the other one."""
    for count in range(steps + 1):
        yield "".join(other if i < count else source.choice(plain) for i in range(size))


def near_texts(seed):
    source = random.Random(seed)
    kanji = "".join(KANJI[:400])
    for plain, other in ((kanji, "ひ"), (kanji, "カ"), ("ひ" * 3 + kanji, "q"), ("ab.", "漢"), ("ab.", "7"), ("ab.", " "), ("ab.", "("), ("日本ひら", "★"),
                         ("-=", "a"), ("日本ひら", "。"), ("漢\x02字", "\x03")):
        yield from among(source, plain, other, 100)
    for count in range(4):  # 1 of 100 and of 200 and 250
        for size in (99, 100, 101, 199, 200, 201):
            yield "。" * count + "ひ" * (size - count)
    for before in (48, 49, 50, 51):
        yield "漢" * before + "ひ" + "漢" * 9
        yield "漢" * (before - 1) + "。" + "ア" * 400
    for size in (1, 19, 20, 21, 49, 50, 51, 89, 90, 91, 99, 100, 101, 146, 147, 148, 198, 199, 200, 201, 202, 399, 400, 401, 999, 1000, 1001):
        line = "".join(source.choice("日本語の文章を書いてあるところでアイウは") for _ in range(size - 1))
        yield line + "。"
        yield line + "は"
        yield "\n".join([line + "。"] * 3)
        yield "\n".join((line[:i] + "ほ" + line[i:])[:size - 1] + "。" for i in range(0, min(size, 40), 2))
        yield line[:size // 2] + "ー" * size + line
        yield "x" * size + "\n" + "y" * size
    for lines in (9, 10, 11):
        yield "\n".join("x" * 10 for _ in range(20)) + "y" * lines
        yield ("x" * lines + "\n") * 20 + "x" * lines
    for size in range(6, 15):
        yield "\n".join("x" * size for _ in range(7))
    good, bad = lines_of(source, 100), lines_of(source, 100)
    for separator in ("\n", "\n\n"):
        for count in range(100):
            yield separator.join([good[0]] * count + good[1:101 - count])  # lines and paragraphs that come again
            if separator == "\n":
                for ending in ("…", "...", "", "　"):
                    yield separator.join([line[:-1] + ending if i < count else line[:-1] + "." for i, line in enumerate(good)])
                yield separator.join(["短い。" if i < count else line * 4 for i, line in enumerate(good)])
                yield separator.join(["- " * (i < count) + line for i, line in enumerate(bad)])
                yield separator.join(["• " * (i < count) + line for i, line in enumerate(bad)])
                yield separator.join(["い" * 50 if i < count else "あ" * 100 for i in range(100)])
    for count in range(60):  # sequences of characters and words that come again
        for size in (3, 4, 6, 8, 12):
            again = "".join(KANJI[-size:])
            fresh = source.sample(KANJI[:2000], 400)
            yield "".join("".join(fresh[10 * i:10 * i + 10]) + again * (i < count) for i in range(40))
    for count in range(45):
        yield "漢字" * count + "".join(source.sample(KANJI, 100))
        yield "検査" * count + "は行く。" * 8
        yield "検査 " * count + "".join(f"{a}は行く。" for a in "山川海空人犬猫鳥")
    for count in range(8):
        yield "\n".join(["短い"] * count + ["長い" * 60] * 7 + ["短い"] * count + ["x" * 120] * 2)
        yield "One two three four." + " Five." * count
        yield "This line has lorem ipsum in it.\n" * count + "Other text stands here."
        yield "This line has a { in it.\n" * count + "Other text stands here."
    for count in range(48, 53):
        short = ["短い"] * count + ["長い" * 60] * (100 - count)
        yield "\n".join(short + ["長い" * 60] * 300 + short)
    for count in range(100):
        yield "http://a.jp/" + "x" * count + " " + "word " * 40
    for repeat in range(1, 60):
        yield "今日は良い天気です。" * repeat + "".join(source.sample(KANJI, 60))
        yield "".join(source.sample(KANJI, 3 * repeat)) + "ひらがな" * 4
    for count in range(101):
        yield "\x02" + "x" * count + "\x03" + "y" * (100 - count)
    for size in (1, 2, 3, 4, 5, 6, 7, 8):
        yield "漢" * size


def kept_by(name):
    return KEPT[name.split(":")[0].split("/")[0]]


def nearest(values, bound, many=2):
    """Places of the values nearest below, at and above the bound."""
    found = sorted((value, i) for i, value in enumerate(values))
    return ([pair for pair in found if pair[0] < bound][-many:], [pair for pair in found if pair[0] == bound][:many],
            [pair for pair in found if pair[0] > bound][:many])


def near(command, arguments, texts=(), takes=lambda text: True):
    """Of `texts` and the families above, as far as the comparison takes them, those that lie nearest to the bounds of the filters, whose argument `arguments` has by
    the name of the value; by our own measures, so that a reference need not look at all of them."""
    texts = [text for text in (*texts, *near_texts(61)) if takes(text)]
    rows = [line["values"] for line in scores(command, arguments.values(), texts)]
    chosen = {i for name in arguments for _, bound in kept_by(name)
              for side in nearest([row[name] for row in rows], bound) for _, i in side}
    return [texts[i] for i in sorted(chosen)]


def judge(command, argument, name, how, bound, texts, rows, keeps):
    """Compares verdicts of the filter near a bound of the value `name` with what `keeps` says of the row of values: how many, and
    how many are wrong or could not be compared, because no document lies within one step."""
    wrong = 0
    sides = nearest([row[name] for row in rows], bound)
    step = step_at(name, bound)
    chosen = [pair for side in sides for pair in side if abs(pair[0] - bound) <= step]
    if len({OPERATORS[how](value, bound) for value, _ in chosen}) < 2 and (name, bound) not in ONE_SIDE:
        wrong += 1
        print(f"{argument}: no document within one step of {bound} on both sides: {sides[0][-1:]} {sides[2][:1]}")
    for (value, i), line in zip(chosen, scores(command, [argument], [texts[i] for _, i in chosen]), strict=True):
        if line["keep"] != keeps(rows[i]):
            wrong += 1
            print(f"{argument}: keep {line['keep']} for {value!r}, where {how} {bound} is kept, of {texts[i][:60]!r}")
    return len(chosen), wrong


def step_at(name, bound):
    """One more than the bound for counts; of shares the documents have about a hundred parts. A character more makes a perplexity
    about a hundredth greater, and a classifier that was made on few texts up to three hundredths surer."""
    name = name.split(":")[0]
    return 0.013 * bound if name.endswith("perplexity") else 1 if bound == int(bound) else 0.03 if name in ("language", "fasttext") else 0.013


def check(command, arguments, texts, values):
    """`values` holds for each of `texts` what the reference measures. Compares verdicts near the bounds: how many are wrong."""
    compared = wrong = 0
    for name, argument in arguments.items():
        for how, bound in kept_by(name):
            found = judge(command, argument, name, how, bound, texts, values,
                          lambda row: all(OPERATORS[kept](row[name], at) for kept, at in kept_by(name)))
            compared, wrong = compared + found[0], wrong + found[1]
    print(f"compared {compared} verdicts within one step of the bounds of {len(arguments)} filters: {wrong} differ")
    return wrong


def check_at_value(command, argument, option, how, texts, values):
    """The same for a bound that is the very value of a document, and for the numbers beside it: what happens at a bound where no
    document of a made model meets the published one. `argument`: the filter, which takes more options."""
    wrong = 0
    for text, value in zip(texts, values, strict=True):
        for bound in (math.nextafter(value, -math.inf), value, math.nextafter(value, math.inf)):
            (line,) = scores(command, [f"{argument}{',' if ':' in argument else ':'}{option}={bound!r}"], [text])
            if line["keep"] != OPERATORS[how](value, bound):
                wrong += 1
                print(f"{argument}: keep {line['keep']} for {value!r}, where {how} {bound!r} is kept, of {text[:60]!r}")
    print(f"compared {3 * len(texts)} verdicts at bounds that are values of {argument.split(':')[0]}: {wrong} differ")
    return wrong
