# SPDX-License-Identifier: Apache-2.0
#
# Japanese letters, and whether a text is Japanese at all.  The measures are shares and
# counts of letters; no dictionary.

import re

MIN_KANA = 10           # fewer kana than this: not a Japanese text
MIN_JAPANESE = 0.10     # ... nor one with a smaller share of Japanese letters

# Letters and marks that are written without spaces between them: CJK marks,
# kana, ideographs, full-width and half-width forms.
WIDE = ("\u3000-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
        "\uff01-\uffef\U00020000-\U0003ffff")
RE_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
RE_LETTER = re.compile("[\u3005\u3041-\u3096\u30a1-\u30fe\u3400-\u4dbf"
                       "\u4e00-\u9fff\uff66-\uff9f\U00020000-\U0003ffff]")


def is_japanese(text):
    """Whether a text has enough Japanese letters, kana among them."""
    letters = len(RE_LETTER.findall(text))
    solid = len(text) - sum(map(text.count, " \t\n\u3000"))
    return (letters >= MIN_JAPANESE * solid
            and len(RE_KANA.findall(text)) >= MIN_KANA)
