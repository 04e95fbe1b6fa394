#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seed inputs of the fuzz targets to fuzz/corpus/. Their output is committed, so
that building needs neither Python nor the `zstd` command; run it again to add cases."""
import base64
import gzip
import json
import pathlib
import random
import struct
import subprocess
import zlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
TEXT = "吾輩は猫である。名前はまだ無い。\nどこで生れたか頓と見当がつかぬ。𠮷野家😀\n".encode()


def write(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def json_lines():
    lines = {
        "plain": '{"id": 1, "text": "日本語のテキスト"}\n{"text":"","id":null}\n',
        "escapes": r'{"text":"\"\\\/\b\f\n\r\t\u0000\u3042\uD83D\uDE00","id":"\u00e9"}',
        "surrogates": '{"text":"\\ud800"}\n{"text":"\\udc00\\ud83d\\ude00\\ud83d"}\n'
                      '{"\\ud800":1,"text":"\\ud83d\\u0041"}\n',
        "keys": '{"t\\u0065xt":"a","text":"b","":"c","\\u0069d":{"id":[1,{"text":2}]}}',
        "numbers": '{"id":[0,-0,1.5,-2e10,3E+4,5e-6,1e999,123456789012345678901234567890]}\n'
                   '{"id":01}\n{"id":-}\n{"id":1.}\n{"id":.5}\n{"id":1e}\n{"id":+1}\n',
        "broken": '{\n{}}\n{"a"}\n{"a":}\n{"a":1,}\n[1]\n{"a":[1}\n{"a":tru}\n{"a":"b\n'
                  '{"a":"\\x"}\n{"a":"\\u12"}\n{"a":"b\\\n{a:1}\n\ufeff{}\n{} x\n\n',
        "white_space": ' \t\r{ "text" :\t"a" , "id" : [ ] , "x" : { } } \r\n',
        "deep": '{"a":' * 300 + '[' * 211 + '1' + ']' * 211 + '}' * 300 + '\n' + '{"a":' + '[' * 600,
        "long_string": '{"text":"' + "あいうえお\\nabcdefghijklmnopqrstuvwxyz" * 20 + '"}',
    }
    for name, content in lines.items():
        write("json_lines", name, content.encode())
    write("json_lines", "not_utf8", b'{"text":"\xff"}\n{"text":"\xed\xa0\x80"}\n{"text":"\xe3\x81"}\n'
          b'{"text":"a\x00b"}\n{"text":"\x1f"}\n\x82\xa0\n')


def zstd(data, *options):
    return subprocess.run(["zstd", "-q", "-c", *options], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def skippable(variant, size):
    return (0x184D2A50 + variant).to_bytes(4, "little") + size.to_bytes(4, "little") + bytes(size)


def seek_table(entries):
    """`entries`: (stored size, content size, checksum)."""
    body = b"".join(v.to_bytes(4, "little") for entry in entries for v in entry)
    body += len(entries).to_bytes(4, "little") + b"\x80" + (0x8F92EAB1).to_bytes(4, "little")
    return (0x184D2A5E).to_bytes(4, "little") + len(body).to_bytes(4, "little") + body


def streams():
    member = gzip.compress(TEXT, mtime=0)
    frame = zstd(TEXT)
    write("streams", "empty", b"")
    write("streams", "plain", TEXT)
    write("streams", "one_byte_of_magic", b"\x1f")
    write("streams", "gzip", member)
    write("streams", "gzip_two_members", member + gzip.compress(b"", mtime=0) + member)
    write("streams", "gzip_padding", member + bytes(40))
    write("streams", "gzip_garbage", member + b"garbage")
    write("streams", "gzip_truncated", member[:-9])
    write("streams", "gzip_wrong_crc", member[:-8] + b"\0\0\0\0" + member[-4:])
    header = zlib.compressobj(6, zlib.DEFLATED, 31)
    write("streams", "gzip_large_ratio", header.compress(bytes(300000)) + header.flush())
    write("streams", "zstd", frame)
    write("streams", "zstd_no_checksum", zstd(TEXT, "--no-check"))
    write("streams", "zstd_two_frames", frame + zstd(b"") + frame)
    write("streams", "zstd_skippable", skippable(0, 0) + skippable(15, 9) + frame + skippable(3, 1))
    write("streams", "zstd_garbage", frame + b"garbage")
    write("streams", "zstd_truncated", frame[:-6])
    write("streams", "zstd_wrong_checksum", frame[:-1] + bytes([frame[-1] ^ 1]))
    # --stream-size writes the content size although the input is a pipe.
    sized = zstd(TEXT, f"--stream-size={len(TEXT)}")
    checksum = int.from_bytes(sized[-4:], "little")
    entry = (len(sized), len(TEXT), checksum)
    write("streams", "seekable", sized * 2 + seek_table([entry] * 2))
    write("streams", "seekable_wrong_sum", sized + seek_table([entry] * 2))
    write("streams", "seekable_empty", seek_table([]))


def utf8():
    write("utf8", "japanese", TEXT)
    write("utf8", "ascii", b"The quick brown fox jumps over the lazy dog. " * 4)
    borders = [0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF]
    write("utf8", "borders", "".join(map(chr, borders)).encode())
    bad = {
        "overlong": b"\xc0\x80\xc1\xbf\xe0\x80\x80\xe0\x9f\xbf\xf0\x80\x80\x80\xf0\x8f\xbf\xbf",
        "surrogates": b"a\xed\xa0\x80b\xed\xbf\xbf",
        "too_large": b"\xf4\x90\x80\x80\xf5\x80\x80\x80\xfe\xff",
        "lone_trail": b"\x80\xbfa\xbf",
        "cut_2": b"a\xc3", "cut_3": b"abc\xe3\x81", "cut_4": b"\xf0\x9f\x98",
        "shift_jis": "吾輩は猫である".encode("cp932"),
    }
    for name, data in bad.items():
        write("utf8", name, data)
        # Behind long valid text, where whole registers are compared.
        write("utf8", name + "_late", "あ".encode() * 43 + b"ascii " * 11 + data)
    source = random.Random(1)
    write("utf8", "random", bytes(source.randrange(256) for _ in range(400)))
    write("utf8", "mixed", "".join(source.choice("aé あ漢😀") for _ in range(300)).encode())


def normal_forms():
    texts = {
        "kana": "ｶﾞｷﾞﾊﾟ か\u3099゛ ヽヾ 〱",
        "widths": "ＡＢＣ　１２３（株）①㍿㍻㋿〜～―ー",
        "marks": "e\u0301\u0323 \u0323\u0301\u3099\u1100\u1161\u11a8각",
        "emoji": "👨\u200d👩\u200d👧 ❤\ufe0f 葛\U000e0100 🇯🇵🇯",
        "references": "&lt;&amp;&#x3042;&#65&notit;&copy &#x110000; &",
        "sentences": "「はい。」と。3.14！？\n\n・一\nMr. A. B.\r\nえ…。(笑)",
        "mojibake": "縺薙ｌ縺ｯ譌･譛ｬ隱 ã\x81\x82",
        "spaces": "  　 a  b\u00a0\u2003\u200b\ufeff\t ",
    }
    # The first two bytes choose the steps: every step alone, and some pairs.
    for number, (name, text) in enumerate(texts.items()):
        for step in range(0, 48, 4):
            first = step + number % 4
            write("normal_forms", f"{name}_{first}", bytes([first, 7 * number + step]) + text.encode())
    write("normal_forms", "not_utf8", b"\x01\x02\xe3\x81\xff\xef\xbd\xb6\xef\xbe\x9e\xe3\x80")


def charsmap_of(rules):
    """A precompiled_charsmap: u32 size, double array as of darts-clone, replacements. Each node has
    its children in a block of 256 units of its own."""
    texts, places = b"", {}
    for target in sorted(set(rules.values())):
        places[target] = len(texts)
        texts += target + b"\0"
    nodes = sorted({key[:size] for key in rules for size in range(len(key) + 1)})
    base = {key: 256 * (number + 1) for number, key in enumerate(nodes)}
    units = [0] * (256 * (len(nodes) + 1))
    for key in nodes:
        place = base[key[:-1]] ^ key[-1] if key else 0
        units[place] = (place ^ base[key]) << 10 | (key in rules) << 8 | (key[-1] if key else 0)
        if key in rules:
            units[base[key]] = 0x80000000 | places[rules[key]]
    array = b"".join(unit.to_bytes(4, "little") for unit in units)
    return len(array).to_bytes(4, "little") + array + texts


def charsmap():
    rules = {"ｶ": "カ", "ｶﾞ": "ガ", "a": " ", "ab": "x y", "\u3000": " ", "b": ""}
    blob = charsmap_of({key.encode(): target.encode() for key, target in rules.items()})
    seed = lambda text, map: len(text).to_bytes(2, "little") + text + map
    text = "  ｶﾞｶ\u3000 ab  aあb\u2581 ".encode() + b"\xff\xe3 "
    write("charsmap", "plain", seed(text, blob))
    write("charsmap", "empty_text", seed(b"", blob))
    write("charsmap", "no_map", seed(text, b""))
    write("charsmap", "cut", seed(text, blob[:2000]))
    write("charsmap", "no_end", seed(text, blob[:-1]))
    write("charsmap", "too_large", seed(text, b"\xff\xff\xff\x7f" + blob[4:]))
    # Every unit leads elsewhere: far outside, to itself, to leaves with wild values.
    for name, change in (("outside", 0x3FFFFE00), ("extended", 0x200), ("leaves", 0x100),
                         ("negative", 0x80000000)):
        wild = bytearray(blob)
        for at in range(4, 4 + 256 * 8, 4):
            unit = int.from_bytes(wild[at:at + 4], "little")
            if unit:
                wild[at:at + 4] = (unit ^ change).to_bytes(4, "little")
        write("charsmap", name, seed(text, bytes(wild)))
    loop = charsmap_of({b"a" * 40: b"!"})
    write("charsmap", "deep", seed(b"a" * 100, loop))
    many = charsmap_of({b"a" * size: b"!" for size in range(1, 41)})
    write("charsmap", "more_candidates_than_are_looked_at", seed(b"a" * 100, many))


charsmap()


def gguf_file(keys, version=3):
    """`keys`: (name, type, bytes of the value)."""
    text = lambda value: len(value).to_bytes(8, "little") + value
    body = b"".join(text(b"tokenizer.ggml." + name) + kind.to_bytes(4, "little") + value
                    for name, kind, value in keys)
    return b"GGUF" + version.to_bytes(4, "little") + bytes(8) + len(keys).to_bytes(8, "little") + body


def gguf():
    text = lambda value: len(value.encode()).to_bytes(8, "little") + value.encode()
    number = lambda value: value.to_bytes(4, "little")
    items = lambda kind, values: number(kind) + len(values).to_bytes(8, "little") + b"".join(values)

    def model(name, rows, *more):
        tokens, types, scores = zip(*rows)
        return [(b"model", 8, text(name)), (b"tokens", 9, items(8, [text(token) for token in tokens])),
                (b"token_type", 9, items(5, [number(kind) for kind in types])),
                (b"scores", 9, items(6, [struct.pack("<f", score) for score in scores])), *more]

    specials = [("<unk>", 2, 0), ("<s>", 3, 0), ("</s>", 3, 0)]
    octets = [(f"<0x{byte:02X}>", 6, 0) for byte in range(256)]
    pieces = [("\u2581", 1, -1), ("a", 1, -2), ("GG", 1, -3), ("\u2581a", 1, -4), ("\u3042", 4, -5)]
    files = {
        "llama": model("llama", specials + pieces, (b"add_space_prefix", 7, b"\0")),
        "llama_bytes": model("llama", specials + octets + pieces),
        "t5": model("t5", specials + [(token, kind, score - 0.5) for token, kind, score in pieces],
                    (b"precompiled_charsmap", 9, items(0, [bytes([byte]) for byte in charsmap_of(
                        {"a".encode(): "b".encode()})]))),
        "bert": model("bert", [("[UNK]", 3, 0), ("[CLS]", 3, 0), ("[SEP]", 3, 0), ("\u2581a", 1, 0),
                               ("b", 1, 0)]),
        "plamo2": model("plamo2", specials + octets + pieces),
        "gpt2": model("gpt2", [("G", 1, 0), ("U", 1, 0), ("GU", 1, 0), ("GG", 1, 0), ("<s>", 3, 0),
                               ("xx", 4, 0), ("[PAD0]", 5, 0)], (b"pre", 8, text("gpt-2")),
                      (b"merges", 9, items(8, [text("G U"), text("G G")])), (b"bos_token_id", 4, number(4)),
                      (b"add_bos_token", 7, b"\1")),
        "rwkv": model("rwkv", specials),
        "arrays": [(b"model", 9, items(9, [items(9, [])]))],
    }
    for name, keys in files.items():
        write("gguf", name, gguf_file(keys))
    write("gguf", "version_2", gguf_file(files["llama"], 2))
    write("gguf", "big_endian", gguf_file(files["llama"], 3 << 24))
    write("gguf", "cut", gguf_file(files["gpt2"])[:-40])
    rows = [["<|plamo:unk|>", 0.0, "UNKNOWN"], *([token, 0, "BYTE"] for token, _, _ in octets),
            ["a", -1.5, "NORMAL", None, 1], ["aa", -3, "NORMAL"], ["\u3042", -2e0, "USER_DEFINED"]]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    write("gguf", "plamo", lines)
    write("gguf", "plamo_cut", lines[:-20])
    write("gguf", "plamo_numbers", b'["a", -1000]\n["b", 1e400, "NORMAL"]\n')


gguf()


def split_steps():
    """u8 kind, u16 size, steps or regular expression, text."""
    text = "a b  12あ、Ab'S\r\n_漢\u3000ー".encode() + b"\xff\xe3x"
    seed = lambda kind, what: bytes([kind]) + len(what).to_bytes(2, "little") + what + text
    steps = {
        "split": r"split-hf0.23:regex=\\s+|\\d{1\,2}:behavior=merged_with_next:invert=true",
        "text": "split-hf0.23:text=b:behavior=removed,digits-hf0.23:individual=true",
        "others": "whitespace-hf0.23,whitespace_split-hf0.23,bert-hf0.23,unicode_scripts-hf0.23,"
                  "delimiter-hf0.23:character=A,punctuation-hf0.23:behavior=contiguous",
        "changed": "metaspace-hf0.23:replacement=_:prepend=first:split=true,fixed_length-hf0.23:"
                   "length=2,byte_level-hf0.23:prefix_space=true:regex=true",
        "twice": "metaspace-hf0.23:replacement=_,metaspace-hf0.23:replacement=あ",
        "tiktoken": r"split-tiktoken0.14:regex=\\p{L}++|\\d+",
        "wrong": "split-hf0.23:text=a:nope=1",
    }
    for name, what in steps.items():
        write("split_steps", name, seed(0, what.encode()))
    expressions = {
        "words": r"'(?i:[sdmt]|ll)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}|\s+(?!\S)|\s",
        "sets": r"[\p{L}&&[^a-m]]+|[^[:alpha:]\d]|[\x{3041}-\u3096\-]",
        "looks": r"(?<=a|b)\s|(?<!^)(?=[A-Z])\w|(?>a|ab)c|\b.\B|^$|\A|\z",
        "repeats": r"(?:a{2,3}b?){1,4}?|(?:ab|c)*+d|x{,3}y{2,}",
        "catastrophe": r"(?:a|a|b)*c|(?:\w+\s?)+$x",
        "references": r"(a|\p{L})\1+|(?<n>\d)\k<n>|(?:(b)|c)+\k<-1>|\G\s|x\Ky",
        "numbers": r"(.)(\w)\2\1|(?=(..))\3|(?!(.)\4)\O|\N",
        "clusters": r"\X{2}|a\X|\R+|(?<=a+|\s{1,2}b)\w|(?<!\s*x)\S",
        "cases": r"(?i)é|[^à-ö]|\p{Lu}+|ａ[а-я&&[^ж]]|\P{Ll}",
        "deep": "(" * 150 + "a" + ")?" * 150,
        "wrong": r"(?<=a+)b|[z-a]",
    }
    for name, what in expressions.items():
        write("split_steps", name + "_onig", seed(1, what.encode()))
        write("split_steps", name + "_rust", seed(2, what.encode()))


split_steps()
def charset():
    """The first byte is the number of the charset (tkz_charset_at), plus 64 for each policy."""
    text = TEXT.decode()
    names = ["utf-8", "iso2022_jp", "cp932", "euc_jp", "utf-16-le", "utf-16-be", "utf-32-le",
             "utf-32-be", "gb18030", "big5hkscs", "cp949", "cp1252"]
    for number, name in enumerate(names):
        write("charset", name, bytes([number]) + text.encode(name, "ignore"))
        write("charset", name + "_cut", bytes([number + 128]) + text.encode(name, "ignore")[1:-1])
    write("charset", "cp932_extensions", b"\x02\x87\x40\xed\x40\xfa\x40\xf0\x40\xb1\xde\x80\xa0\xfd")
    write("charset", "euc_jp_three", b"\x03\x8f\xb0\xa1\x8e\xb1\x8f\xa1\xa1\x8f\xb0")
    write("charset", "iso_2022_jp_kana", b"\x01\x1b(I12\x0e3\x0f\xb1\x1b$(D0!\x1b$B\n\x1b(J\\~\x1b$")
    write("charset", "gb18030_four", b"\x08\x81\x30\x81\x30\x90\x30\x81\x30\xfe\x39\xfe\x39\x81\x30\x81")
    write("charset", "utf_16_surrogates", b"\x04\x00\xd8\x00\xdc\x00\xdc\x00\xd8\x42\x30\x00\xd8\x00")
    write("charset", "meta", b"\x02<!-- <meta charset=big5> --><meta charset='x-sjis'>\x93\xfa")
    write("charset", "xml", b"\x03<?xml version='1.0' encoding='EUC-JP'?><a>\xc6\xfc</a>")
    write("charset", "utf_8_as_latin_1", b"\x00" + text.encode().decode("latin-1").encode())
    write("charset", "utf_8_twice",
          b"\x00" + text.encode().decode("latin-1").encode().decode("latin-1").encode())
    write("charset", "utf_8_as_cp932", b"\x00" + text.encode().decode("cp932", "replace").encode())
    write("charset", "euc_jp_as_cp932",
          b"\x00" + text.encode("euc_jp", "ignore").decode("cp932", "replace").encode())


def byte_characters():
    """GPT-2's visible characters, by byte."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) if byte in plain else chr(256 + others.index(byte)) for byte in range(256)]


def model_files():
    """Small tokenizers in every format that is read; the first byte says which."""
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
             "use_regex": True}
    vocabulary = {name: number for number, name in enumerate(byte_characters())}
    vocabulary |= {"ab": 256, "abc": 257, "\u0120x": 258, "<s>": 259, "\u2581": 260, "dog": 300}
    added = {"id": 0, "content": "<s>", "single_word": False, "lstrip": True, "rstrip": False,
             "normalized": False, "special": True}
    model = {"type": "BPE", "dropout": None, "ignore_merges": True, "vocab": vocabulary,
             "merges": [["a", "b"], ["ab", "c"], ["\u0120", "x"]]}
    top = {"version": "1.0", "added_tokens": [added, dict(added, content="\u7d42", special=False)],
           "normalizer": None, "pre_tokenizer": level, "post_processor": None, "decoder": level,
           "model": model}
    dump = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    plain = dump(top)
    write("model_files", "tokenizer", b"j" + plain)
    write("model_files", "tokenizer_cut", b"j" + plain[:len(plain) // 2])
    write("model_files", "tokenizer_escapes", b"j" + json.dumps(top).encode())
    steps = [{"type": "NFC"}, {"type": "Replace", "pattern": {"String": "a,"}, "content": ":"},
             {"type": "Strip", "strip_left": True, "strip_right": False}]
    small = dict(model, vocab={"a": 0, "b": 1, "ab": 2}, merges=["a b"], ignore_merges=False)
    write("model_files", "tokenizer_small",
          b"j" + dump(dict(top, normalizer={"type": "Sequence", "normalizers": steps},
                           model=small, added_tokens=[])))
    piece = lambda name: {"SpecialToken": {"id": name, "type_id": 0}}
    template = {"type": "TemplateProcessing", "pair": [],
                "single": [piece("<s>"), {"Sequence": {"id": "A", "type_id": 0}}, piece("<s>")],
                "special_tokens": {"<s>": {"id": "<s>", "ids": [2, 0], "tokens": ["ab", "a"]}}}
    around = {"type": "BertProcessing", "sep": ["b", 1], "cls": ["a", 0]}
    write("model_files", "tokenizer_template",
          b"j" + dump(dict(top, model=small, added_tokens=[],
                           post_processor={"type": "Sequence",
                                           "processors": [level, template, around]})))
    cycle = dict(small, vocab={"a": 0, "aa": 1, "aaa": 2, "aaaa": 3},
                 merges=["a aaa", "aa aa", "aaa a", "a aa", "aa a", "a a", "a a"])
    write("model_files", "tokenizer_cycle", b"j" + dump(dict(top, model=cycle, added_tokens=[])))
    write("model_files", "tokenizer_deep", b"j" + b'{"a":' + b"[" * 1000)
    encoded = [base64.b64encode(token).decode()
               for token in [bytes([byte]) for byte in range(256)] + [b"ab", b"abc", b"dog"]]
    ranks = "".join(f"{token} {rank}\n" for rank, token in enumerate(encoded))
    write("model_files", "ranks", b"r" + ranks.encode())
    write("model_files", "ranks_small", b"rYQ== 0\nYg== 1\nYWI= 2\nYWFi 3\nYmFi 4\n")
    write("model_files", "ranks_early", b"rYQ== 9\nYg== 8\nYWI= 7\nYWFi 3\nYWFiYg== 2\n")
    tekken = {"config": {"pattern": "'s|'t|'re|'ve|'m|'ll|'d| ?[\\p{L}]+| ?[\\p{N}]+|"
                                    " ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                         "num_vocab_tokens": 259, "default_vocab_size": 289,
                         "default_num_special_tokens": 30, "version": "v3"},
              "vocab": [{"rank": rank, "token_bytes": token, "token_str": None}
                        for rank, token in enumerate(encoded)]}
    write("model_files", "tekken", b"k" + dump(tekken))
    special = [{"rank": 0, "token_str": "<s>", "is_control": True}]
    tekken["config"]["version"] = "v13"
    write("model_files", "tekken_specials", b"k" + dump(dict(tekken, special_tokens=special)))


def varint(value):
    head = b""
    while value >= 0x80:
        head += bytes([value & 0x7F | 0x80])
        value >>= 7
    return head + bytes([value])


def field(number, value):
    """A field of a protocol buffer: a number, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def piece(text, score, kind=1):
    return field(1, field(1, text.encode()) + b"\x15" + struct.pack("<f", score) +
                 (field(3, kind) if kind != 1 else b""))


def sentencepiece_files():
    special = piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("</s>", 0, 3)
    words = b"".join(piece(text, -number) for number, text in enumerate(
        ("\u2581", "a", "\u2581a", "\u3042", "ab", "b", "\u2581\u2581", "\u65e5\u672c")))
    symbols = piece("<x>", 0, 4) + piece("  ", 0, 4) + piece("bb", -9, 5)
    every_byte = b"".join(piece(f"<0x{byte:02X}>", 0, 6) for byte in range(256))
    # The double array of no keys, and one text.
    charsmap = struct.pack("<I", 1024) + bytes(1024) + b"x\0"
    for name, number in (("unigram", 1), ("bpe", 2), ("word", 3), ("char", 4)):
        write("sentencepiece_file", name, special + words + symbols + field(2, field(3, number)))
        write("sentencepiece_file", name + "_bytes", special + every_byte + words + field(
            2, field(3, number) + field(35, 1)) + field(3, field(3, 0) + field(4, 0)))
    write("sentencepiece_file", "charsmap", special + words + field(
        3, field(1, b"own") + field(2, charsmap) + field(5, 0)) + field(5, field(2, charsmap)))
    write("sentencepiece_file", "suffix", special + words + field(
        2, field(24, 1) + field(44, b" ? ")))
    write("sentencepiece_file", "unknown_fields", special + field(4, b"test") + words +
          field(200, 7) + b"\x33\x08\x01\x34" + field(1, field(1, b"odd") + field(300, 1)))
    write("sentencepiece_file", "wrong", special + piece("a", 0, 9) + special)


def dense_matrix(rows, columns, value=lambda i, j: (i * 7 + j * 3) % 11 / 8 - 0.5):
    return struct.pack("<2q", rows, columns) + b"".join(
        struct.pack("<f", value(i, j)) for i in range(rows) for j in range(columns))


def quantizer(columns, part):
    parts = -(-columns // part)
    last = columns - (parts - 1) * part
    return struct.pack("<4i", columns, parts, part, last) + b"".join(
        struct.pack("<f", i % 17 / 8 - 1) for i in range(256 * columns))


def quantized_matrix(rows, columns, part, norms):
    parts = -(-columns // part)
    data = bytes([norms]) + struct.pack("<2qi", rows, columns, rows * parts)
    data += bytes(i * 37 % 256 for i in range(rows * parts)) + quantizer(columns, part)
    return data + (bytes(range(rows)) + quantizer(1, 1) if norms else b"")


def classifiers():
    """fastText models of three words and two labels (facebookresearch/fastText src/fasttext.cc)."""
    def settings(loss, word_ngrams=1, bucket=5, shortest=2, longest=3, columns=3, model=3, version=12):
        return struct.pack("<2I12id", 793712314, version, columns, 5, 5, 1, 5, word_ngrams, loss,
                           model, bucket, shortest, longest, 100, 1e-4)

    def dictionary(labels=("a", "b"), kept=None):
        words = ["</s>", "猫", "日本"]
        entries = b"".join(w.encode() + b"\0" + struct.pack("<qb", 9 - i, 0) for i, w in enumerate(words))
        entries += b"".join(b"__label__" + w.encode() + b"\0" + struct.pack("<qb", 7 - i, 1)
                            for i, w in enumerate(labels))
        pairs = b"".join(struct.pack("<2i", *pair) for pair in kept or [])
        return struct.pack("<3i2q", len(words) + len(labels), len(words), len(labels), 50,
                           -1 if kept is None else len(kept)) + entries + pairs

    dense = b"\0" + dense_matrix(8, 3) + b"\0" + dense_matrix(2, 3)
    for name, loss in (("hs", 1), ("ns", 2), ("softmax", 3), ("ova", 4)):
        write("classifier", name, settings(loss) + dictionary() + dense)
    write("classifier", "words", settings(3, word_ngrams=3, longest=0) + dictionary() + dense)
    write("classifier", "old", settings(3, version=11) + dictionary() + dense)
    write("classifier", "tree", settings(1) + dictionary("abcdefg") + b"\0" + dense_matrix(8, 3) +
          b"\0" + dense_matrix(7, 3))
    write("classifier", "quantized", settings(3) + dictionary() + b"\1" + quantized_matrix(8, 3, 2, 1) +
          b"\0" + dense_matrix(2, 3))
    write("classifier", "pruned", settings(4) + dictionary(kept=[(1, 0), (4, 1)]) + b"\1" +
          quantized_matrix(5, 3, 2, 0) + b"\1" + quantized_matrix(2, 3, 2, 1))
    write("classifier", "pruned_all", settings(2) + dictionary(kept=[]) + b"\1" +
          quantized_matrix(3, 3, 4, 0) + b"\0" + dense_matrix(2, 3))
    write("classifier", "no_number", settings(3) + dictionary() + b"\0" +
          dense_matrix(8, 3, lambda i, j: float("nan")) + b"\0" + dense_matrix(2, 3))
    write("classifier", "vectors", settings(3, model=2) + dictionary() + dense)
    write("classifier", "buckets", settings(3, bucket=6) + dictionary() + dense)
    write("classifier", "wide", settings(3, columns=2 ** 31 - 1) + dictionary() + dense)


def ngram_models():
    """ARPA files. The binary files beside them are what KenLM's build_binary 0.3.0 makes of "arpa"."""
    head = "\\data\\\nngram 1=%d\nngram 2=%d\nngram 3=%d\n\n"
    words = "\\1-grams:\n-99\t<s>\t-0.5\n-1\t</s>\n-1.5\ta\t-0.25\n-1.2\tb\n-1\tc\t0.3\n-2\td\t-1\n"
    pairs = "\n\\2-grams:\n-0.5\t<s> a\t-0.1\n-0.7\ta b\t-0.5\n-0.2\tc </s>\n-0.3\tc d\t0\n-1\td c\n"
    threes = "\n\\3-grams:\n-0.3\t<s> a b\n-0.1\ta b c\n-0.6\tc d </s>\n"
    end = "\n\\end\\\n"
    unknown = "-3\t<unk>\n"
    write("ngram_model", "arpa", (head % (7, 5, 3) + words + unknown + pairs + threes + end).encode())
    write("ngram_model", "no_unknown", (head % (6, 5, 3) + words + pairs + threes + end).encode())
    write("ngram_model", "lines", (head % (6, 5, 3) + words + pairs + threes + end).replace(
        "\n", "\r\n").encode())
    write("ngram_model", "counts", (head % (6, 5, 4) + words + pairs + threes + end).encode())
    write("ngram_model", "twice", (head % (8, 5, 3) + words + unknown + "-1\ta\n" + pairs + threes +
                                   end).encode())


def unigram():
    """Options, an empty line, lines of text."""
    lines = "".join(f"{a} {b}{a} {b}\n" for a in ("すもも", "もも", "のうち", "ももたろう") for b in ("の", "も", "a1", "12"))
    small = {"vocab_size": 40, "hard_vocab_limit": "false", "seed_sentencepiece_size": 200}
    cases = {
        "plain": {},
        "digits": {"split_digits": "true", "split_by_number": "false"},
        "suffix": {"treat_whitespace_as_suffix": "true", "add_dummy_prefix": "false"},
        "spaces": {"allow_whitespace_only_pieces": "true", "split_by_whitespace": "false",
                   "remove_extra_whitespaces": "false"},
        "symbols": {"user_defined_symbols": "もも,12", "control_symbols": "<x>,<y>", "byte_fallback": "true",
                    "vocab_size": 300},
        "ids": {"unk_id": 5, "bos_id": -1, "eos_id": 39, "pad_id": 7, "unk_piece": "?"},
        "scripts": {"split_by_unicode_script": "false", "max_sentencepiece_length": 3, "required_chars": "漢字"},
        "slow": {"shrinking_factor": 0.95, "num_sub_iterations": 1, "character_coverage": 0.98, "vocab_size": 20},
        "old": {"compat": "sentencepiece-0.2.0", "input_format": "tsv"},
        "new": {"compat": "sentencepiece-0.2.3", "max_sentence_length": 30},
        "memory": {"memory": 100000},
        "hard": {"hard_vocab_limit": "true"},
        "wrong": {"vocab_size": "many", "colour": "red"},
    }
    for name, options in cases.items():
        text = "".join(f"{key}\t{value}\n" for key, value in {**small, **options}.items())
        write("unigram", name, (text + "\n" + lines).encode())
    write("unigram", "bytes", b"vocab_size\t300\nhard_vocab_limit\tfalse\n\n" + bytes(range(256)) * 3)
    write("unigram", "empty", b"")


def word_tables():
    def entry(shared, rest, *counts):
        return varint(shared) + varint(len(rest)) + rest + b"".join(map(varint, counts))

    blocks = {
        "words": (1, 4, entry(0, b"a", 1) + entry(1, b"b", 300) + entry(1, b"c", 2 ** 63) +
                  entry(0, "\u3042".encode(), 5)),
        "sources": (3, 2, entry(0, b"a", 0, 1, 2) + entry(1, b"\0", 7, 0, 0)),
        "repeated": (1, 2, entry(0, b"a", 1) + entry(1, b"", 1)),
        "descending": (1, 2, entry(0, b"b", 1) + entry(0, b"a", 1)),
        "shares_too_much": (1, 2, entry(0, b"b", 1) + entry(9, b"a", 1)),
        "nowhere": (2, 1, entry(0, b"b", 0, 0)),
        "overflow": (1, 1, entry(0, b"bb", 2 ** 64 - 1)),
        "too_large": (1, 1, b"\0\1x" + b"\xff" * 9 + b"\2"),
        "endless": (1, 1, b"\0\1x" + b"\x80" * 20),
        "more_behind": (1, 1, entry(0, b"a", 1) + b"\0"),
        "cut": (1, 9, entry(0, b"word", 1)[:-2]),
    }
    for name, (sources, entries, content) in blocks.items():
        write("word_table", name, bytes([sources - 1, entries]) + content)
    write("word_table", "empty", b"")
    write("word_table", "head", b"TKZWORDS" + struct.pack("<4I", 1, 100, 1, 0) + bytes(90))


def editors():
    texts = {
        "marks": "あ，い．ＡＢ，，\n，．、。漢，𠮷．^，",
        "numbers": "電話090-1234-5678 +81 3 1234 5678 0９０１２３４５６７８ foo.bar@example.co.jp a@b. 4111111111111111",
        "lines": "ホーム > 会社\n会社|採用|製品|地図\n同じ行\n同じ行\n\n脚注\n© 2020\nいいね！12\n漢字",
        "links": "見よhttps://a.jp/(b)を。http://例え/ " + "a" * 120 + "（、）( ;)（（））",
    }
    for first in range(13):
        for number, (name, text) in enumerate(texts.items()):
            if (first + number) % 2 == 0:
                write("editors", f"{name}_{first}", bytes([first, first // 2 + number]) + text.encode())
    write("editors", "not_utf8", b"\x00\x00\xe3\x81\xef\xbc\xef\xbc\x8c\xff\n\x80")


def word_lists():
    for name, content in {
        "plain": "アス\nサック\n\0アスパラガスとサック",
        "spaces": " 甘い \r\n\u3000\n\0とても甘い",
        "footer": "一覧\n一覧を見る\nPR\n\0本文。\n一覧を見る\nPR 一覧",
        "prefixes": "か\nかか\nかかか\n\0かかかかか",
        "long": "a" * 256 + "\n\0" + "a" * 300,
        "no_words": "\n\n\0text",
        "no_text": "語",
    }.items():
        write("word_lists", name, content.encode())
    write("word_lists", "not_utf8", b"\xff\n\0text")
    write("word_lists", "mark", b"\xef\xbb\xbfA\n\0A\xff")


def hosts():
    for name, content in {
        "listed": "example.jp\r\n Other.Example \n\nexample.jp\nexample.jp/page\0https://user@www.EXAMPLE.jp:80/a?b#c",
        "ending": "\ufeffa\0//x.5ch.net",
        "brackets": "::1\n2001:db8::1\0http://[2001:DB8::1%Eth0]:1/[",
        "unpaired": "a]b\0http://a]b/",
        "unicode": "日本.jp\nⱥ\0\x01 h\tttp://ȺİΣ日本.jp.\n%E3/",
        "address": "0.0.1\n127.0.0.1\0http://127.0.0.1",
        "dots": ".\n..\n.jp\0http://.jp..",
        "none": "/\n\0http://a",
        "no_scheme": "a\0a/b:c",
    }.items():
        write("hosts", name, content.encode())
    write("hosts", "list_not_utf8", b"a\n\xff\n\0http://a")
    write("hosts", "url_not_utf8", b"a\n\0http://\xe3\x81")


def quality_weights():
    head = "tokenize-quality 1\nbias -500000\nscale 100000\n"
    for name, content in {
        "plain": head + ("gA+h" * 32 + "\n") * 256 + "\0" + "吾輩は猫である。" * 80,
        "short": head + ("g" * 128 + "\n") * 255 + "\0名前",
        "letter": head + "!" + "g" * 127 + "\n\0",
        "numbers": "tokenize-quality 1\nbias -\n",
        "scale": "tokenize-quality 1\r\nbias 1\r\nscale 99999999999\n",
        "none": "\0𠮷野家で食べた。",
        "object": '{"あ": 1, "日本": -0.5, "日本語": 2e3, "長い名前": 7, "": 1}\0日本語である。',
        "great": '{"あ": 1.7e308}\0あああ',
        "no_numbers": '{"あ": [1]}\0あ',
    }.items():
        write("quality", name, content.encode())
    write("quality", "not_utf8", b"\0\xe3\x81")


def statistics():
    amount = {"documents": 2, "characters": 7, "bytes": 21}
    spread = {"count": 2, "nan": 0, "sum": 7, "least": 1, "greatest": 6, "bins": []}
    report = {"version": 1, "bad": 0, "in": amount, "kept": amount, "filters": [], "characters": spread, "bytes": spread,
              "scripts": {}, "files": {}, "members": {"source": {}}, "samples_each": 1, "samples": {}}
    for name, parts in {
        "empty": [report],
        "twice": [report, report],
        "version": [dict(report, version=2)],
        "filters": [report, dict(report, filters=[{"name": "length", "values": [{"name": "length"}]}])],
        "types": [{key: [] for key in report} | {"version": 1}],
        "negative": [dict(report, bad=-1, samples_each=-5, samples=[1])],
        "run": [{"statistics": report}],
    }.items():
        write("statistics", name, "\0".join(json.dumps(part, ensure_ascii=False) for part in parts).encode())
    write("statistics", "not_json", b"{\0[]")


json_lines()
charset()
model_files()
streams()
utf8()
normal_forms()
sentencepiece_files()
word_tables()
editors()
word_lists()
hosts()
quality_weights()
statistics()
classifiers()
ngram_models()
unigram()
