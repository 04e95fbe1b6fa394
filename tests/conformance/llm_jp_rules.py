# SPDX-License-Identifier: Apache-2.0
#
# Verdicts and reasons of llm-jp-v1 by its definition (llm-jp/llm-jp-corpus, scripts/filters.py and filter_data.py, mC4 for
# Japanese), the slow and plain way: llm_jp_rules.py TOKENIZE [TEXT.jsonl...]. Where the definition takes a filter of
# HojiChar, its pattern is the package's; of URLs Python's urllib.parse says the host. CLEAN_TEXTS=N: how many made documents; CLEAN_REAL=N: how many of each file.
import itertools
import json
import os
import random
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

from clean_texts import made_texts, read_texts
from hojichar import Document
from hojichar.filters import document_filters
from made_urls import comparable, host_of, made_hosts, made_urls, measured

LISTS = Path(document_filters.__file__).parent.parent / "dict"


def listed(name):
    return LISTS / f"{name}_keywords_ja.txt"


KANA = document_filters.AcceptJapanese()
ADS = document_filters.DiscardAds(dict_path=listed("advertisement")).keyword_pat
BAD = {name: document_filters.NgWordsFilterJa(dict_path=listed(name), ignore_confused=True).keyword_pat
       for name in ("adult", "discrimination", "violence")}


def hits(pattern, text):
    return sum(1 for _ in pattern.finditer(text))


def reason(text):
    """The first rule that drops the text; None: it stays."""
    if text == "":
        return "too_short"
    if KANA.apply(Document(text)).is_rejected:
        return "no_kana_at_start"
    if text.count("。") < len(text) / 250:
        return "rare_kuten"
    if hits(ADS, text) > 10:
        return "advertisements"
    if any(hits(pattern, text) > 3 for pattern in BAD.values()):
        return "ng_words"
    data = text.encode()
    share = len(zlib.compress(data, level=9)) / len(data)
    return "compression" if not 0.30 <= share <= 0.70 else None


def edges(seed):
    """Counts and shares one below, at and above each bound."""
    source = random.Random(seed)
    words = {name: [line for line in listed(name).read_text(encoding="utf-8").split("\n") if line]
             for name in ("advertisement", *BAD)}
    plain = "日本語の文章を書いてあるところで、今日は雨が降り風も強い。朝から晩まで山の上の家に居て本を読む。"

    def filler(size):
        return "".join(source.choice(plain) for _ in range(size))
    for name, most in (("advertisement", 10), ("adult", 3), ("discrimination", 3), ("violence", 3)):
        for count in range(most - 1, most + 3):
            for _ in range(12):
                yield "は" + "。".join(filler(60) + source.choice(words[name]) for _ in range(count)) + "。" + filler(300)
    for size in (249, 250, 251, 499, 500, 501, 749, 750, 751):
        for count in (0, 1, 2, 3):
            yield ("は" + "。" * count + filler(size).replace("。", "で"))[:size]
    for place in (0, 48, 49, 50, 51, 60):
        yield "漢" * place + "は。" + filler(200)
    for share in range(1, 60):  # repetition from none to nearly all: both bounds of the compression
        yield "は。" + filler(20 * share) + filler(30) * (60 - share)
    for size in (1, 5, 20, 40, 60, 80, 100, 120, 150, 200):
        yield "".join(chr(source.randrange(0x4E00, 0x9FA5)) for _ in range(size)) + "は。"


def verdicts(tokenize, texts):
    records = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    command = [tokenize, "clean", "-p", "llm-jp-v1", "--lists", str(LISTS), "--scores", "-", "-o", os.devnull, "--quiet", "--no-progress"]
    run = subprocess.run(command, input=records, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


DOMAINS = set("jp com net org work info xyz biz me tv site tokyo cc".split())


def domain_kind(url, host):
    """has_valid_domain; where there is no host it fails."""
    if not host:
        return -1
    if url.startswith("https://ja.wikipedia.org/"):
        return 2
    return 0 if host.split(".")[-1] in DOMAINS else 1


def compare_domains(tokenize, count):
    """How many of the made URLs have another value or verdict."""
    if not count:
        return 0
    source = random.Random(43)
    hosts = sorted({*made_hosts(source), *(f"example.{domain}" for domain in DOMAINS), *(f"example.x{domain}" for domain in DOMAINS)})
    urls = [None, "", *filter(comparable, made_urls(source, hosts, 5 * count))]
    urls += [f"{scheme}{host}{tail}" for scheme in ("https://", "http://", "HTTPS://", " https://") for tail in ("", "/", "/wiki/あ", "?a")
             for host in ("ja.wikipedia.org", "JA.wikipedia.org", "ja.wikipedia.org.", "en.wikipedia.org", "ja.wikipedia.org:80")]
    seen, wrong = Counter(), 0
    for url, line in zip(urls, measured(tokenize, "llm_jp_domain", urls), strict=True):
        host = None if url is None else host_of(url)
        if host is False:  # Python refuses the URL
            continue
        expected = domain_kind(url, host)
        seen[expected] += 1
        if line["values"]["llm_jp_domain"] != expected or line["keep"] != (expected <= 0):
            wrong += 1
            print(f"{line}, not {expected}, of {url!r}")
    print(f"compared {sum(seen.values())} values and verdicts of top-level domains of made URLs ({dict(sorted(seen.items()))}): {wrong} differ")
    return wrong if len(seen) == 4 else 1


# Rules by the reasons that ours give.
OURS = {"too_short": "too_short", "no_kana_at_start": "no_kana_at_start", "rare_kuten": "rare_kuten", "advertisements": "advertisements",
        "ng_words": "ng_words", "compressible": "compression", "incompressible": "compression"}


def main():
    tokenize, *files = sys.argv[1:]
    texts = list(made_texts(41, int(os.environ.get("CLEAN_TEXTS", "600")))) + list(edges(42)) + [""]
    made = len(texts)
    for path in files:
        texts += itertools.islice(read_texts(path), int(os.environ.get("CLEAN_REAL", "500")))
    wrong, found = 0, Counter()
    for text, line in zip(texts, verdicts(tokenize, texts), strict=True):
        expected = reason(text)
        ours = line.get("reason")
        ours = OURS.get(ours, ours)
        found[expected] += 1
        if expected != ours:
            wrong += 1
            if wrong < 10:
                print(f"{ours}, not {expected}, of {text[:80]!r} ({len(text)} characters): {line}")
    print(f"compared {len(texts)} verdicts and reasons of {made} made and {len(texts) - made} real documents, "
          f"{dict(sorted(found.items(), key=str))}: {wrong} differ")
    wrong += compare_domains(tokenize, int(os.environ.get("CLEAN_TEXTS", "600")))
    sys.exit(1 if wrong or len(found) < 7 else 0)


main()
