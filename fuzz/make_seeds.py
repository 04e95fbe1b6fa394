#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seed inputs of the fuzz targets to fuzz/corpus/. Their output is committed, so
that building needs neither Python nor the `zstd` command; run it again to add cases."""
import gzip
import pathlib
import random
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


json_lines()
streams()
utf8()
