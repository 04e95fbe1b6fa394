# SPDX-License-Identifier: Apache-2.0
#
# Made documents for the comparison with datatrove: words, lines and paragraphs that repeat, and documents one
# below, at and above each published bound.


def sentence(source, words, size):
    return "".join(source.choice(words) for _ in range(size))


NOUNS = ["東京", "日本", "本人", "学校", "会社", "ページ", "データ", "今日", "人", "日", "the", "of", "and", "word", "2024", "#", "…", "...",
         "・", "月", "年", "。", "、", "-", "(", "|", "　", "𠮷", "ｱｲｳ", "é", "Ⅳ"]
PARTICLES = ["の", "に", "を", "は", "が", "と", "で", "した", "され", "て"]


def words_in_lines(source, count):
    """Lines of words, with copies of words, lines and paragraphs, and every kind of line end."""
    for _ in range(count):
        pool = source.sample(NOUNS, source.randint(1, 12)) + source.sample(PARTICLES, source.randint(1, 6))
        space = source.choice(("", "", " "))
        lines = []
        for _ in range(source.randrange(1, 20)):
            if lines and source.random() < 0.3:
                lines.append(source.choice(lines))
            else:
                words = [source.choice(pool) for _ in range(source.randrange(25))]
                lines.append(source.choice(("", "", "- ", " •", "  ")) + space.join(words) +
                             source.choice(("。", "。", "", "…", "...", "……  ", "?", "\u061d", "」")))
        ends = source.choice((["\n"], ["\n", "\n\n"], ["\n", "\n\n", "\n\n\n", "\r\n", "\x0b", "\x1d", "\u2028", "\x85"]))
        text = "".join(line + source.choice(ends) for line in lines)
        yield text if source.random() < 0.5 else text.strip()


def pages(source, count):
    """English lines as C4 looks at them: ends, citations, phrases, initials, long words."""
    parts = ["the", "line", "has", "J.", "S.", "U", "[1]", "[12]", "[edit]", "[citation needed]", "[]", "[x]", "lorem ipsum",
             "Lorem Ipsum", "JavaScript", "java[3]script", "{", "}", "terms of use", "Use coo\u212aies", "É.", "e.g.", "Mr.", "3.5",
             "a" * 1000, "b" * 1001, "。", "!", "?", "…", "\u3000", "[\u0663]", "why?!", '"so."', "it's'", "A.B.", "\u201d"]
    ends = [".", "!", "?", '."', "'", '"', "...", "", "。", ".[2]", ". ", "?\u201d", ". A.", " [1]"]
    common = parts[:4] + parts[25:]
    for _ in range(count):
        pool = source.sample(common, 6) + source.sample(parts, source.randint(0, 3))
        lines = [" ".join(source.choice(pool) for _ in range(source.randrange(12))) + source.choice(ends)
                 for _ in range(source.randrange(1, 9))]
        yield source.choice(("\n", "\n", "\r\n", "\u2029")).join(lines)
    for end in range(8):
        yield "\n".join(["This line is a sentence."] * end)
        yield "One two three." + " Four. Five!" * end


def fresh(source, count):
    """Words that are the same for every cut: runs of one kana between the particle of the topic."""
    letters = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
    return ["".join(source.choice(letters) for _ in range(4)) for _ in range(count)]


def near_thresholds(source):
    for count in (49, 50, 51, 99999, 100000, 100001):
        yield " ".join(["ab", "the"] * (count // 2) + ["of"] * (count % 2))
    for length, words in ((2.99, 100), (3, 100), (3.01, 100), (9.99, 100), (10, 100), (10.01, 100)):
        total = round(length * words)
        yield " ".join("a" * (total // words + (i < total % words)) for i in range(words))
    for marks in (9, 10, 11):
        for mark in ("#", "…", "..."):
            yield " ".join(["word"] * (100 - marks) + [mark] * marks)
        yield "語 " * 100 + "#" * marks
    for bullets in (89, 90, 91):
        yield "\n".join(["- 項目"] * bullets + ["本文です"] * (100 - bullets))
    for dots in (29, 30, 31):
        yield "\n".join(["続く…"] * dots + ["終わりです。"] * (100 - dots))
    for plain in (199, 200, 201, 240, 241, 242):
        yield " ".join(["12"] * plain + ["the", "of"] * ((1000 - plain) // 2))
    for stops in range(4):
        yield " ".join(["word"] * 60 + ["the", "of", "with"][:stops])
        yield "カタカナ " * 60 + " ".join("のにを"[:stops])
    for copies in range(24, 36):
        lines = ["".join(fresh(source, 3)) + "は。" for _ in range(100 - copies)]
        yield "\n".join(lines + [lines[0]] * copies)
        yield "\n\n".join(lines + [lines[0]] * copies)
    for copies in range(17, 23):
        words = fresh(source, 100 - copies)
        yield " ".join(words + words[:1] * copies)
        yield "\n".join(fresh(source, 80)) + "\n" + "は" * 4 * copies + "\n" + "は" * 4 * copies
    for n in range(2, 11):
        for copies in range(1, 9):
            again = fresh(source, n)
            rest = fresh(source, 12 * n)
            yield " ".join(word for at in range(0, len(rest), n)
                           for word in rest[at:at + n] + (again if at // n < copies else []))
    for ended in (95, 96, 97, 119, 120, 121):
        yield "\n".join("".join(fresh(source, 2)) + ("。" if i < ended else "ア") for i in range(1000))
    for length in (29, 30, 31):
        for short in (66, 67, 68):
            yield "\n".join("".join(fresh(source, 8))[:length] if i < short else "".join(fresh(source, 9))[:31] + "。"
                            for i in range(100))
    for feeds in (29, 30, 31, 12, 13, 14):
        yield "\n" * feeds + " ".join(fresh(source, 100))
    for length in (199, 200, 201):
        yield "\n".join("あ" * size for size in (300, length, 250, 10))
    yield "\n".join("あ" * 250 for _ in range(2))
    yield "日本 人 の 学校 の 本 日 本人 の 学校 の 本"
