# SPDX-License-Identifier: Apache-2.0
#
# Character sets: from the bytes of a file to its text, by what the file declares, else
# by trying, always strictly.

import re

RE_DECLARED = re.compile(
    rb"""(?:charset\s*=|<\?xml[^>]*encoding\s*=|coding[:=])\s*["']?\s*([A-Za-z0-9_.:-]+)""")
# Declarations that are believed.  A Latin one is not: Japanese pages carry it by mistake,
# and any bytes at all would pass as Latin text.
CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8",
            "euc-jp": "euc_jp", "eucjp": "euc_jp", "euc_jp": "euc_jp",
            "x-euc-jp": "euc_jp", "ujis": "euc_jp",
            "iso-2022-jp": "iso2022_jp", "shift_jis": "cp932",
            "shift-jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932"}


def decode(data):
    """bytes -> str by declaration, else UTF-8, ISO-2022-JP or EUC-JP; always
    strictly.  None when the bytes are none of these."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    tries = []
    found = RE_DECLARED.search(data[:4096])
    if found:
        declared = CHARSETS.get(found.group(1).decode("ascii").lower())
        if declared:
            tries.append(declared)
    if b"\x1b$" in data:
        tries.append("iso2022_jp")
    tries += ["utf-8", "euc_jp"]
    for name in tries:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            pass
    return None
