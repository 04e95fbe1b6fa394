# SPDX-License-Identifier: Apache-2.0
#
# What editors make of documents, against HojiChar and the definitions; for ng_words mecab says where words are:
# editors.py TOKENIZE DICTIONARY FOOTERS HEADINGS NG_WORDS [TEXT.jsonl...]
import itertools
import os
import random
import re
import sys

import editor_rules as rules
from clean_chains import compare_chains
from clean_texts import made_texts, mecab_borders, read_texts
from hojichar import Document
from hojichar.filters import document_filters, tokenization

PARTS = {
    "marks": list("，．、。（）^") + ["Ａ，", "ｚ．", "３，１．４", "𠮷，", "漢，", "カ．", "」，", "，，，", "．．", "あ、", "い。", "\n", "a"],
    "numbers": list("0123456789+- ") + ["090-1234-5678", "0120-123-456", "+81-3-1234-5678", "０９０", "0９０１２３４５６７８", "電話は", "円",
                                          "06 1234 5678", "+8190", "٣٤٥", "\n"],
    "addresses": list("@.-_+a1") + ["foo.bar@example.co.jp", "連絡は", "まで", "x@y", "@@", "a@b.", "a@.b", "é", "\n", "Ａ＠Ｂ．Ｃ"],
    "lines": ["\n", "\n\n", "一覧を見る", "著作権", "本文です", "あいう", "ABC", "漢字", "ｶﾅ", "ｰﾞﾟ", "ー", "\u3000", " ", "脚注", "\n脚注\n", "\n脚注 \n",
              "\nReferences\u3000\n", "見る", "見見るる", "PR", "copyright", "Copyright"],
    "links": ["http://a.jp/b?c=d", "https://例え.jp/あ", "https:// ", "ftp://x.y", "HTTPS://A.B", "://", "を見る", "a" * 60, "b" * 99, "c" * 100, "\n",
              " ", "あ", ")", "。", "_", "é", "٣", "カ\u3099"],
    "brackets": list("（）()、，；;, \n\u3000あa") + ["（）", "（ 、）", "( )", "(;a)", "（（））", "(())", "\x1c", "\u0085"],
    "words": ["アス", "アスパラガス", "サック", "リュックサック", "悪い", "人", "は", "と", "。", " ", "\u3000", "\n", "野菜を", "野菜", "食べる", "ー", "a"],
    "sentences": ["。", "カテゴリー", "タグ", "検索 ", "あ。", "い", "うえ。", "前の記事", "【一覧】", "\n", "価格。", "ホーム>"],
}


def texts_of_parts(seed, count):
    source = random.Random(seed)
    pools = list(PARTS.values())
    for _ in range(count):
        pool = source.choice(pools) + (source.choice(pools) if source.random() < 0.2 else [])
        yield "".join(source.choice(pool) for _ in range(source.randrange(40)))


def hojichar_sentences(text):
    document = Document(text)
    for part in (tokenization.SentenceTokenizer(), FOOTERS, tokenization.MergeTokens()):
        document = part.apply(document)
    return document.text


FOOTERS = document_filters.HeaderFooterTagsRemover()
MASK = document_filters.MaskPersonalInformation()


def value(text):
    """As the value of an option is written."""
    return re.sub(r"[\\,:=]", r"\\\g<0>", text)


def chains(footers, headings):
    """Chain of editors, and the function that does the same."""
    keywords = os.path.join(os.path.dirname(document_filters.__file__), "..", "dict", "header_footer_keywords_ja.txt")
    words = [line for line in open(footers, encoding="utf-8").read().split("\n") if line]
    longest = sorted(dict.fromkeys(words), key=len, reverse=True)
    sections = [line for line in open(headings, encoding="utf-8").read().split("\n") if line]
    return {
        "hojichar_phone,hojichar_email": lambda text: MASK.apply(Document(text)).text,
        f"hojichar_header_footer:compat=true:words={value(keywords)}": hojichar_sentences,
        "swallow_punctuation:compat=true": lambda text: rules.swallow_punctuation(text, True),
        "swallow_punctuation": lambda text: rules.swallow_punctuation(text, False),
        f"swallow_footer:words={value(footers)}": lambda text: rules.swallow_footer(text, longest),
        "kana_lines,urls:compat=true,ascii_runs,join_lines": rules.llm_jp_japanese,
        f"end_sections:words={value(headings)}": lambda text: rules.llm_jp_end(text, sections),
        "empty_brackets,empty_brackets:brackets=ascii": rules.llm_jp_brackets,
    }


def compare_words(tokenize, dictionary, path, texts, made):
    """The editor ng_words, with texts of a line or more."""
    words = [line.strip() for line in open(path, encoding="utf-8").read().split("\n") if line.strip()]
    borders = dict(zip(texts, mecab_borders(dictionary, texts)))
    chains = {f"ng_words:words={value(path)}:with={value(put)}": lambda text, put=put: rules.ng_words(text, words, borders[text], put)
              for put in ("", "〇", "a,b:c=\\")}
    return compare_chains(tokenize, chains, texts, made, ["--dictionary", dictionary])


def main():
    tokenize, dictionary, footers, headings, ng_words, *files = sys.argv[1:]
    count = int(os.environ.get("CLEAN_TEXTS", "1000"))
    texts = list(made_texts(21, count)) + list(texts_of_parts(22, 10 * count))
    made = len(texts)
    for path in files:
        texts += itertools.islice(read_texts(path), int(os.environ.get("CLEAN_REAL", "500")))
    wrong = compare_chains(tokenize, chains(footers, headings), texts, made)
    wrong += compare_words(tokenize, dictionary, ng_words, texts, made)
    print(f"{wrong} differ")
    sys.exit(1 if wrong else 0)


main()
