# SPDX-License-Identifier: Apache-2.0
#
# What the editors c4_lines, datatrove_pii and symbol_lines make of documents, against the package datatrove:
# datatrove_editors.py TOKENIZE [TEXT.jsonl...]. CLEAN_TEXTS=N: how many made documents; CLEAN_REAL=N: how many of each file.
import ipaddress
import itertools
import os
import random
import sys

from clean_chains import compare_chains
from clean_texts import made_texts, read_texts
from datatrove.data import Document
from datatrove.pipeline.filters.c4_filters import C4QualityFilter
from datatrove.pipeline.formatters.pii import PIIFormatter
from datatrove.pipeline.formatters.symbol_lines_remover import SymbolLinesFormatter

PARTS = {
    "lines": ["\n", "\r\n", "\r", "\x0b", "\x1c", "\u0085", "\u2028", "one two three", " four", "five six.", "\u3000", " ", "\t", "[1]", "[]", "[12", "[٣]",
              "[edit]", "[citation needed]", ".", "...", "?", "\"", "'", "JavaScript", "javasc\u0131pt", "coo\u212aie policy", "Terms of Use", "x" * 1000,
              "x" * 1001, "日本語の文。", "あ", "\ufeff", "\u200b", "{", "lorem ipsum"],
    "symbols": ["|", "|", "|", " ", " | ", "\n", "\n", "\n", "\r\n", "\r", "\x0b", "\x1c", "\u0085", "\u2028", "\u2026", "\t", "\u3000", "a", "\u00a6", "\u4e28", "-", "。"],
    "addresses": list("@.-_+a1:[] \n") + ["foo.bar@example.co.jp", "連絡は", "まで", "x@y", "@@", "a@b.", "a@.b", "é", "Ａ＠Ｂ．Ｃ", "!#$%&'*+/=?^_`{|}~-", "..",
                                            "a@b.c-d", "-", "a@b-.c", "@[1.2.3.4]", "@[1.2.3.a-b:]", "@[1.2.3.-:]", "٣", "ⅷ", "①", "_", "a.b.c.d@e.f.g.h"],
    "networks": list("0123456789. \n") + ["8.8.8.8", "1.1.1.1", "256.1.1.1", "1.2.3.256", "1.2.3.2555", "08.8.8.8", "8.8.8.08", "10.0.0.1", "192.168.0.1",
                                           "224.0.0.1", "240.0.0.1", "255.255.255.255", "100.64.0.1", "100.128.0.1", "169.254.1.1", "172.15.0.1",
                                           "172.31.0.1", "198.18.0.1", "203.0.113.9", "0.0.0.0", "1.2.3", "1.2.3.4.5.6.7.8", "バージョン", "@a.b"],
}


def texts_of_parts(seed, count):
    source = random.Random(seed)
    pools = list(PARTS.values())
    for _ in range(count):
        pool = source.choice(pools) + (source.choice(pools) if source.random() < 0.2 else [])
        yield "".join(source.choice(pool) for _ in range(source.randrange(40)))


def addresses(seed):
    """First and last address of every network that Python knows as special, and those beside them; and drawn ones."""
    source = random.Random(seed)
    for network in ipaddress._IPv4Constants._private_networks + [ipaddress.ip_network("100.64.0.0/10")]:
        for edge in (int(network[0]), int(network[-1])):
            for near in (edge - 1, edge, edge + 1):
                if 0 <= near < 1 << 32 and near >> 8 != 0xC00000:  # 192.0.0.0/24: what is special there changed with 3.12.4
                    yield str(ipaddress.ip_address(near))
    for _ in range(2000):
        yield ".".join(str(source.randrange(256)) for _ in range(4))


def c4_lines(**more):
    package = C4QualityFilter(min_num_sentences=-1, filter_lorem_ipsum=False, filter_curly_bracket=False, **more)

    def run(text):
        document = Document(text=text, id="")
        assert package.filter(document) is True
        return document.text
    return run


def pii(**more):
    return lambda text: PIIFormatter(**more).format(text)  # a new one, whose replacements begin anew


def symbols(*arguments):
    package = SymbolLinesFormatter(*arguments)
    return package.format


CHAINS = {
    "symbol_lines": symbols(["|"], "\n"),
    "symbol_lines:symbols=|-\u3000。:with=nothing": symbols(["|", "-", "\u3000", "。"]),
    "c4_lines": c4_lines(),
    "c4_lines:punctuation=any": c4_lines(filter_no_terminal_punct=False),
    "c4_lines:punctuation=any:least_words=0": c4_lines(filter_no_terminal_punct=False, min_words_per_line=-1),
    "datatrove_pii": pii(),
    "datatrove_pii:public=false": pii(only_remove_public_ips=False),
    "datatrove_pii:emails=false": pii(remove_emails=False),
    "datatrove_pii:addresses=false": pii(remove_ips=False),
}


def main():
    tokenize, *files = sys.argv[1:]
    count = int(os.environ.get("CLEAN_TEXTS", "150"))
    texts = [*made_texts(31, count), *texts_of_parts(32, 20 * count), *addresses(33)] if count else []
    made = len(texts)
    for path in files:
        texts += itertools.islice(read_texts(path), int(os.environ.get("CLEAN_REAL", "500")))
    wrong = compare_chains(tokenize, CHAINS, texts, made)
    print(f"{wrong} differ")
    sys.exit(1 if wrong else 0)


main()
