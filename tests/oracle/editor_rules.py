# SPDX-License-Identifier: Apache-2.0
#
# Editors of Swallow and LLM-jp, from their published definitions (doc/editors.md names the files), and ng_words, for
# comparison. `compat` includes their mistakes.
import re

import regex

KANJI = "\u3400-\u9fff\uf900-\ufaff"
VOTERS = "\u3041-\u3096\u30a1-\u30fa" + KANJI + "々〇〻" + "）」』］〕】〉》"
BINDING = "０-９Ａ-Ｚａ-ｚ"


def votes(text, mark, compat):
    beyond = "" if compat else "\U00020000-\U0003ffff"
    return len(re.findall(f"[{VOTERS}{beyond}]{mark}+", text))


def swallow_punctuation(text, compat):
    chosen = [(western, japanese) for western, japanese in (("，", "、"), ("．", "。"))
              if votes(text, japanese, compat) < votes(text, western, compat)]
    for western, japanese in chosen:
        if compat:
            pattern = f"([^{BINDING}^]){western}+"
        else:
            pattern = f"([^{BINDING}{western}]){western}+"
        text = re.sub(pattern, lambda m: m[1] + japanese * (len(m[0]) - 1), text)
    return text


def swallow_footer(text, words):
    """`words` without repetition, longer ones first."""
    lines = text.split("\n")
    for index in range(max(0, len(lines) - 10), len(lines)):
        line = lines[index]
        whole, found = len(line), 0
        for word in words:
            found += line.count(word) * len(word)
            line = line.replace(word, "")
        if whole and found / whole > 0.3:
            return "\n".join(lines[:index])
    return text


def llm_jp_japanese(text):
    kept = []
    for line in text.split("\n"):
        if regex.search(r"[\p{Script=Hiragana}\p{Script=Katakana}ー]", line):
            line = regex.sub(r"https?://[\w/:%#$&?()~.=+\-]+", "", line)
            kept.append(regex.sub(r"[\x00-\x7f]{100,}", "", line))
    return "".join(kept)


def llm_jp_end(text, headings):
    found = regex.search(r"\n(?:" + "|".join(headings) + r")\s*\n", text)
    return text[:found.start()] if found else text


def llm_jp_brackets(text):
    for opening, closing, marks, before in (("（", "）", ",，、;；", ""), (r"\(", r"\)", ",;", r"\s?")):
        text = regex.sub(rf"{opening}[\s{marks}]*", opening.strip("\\"), text)
        text = regex.sub(rf"[\s{marks}]*{closing}", closing.strip("\\"), text)
        text = regex.sub(rf"{before}{opening}\s*{closing}", "", text)
    return text


def ng_words(text, words, borders, put):
    """Of the words that begin at a place the longest whose start and end are borders goes; `borders`: of each line, in bytes."""
    lines = []
    for line, (starts, ends) in zip(text.split("\n"), borders, strict=True):
        places = [0]
        for character in line:
            places.append(places[-1] + len(character.encode()))
        left, at = "", 0
        while at < len(line):
            fits = [word for word in words if places[at] in starts and line.startswith(word, at) and places[at + len(word)] in ends]
            left += put if fits else line[at]
            at += max(map(len, fits)) if fits else 1
        lines.append(left)
    return "\n".join(lines)
