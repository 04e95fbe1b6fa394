# SPDX-License-Identifier: Apache-2.0
#
# The filter swallow_hosts against Swallow's rule for URLs (ngurl.py, Checker.check and read_blacklists), written down anew with
# Python's own urllib.parse (made_urls.py): swallow_hosts.py TOKENIZE FOLDER. FOLDER receives lists. CLEAN_TEXTS=N: how many made URLs.
import os
import random
import sys

from made_urls import comparable, host_of, made_hosts, made_urls, measured

CATEGORIES = """adult shopping cryptojacking games redirector strict_redirector vpn strong_redirector social_networks ddos gambling
publicite bitcoin dating phishing filehosting agressif chat celebrity financial manga remote-control webmail malware doh warez""".split()
OTHERS = ["blog", "press", "mixed_adult", "mixed adult"]


def small(text):
    """str.lower of a character by itself: Σ has two small letters, and ours is always σ."""
    return "".join(character.lower() for character in text)


def make_lists(source, hosts, folder):
    """Categories as UT1 has them, of which some are white; returns the labels of each line, as read_blacklists does."""
    labels = {}
    with open(os.path.join(folder, "global_usage"), "w", encoding="utf-8") as usage:
        for category in CATEGORIES + OTHERS:
            kind = "white" if category in ("manga", "doh") else "black"
            usage.write(f"NAME: {category}\nDEFAULT_TYPE: {kind}\nSOURCE: made\n\n")
            for name in ("domains", "urls"):
                lines = [small(host) for host in source.sample(hosts, 12) if "\n" not in host]
                lines += [line + "/page" for line in lines[:4]] if name == "urls" else []
                os.makedirs(os.path.join(folder, category), exist_ok=True)
                with open(os.path.join(folder, category, name), "w", encoding="utf-8") as file:
                    file.writelines(line + "\n" for line in lines)
                for line in lines if kind == "black" and " " not in category else []:  # ngurl.py takes a name as far as a space
                    labels.setdefault(line, set()).add(category)
    return labels


def kind_of(host, labels):
    if not host:
        return -1
    if host.endswith(".5ch.net") or host.endswith("wikipedia.org"):
        return 1
    return 2 if labels.get(host, set()) & {*CATEGORIES, "mixed adult"} else 0


def main():
    tokenize, folder = sys.argv[1:]
    count = int(os.environ.get("CLEAN_TEXTS", "1500"))
    if not count:
        return
    source = random.Random(81)
    hosts = sorted(set(made_hosts(source)))
    urls = [None, "", *filter(comparable, made_urls(source, hosts, 10 * count))]
    found = [None if url is None else host_of(url) for url in urls]
    listable = sorted({host for host in found if host and "/" not in host and host == host.strip()})
    labels = make_lists(source, listable, folder)
    compared = wrong = refused = 0
    seen = {}
    for option, known in ((f":file={folder},compat=true", labels), ("", {})):
        for url, host, line in zip(urls, found, measured(tokenize, "swallow_hosts" + option, urls), strict=True):
            if host is False:
                refused += 1
                continue
            (value,) = line["values"].values()
            expected = kind_of(host, known)
            compared += 1
            seen[expected] = seen.get(expected, 0) + 1
            if value != expected or line["keep"] != (expected <= 0):
                wrong += 1
                print(f"{option}: {value}, not {expected}, of {url!r}, host {host!r}")
    print(f"compared {compared} values and verdicts of hosts of made URLs ({dict(sorted(seen.items()))}; {refused} that Python refuses): "
          f"{wrong} differ")
    sys.exit(1 if wrong or len(seen) < 4 else 0)


main()
