# SPDX-License-Identifier: Apache-2.0
#
# Values and verdicts of hojichar_* filters against the package: hojichar_values.py TOKENIZE DICTIONARY [TEXT.jsonl...]
import itertools
import os
import random
import re
import sys

import fugashi
import hojichar
import near_bounds
import unidic_lite
from clean_texts import made_texts, read_texts, records_of, scores
from hojichar import Document
from hojichar.filters import document_filters as reference

RUN = re.compile(r"(.)\1+", re.DOTALL)
LISTS = os.path.join(os.path.dirname(hojichar.__file__), "dict")


def listed(name, language="ja"):
    return os.path.join(LISTS, f"{name}_keywords_{language}.txt")


def english(seed, count):
    """Words of the English list in both cases between spaces, commas, full stops and what is none of them."""
    source = random.Random(seed)
    words = [line.strip() for line in open(listed("adult", "en"), encoding="utf-8") if line.strip()]
    for _ in range(count):
        pool = source.sample(words, 3) + ["good", "\u017fome", "\u0130t", "k\u212a"]
        pool += [word.replace("s", "\u017f").replace("i", "\u0131").replace("k", "\u212a") for word in pool[:2]]
        text = "".join(source.choice((str.upper, str.title, str))(source.choice(pool)) +
                       source.choice((" ", " ", " ", ", ", ".", "\n", "!", "  ", "")) for _ in range(source.randrange(12)))
        yield text.strip() if source.random() < 0.5 else text


def word_repetition(dictionary):
    """The package's filter with the words of our dictionary: it asks for UniDic, but only of the other filter."""
    package = object.__new__(reference.WordRepetitionRatioFilter)
    package.max_parse_chars = 100_000
    package.tagger = fugashi.GenericTagger(f"-r /dev/null -d {dictionary} -Owakati")
    return lambda text: package.compute_word_repetition_ratio(text, 7)


class Word:
    """Of a word what the package's filter of nouns looks at; the library's own object makes all 26 fields for it."""

    def __init__(self, name):
        self.feature, self.pos1 = self, name


def read_once(folder):
    """MeCab with the package's dictionary as the package's filter asks it, by its fast output of only the class of each word;
    what is asked for twice in turn is analysed once."""
    tagger = fugashi.GenericTagger(f"-r /dev/null -d {folder} -O '' -F '%f[0]\\t' -U '%f[0]\\t' -E ''")
    words, last = {}, {}

    def read(chunk):
        if chunk not in last:
            last.clear()
            names = tagger.parse(chunk).split()
            words.update({name: Word(name) for name in set(names) if name not in words})
            last[chunk] = [words[name] for name in names]
        return last[chunk]

    return read


def remembering(function):
    """The same, which answers for a text that it has seen without looking at it again."""
    found = {}

    def answer(text, *more):
        if text not in found:
            found[text] = function(text, *more)
        return found[text]

    return answer


def nouns():
    """The package's filter with its own dictionary; it computes the ratio only on the way to its verdict."""
    package = reference.DiscardTooManyNouns()
    package.tagger = read_once(unidic_lite.DICDIR)

    def ratio(text):
        classes = [word.feature.pos1 for chunk in package._chunk_text(text) for word in package.tagger(chunk)]
        counted = [name for name in classes if name != "\u88dc\u52a9\u8a18\u53f7"]
        return counted.count("\u540d\u8a5e") / len(counted) if counted else 0.0

    return lambda text: (ratio(text), package.apply(Document(text)).is_rejected)


def made_of_parts(seed, count):
    """Dates, words of boards and lists, runs, special characters."""
    source = random.Random(seed)
    words = [line.strip() for name in ("adult", "advertisement", "discrimination", "violence")
             for line in open(listed(name), encoding="utf-8") if line.strip()]
    parts = ["2024年1月2日", "1999-12-31", "12345/6/7日日", "2020年 3月 4", "コメント", "SOLD OUT", "レビュー", "投稿", "ページ",
             "(月)", "(年)", "質問", "12話", "話", "楽天市場", "-", "…\n", "...\n", "..\n", "。", "ア", "ー", "あいうえお", "😀", "★"]
    for _ in range(count):
        pool = source.sample(parts, source.randint(1, 8)) + source.sample(words, source.randint(0, 3))
        yield "".join(source.choice(pool) * source.choice((1, 1, 1, 2, 7)) for _ in range(source.randrange(40)))


class Reference:
    def __init__(self):
        self.board = reference.DiscardBBSComments()
        self.ads = reference.DiscardAds(dict_path=listed("advertisement"))
        self.special = reference.DiscardTooManySpecialToken()
        self.special._compute_special_characters_ratio = remembering(self.special._compute_special_characters_ratio)
        self.ellipsis = reference.DiscardTooManyEndingEllipsis()
        self.repetition = reference.CharRepetitionRatioFilter()
        self.repetition.compute_character_repetition_ratio = remembering(self.repetition.compute_character_repetition_ratio)
        self.filters = {
            "hojichar_kana_start": reference.AcceptJapanese(),
            "hojichar_kuten": reference.DiscardRareKuten(),
            "hojichar_board_marks": self.board,
            "hojichar_character_repetition": self.repetition,
            "hojichar_special_characters": self.special,
            "hojichar_run": reference.SingleCharacterRepetitionFilter(),
            "hojichar_ellipses": self.ellipsis,
            "hojichar_short_lines": reference.DiscardTooShortLines(),
            "hojichar_advertisements": self.ads,
            "hojichar_ng_words_en": reference.DiscardAdultContentEn(),
        }
        for name in ("adult", "discrimination", "violence"):
            self.filters[f"ng_{name}"] = reference.NgWordsFilterJa(listed(name))
            self.filters[f"ng_{name}_whole"] = reference.NgWordsFilterJa(listed(name), ignore_confused=True)

    def values(self, text):
        """What the filters compare, by their own patterns and functions."""
        lines = text.split("\n")
        kana = next((place for place, c in enumerate(text) if "ぁ" <= c <= "ん" or "ァ" <= c <= "ン"), len(text))
        return {
            "hojichar_kana_start": kana if kana < len(text) else 10**15,
            "hojichar_kuten": text.count("。") / len(text) if text else 1.0,
            "hojichar_board_marks": len(self.board.keyword_pat.findall(text)),
            "hojichar_ng_words_en:adult_keywords_en":
                len(self.filters["hojichar_ng_words_en"].keyword_pat.findall(text)),
            "hojichar_advertisements:advertisement_keywords_ja": len(self.ads.keyword_pat.findall(text)),
            "hojichar_character_repetition":
                float(self.repetition.compute_character_repetition_ratio(text, 5)),
            "hojichar_special_characters": self.special._compute_special_characters_ratio(text),
            "hojichar_run": max((len(run[0]) for run in RUN.finditer(text)), default=min(len(text), 1)),
            "hojichar_ellipses": len(self.ellipsis.ellipsis_pattern.findall(text)) / max(text.count("\n"), 1),
            "hojichar_short_lines": sum(len(line) <= 10 for line in lines) / len(lines),
        }


def long_texts(texts):
    """Documents of several times 100,000 characters and some at that border, with line feeds and spaces of full width, whose parts come again."""
    source = random.Random(15)
    parts = [text for text in texts if text.strip() and "\0" not in text]
    for size in (99_999, 100_000, 100_001, 100_005, 200_003, 300_000):
        pool = source.sample(parts, min(len(parts), 40))
        text = ""
        while len(text) < size:
            text += source.choice(pool) + source.choice(("\n", "\n\n", "\u3000", " ", "\t", "\r\n", ""))
        yield text[:size]


def compare_chunks(command, dictionary, texts, count):
    """The filters that count words with compat, which cut documents as the package does."""
    texts = [text for text in texts if "\0" not in text]  # there MeCab's binding ends
    texts += long_texts(texts) if count else []
    words, classes = word_repetition(dictionary), nouns()
    compared = wrong = 0
    values = scores([*command, "-d", dictionary], ["hojichar_word_repetition:compat=true"], texts)
    tagged = scores([*command, "-d", unidic_lite.DICDIR], ["hojichar_nouns:compat=true"], texts)
    for text, line, other in zip(texts, values, tagged, strict=True):
        compared += 3
        value, is_rejected = classes(text)
        if (line["values"]["hojichar_word_repetition/compat"] != words(text) or
                other["values"]["hojichar_nouns/compat"] != value or other["keep"] == is_rejected):
            wrong += 1
            print(f"chunks: {line} {other}, not {words(text)!r} {value!r}, {is_rejected}, of {text[:80]!r}")
    return compared, wrong


def main():
    tokenize, dictionary, *files = sys.argv[1:]
    count = int(os.environ.get("CLEAN_TEXTS", "1000"))
    texts = list(made_texts(12, count)) + list(made_of_parts(13, count)) + list(english(14, count))
    command = [tokenize, "clean"]
    near = {name: name for name in near_bounds.KEPT if name.startswith("hojichar_")}
    for name, words, language in (("ng_words", "adult", "ja"), ("ng_words_en", "adult", "en"), ("advertisements", "advertisement", "ja")):
        near[f"hojichar_{name}:{words}_keywords_{language}"] = f"{near.pop('hojichar_' + name)}:file={listed(words, language)}"
    near_words = {"hojichar_word_repetition": dictionary, "hojichar_nouns": unidic_lite.DICDIR}
    near = {name: argument for name, argument in near.items() if name not in near_words}
    texts += near_bounds.near(command, near, texts) if count else []
    made = len(texts)
    for path in files:
        texts += itertools.islice(read_texts(path), int(os.environ.get("CLEAN_REAL", "200")))
    package = Reference()
    arguments = {name: name for name in package.filters if not name.startswith("ng_")}
    arguments["hojichar_ng_words_en"] += ":file=" + listed("adult", "en")
    arguments["hojichar_advertisements"] += ":file=" + listed("advertisement")
    for name in ("adult", "discrimination", "violence"):
        arguments[f"ng_{name}"] = f"hojichar_ng_words:file={listed(name)}"
        arguments[f"ng_{name}_whole"] = f"hojichar_ng_words:file={listed(name)},whole_katakana=true"
    measured = scores(command, arguments.values(), texts)
    compared = wrong = 0
    expected = []
    for text, line in zip(texts, measured, strict=True):
        expected.append(package.values(text))
        for name, value in expected[-1].items():
            compared += 1
            if line["values"][name] != value:
                wrong += 1
                if wrong < 10:
                    print(f"{name}: {line['values'][name]!r}, not {value!r}, of {text[:80]!r}")
    if count:
        pattern = package.filters["ng_adult"].keyword_pat
        of_words = [{"hojichar_ng_words:adult_keywords_ja": int(pattern.search(text) is not None)} for text in texts[:made]]
        wrong += near_bounds.check(command, near, texts[:made], [row | more for row, more in zip(expected, of_words)])
    # Within one line without white space both sides see the same sentence.
    lines = ["".join(text.split())[:100_000] for text in texts[:made + int(os.environ.get("CLEAN_LINES", "1000000000"))]]
    lines += [line * 3 for line in lines[::3]]
    for name, words in near_words.items() if count else ():
        lines += near_bounds.near([*command, "-d", words], {name: name}, lines, lambda text: text == "".join(text.split()))
    ratio = word_repetition(dictionary)
    found = {name: [] for name in near_words}
    for text, line in zip(lines, scores([*command, "-d", dictionary], ["hojichar_word_repetition"], lines), strict=True):
        if len(text) > 100_000:
            continue
        compared += 1
        value = ratio(text)
        found["hojichar_word_repetition"].append((text, value))
        if line["values"]["hojichar_word_repetition"] != value:
            wrong += 1
            print(f"word_repetition: {line}, not {value!r}, of {text[:80]!r}")
    ratio = nouns()
    measured = scores([*command, "-d", unidic_lite.DICDIR], ["hojichar_nouns"], lines)
    for text, line in zip(lines, measured, strict=True):
        if len(text) > 100_000:
            continue
        compared += 2
        value, is_rejected = ratio(text)
        found["hojichar_nouns"].append((text, value))
        if line["values"]["hojichar_nouns"] != value or line["keep"] == is_rejected:
            wrong += 1
            print(f"nouns: {line}, not {value!r}, {is_rejected}, of {text[:80]!r}")
    for name, words in near_words.items() if count else ():
        wrong += near_bounds.check([*command, "-d", words], {name: name}, [text for text, _ in found[name]], [{name: value} for _, value in found[name]])
    chunked, more = compare_chunks(command, dictionary, texts, count)
    compared, wrong = compared + chunked, wrong + more
    rejected, records = 0, records_of(texts)
    for name, filter in package.filters.items():
        for text, line in zip(texts, scores(command, [arguments[name]], texts, records), strict=True):
            compared += 1
            expected = filter.apply(Document(text)).is_rejected
            rejected += expected
            if line["keep"] == expected:
                wrong += 1
                if wrong < 10:
                    print(f"{name}: {line}, but rejected is {expected}, of {text[:80]!r}")
    print(f"compared {compared} values and verdicts of {made} made and {len(texts) - made} real documents, "
          f"{rejected} rejections: {wrong} differ")
    sys.exit(1 if wrong or (count and not rejected) else 0)


main()
