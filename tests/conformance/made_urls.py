# SPDX-License-Identifier: Apache-2.0
#
# Made URLs, what Python's own urllib.parse takes for their hosts, and what a filter says of them: for swallow_hosts.py and llm_jp_rules.py.
import json
import subprocess
import unicodedata
import urllib.parse

LABELS = ["example", "EXAMPLE", "www", "Www", "a", "b-c", "xn--wgv71a119e", "日本語", "ÄÖÜ", "ÉCOLE", "İSTANBUL", "ＷＩＤＥ", "１２", "k\u212a", "ß", "5ch", "wikipedia",
          "ja", "net", "org", "jp", "co", "COM", "under_score", "*", "", "xwikipedia", "\u2126", "ȺB", "ﬁ", "ΑΒΓ"]
TOPS = ["jp", "com", "org", "net", "JP", "5ch.net", "wikipedia.org", ".5ch.net", "WIKIPEDIA.org", "日本", "jp.", "127.0.0.1", "256.1"]
USERS = ["", "", "", "", "user@", "user:pass@", "a@b@", "@", "u%40x@", "[@", "]@"]
PORTS = ["", "", "", "", ":80", ":", ":x", ":80:90", ":８０"]
SCHEMES = ["http://", "https://"] * 12 + ["HTTPS://", "ftp://", "//", "", "http:", "http:/", "http:///", "a+b-c.1://", "1a://", "h ttp://", "h\tt\ntp://",
           ":", "://", "日://", " http://", "\x00\x1fhttp://", "\u3000http://", "_://"]
TAILS = ["", "/", "/path/a:b@c", "?q=//x.jp", "#f", "/日本", ";p", "\\x", " ", "\t", "\r\n/", "%20", "/[", "]"]
ADDRESSES = ["[::1]", "[2001:DB8::A]", "[fe80::1%Eth0]", "[::1", "::1]", "[v1.a:B]", "127.0.0.1", "1.2.3.4", "[::ffff:1.2.3.4]", "%41.JP", "a%ZZ.Jp"]


def host_of(url):
    """None where the reference has none and fails; False where Python refuses the URL and the filter takes what stands there."""
    try:
        return urllib.parse.urlparse(url).hostname
    except ValueError:
        return False


def made_hosts(source):
    for _ in range(400):
        labels = [source.choice(LABELS) for _ in range(source.randrange(3))]
        yield ".".join([*labels, source.choice(TOPS)])
    yield from ADDRESSES


def made_urls(source, hosts, count):
    hosts = list(hosts)
    parts = SCHEMES + TAILS + USERS + PORTS + LABELS + ["@", "[", "]", ":", "/", ".", "%"]
    for _ in range(count):
        if source.random() < 0.15:
            yield "".join(source.choice(parts) for _ in range(source.randrange(8)))
        else:
            yield source.choice(SCHEMES) + source.choice(USERS) + source.choice(hosts) + source.choice(PORTS) + source.choice(TAILS)


def measured(tokenize, filters, urls):
    records = "".join(json.dumps({"text": "x"} if url is None else {"text": "x", "url": url}) + "\n" for url in urls)
    run = subprocess.run([tokenize, "clean", "-f", filters, "--scores", "-", "-o", "/dev/null", "-q", "--no-progress"],
                         input=records.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def comparable(url):
    """Lower case of Unicode 17 differs from that of this Python's for letters that are newer; a zone keeps its letters."""
    return "Σ" not in url and all(unicodedata.category(character) != "Cn" for character in url)
