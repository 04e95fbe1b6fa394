#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the gold of personal information beside itself: pii-positives.tsv, lines of type, text before, what is to be
found, text behind; pii-negatives.tsv, a text each in which nothing is to be found. Sentences are our own, numbers are
drawn at random; those of telephones and cards belong to no one on purpose."""
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent
rng = random.Random(20)
WIDE = str.maketrans("0123456789-()+. ABCDEFGHIJKLMNOPQRSTUVWXYZ@", "０１２３４５６７８９－（）＋．　ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ＠")


def digits(count, first="0123456789"):
    return rng.choice(first) + "".join(rng.choice("0123456789") for _ in range(count - 1))


def widths(text):
    kind = rng.random()
    if kind < 0.7:
        return text
    return text.translate(WIDE) if kind < 0.95 else text.translate(WIDE).replace("－", "ー")


def phone():
    tail = digits(4)
    form = rng.randrange(16)
    if form < 3:
        return "%s-%s-%s" % (rng.choice(("090", "080", "070", "050")), digits(4, "123456789"), tail)
    if form == 3:
        return "%s%s" % (rng.choice(("090", "080", "070")), digits(8, "123456789"))
    if form == 4:
        return "0120-%s-%s" % (digits(3), digits(3))
    if form == 5:
        return "0120%s" % digits(6) if rng.random() < 0 else "0120-%s" % digits(6)
    if form == 6:
        return "0800-%s-%s" % (digits(3), tail)
    if form < 10:
        return "%s-%s-%s" % (rng.choice(("03", "06")), digits(4, "23456789"), tail)
    if form < 12:
        return "%s-%s-%s" % (rng.choice(("045", "052", "075", "092", "011")), digits(3, "23456789"), tail)
    if form == 12:
        return "%s-%s-%s" % (rng.choice(("0422", "0771", "0985", "0263")), digits(2, "2345678"), tail)
    if form == 13:
        return "(%s)%s-%s" % (rng.choice(("03", "06")), digits(4, "23456789"), tail)
    if form == 14:
        return "%s(%s)%s" % (rng.choice(("045", "082")), digits(3, "23456789"), tail)
    return "+81-%s-%s-%s" % (rng.choice(("3", "90", "80")), digits(4, "23456789"), tail)


def my_number():
    eleven = digits(11)
    total = sum(int(d) * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(eleven), 1)) % 11
    number = eleven + str(0 if total <= 1 else 11 - total)
    return rng.choice((number, " ".join((number[:4], number[4:8], number[8:])),
                       "-".join((number[:4], number[4:8], number[8:]))))


def luhn(prefix, count):
    body = prefix + "".join(rng.choice("0123456789") for _ in range(count - 1 - len(prefix)))
    total = sum((int(d) * 2 - 9 * (d > "4")) if i % 2 == 0 else int(d)
                for i, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def card(grouped=True):
    prefix, count = rng.choice((("4", 16), ("52", 16), ("3540", 16), ("37", 15), ("36", 14)))
    number = luhn(prefix, count)
    if not grouped:
        return number
    cuts = {16: (4, 8, 12), 15: (4, 10), 14: (4, 10)}[count]
    parts = [number[a:b] for a, b in zip((0,) + cuts, cuts + (count,))]
    return rng.choice("- ").join(parts)


def address():
    a, b, c = rng.randrange(1, 9), rng.randrange(1, 40), rng.randrange(1, 30)
    return rng.choice(("%d-%d-%d" % (a, b, c), "%d-%d" % (a, b), "%d丁目%d番%d号" % (a, b, c),
                       "%d丁目%d-%d" % (a, b, c), "%d丁目%d番地" % (a, b), "%d番地%d" % (b, c)))


def email():
    name = rng.choice(("taro", "hanako", "info", "sato", "k.yamada", "support", "desk+news", "a_suzuki"))
    host = rng.choice(("example.jp", "mail.example.co.jp", "example.com", "sub-domain.example.org"))
    return "%s%s@%s" % (name, rng.choice(("", "1", "2024", "_x")), host)


def ip_address():
    return rng.choice(("8.8.%d.%d", "133.242.%d.%d", "210.188.%d.%d", "52.69.%d.%d")) % (
        rng.randrange(1, 255), rng.randrange(1, 255))


KINDS = {
    "phone": (phone, [("お問い合わせは", "まで。"), ("電話番号：", ""), ("TEL ", "（平日のみ）"), ("携帯は", "です。"),
                      ("ご予約・ご相談は☎", "へ"), ("連絡先は", "、担当は山田です。"), ("FAX:", "\nメール"),
                      ("折り返しは", "にお願いします"), ("【電話】", "【受付】9時から17時"), ("Tel/Fax ", " 代表")]),
    "postal_code": (lambda: rng.choice(("〒%s-%s", "〒 %s-%s", "〒%s%s")) % (digits(3), digits(4)),
                    [("住所は", " 東京都港区"), ("", "大阪府大阪市北区"), ("送付先：", " です")]),
    "postal_code ": (lambda: "%s-%s" % (digits(3), digits(4)),
                     [("郵便番号", "の地域"), ("（郵便番号：", "）"), ("", " 神奈川県横浜市西区"), ("送り先 ", "　愛知県名古屋市中区")]),
    "email": (email, [("メールは", "まで。"), ("宛先:", ""), ("ご質問は<", ">へ"), ("e-mail ", "、電話は後日"),
                      ("（", "）に送ってください"), ("問合せ先　", "　担当：佐藤")]),
    "address": (address, [("東京都千代田区丸の内", "にある"), ("本社は大阪府大阪市北区梅田", "です。"), ("神奈川県横浜市西区みなとみらい", ""),
                          ("北海道札幌市中央区大通西", "　３階"), ("福岡県福岡市博多区博多駅前", "のビル"),
                          ("京都府京都市中京区烏丸", "、地下鉄すぐ"), ("長野県北佐久郡軽井沢町", " の山荘")]),
    "my_number": (my_number, [("マイナンバーは", "です。"), ("個人番号：", ""), ("My Number ", " を記入"), ("個人番号（", "）")]),
    "card": (card, [("カード番号は", "です"), ("クレジットカード：", " 有効期限 12/28"), ("支払いは", "でお願いします"), ("VISA ", "")]),
    "card ": (lambda: card(False), [("カード番号：", ""), ("クレジットカード番号は", "です"), ("JCBカード", "を使用")]),
    "card  ": (lambda: card(False), [("番号は", "です。"), ("支払いには", "を使います"), ("", "\n有効期限 12/28")]),
    "bank_account": (lambda: digits(7), [("普通預金 口座番号 ", ""), ("みずほ銀行 丸の内支店 普通 ", " ヤマダタロウ"), ("当座", "へ振込"),
                                         ("口座番号：", "（名義 株式会社例示）"), ("口座は普通", "です。")]),
    "passport": (lambda: rng.choice(("TK", "MZ", "TR", "TZ")) + digits(7),
                 [("旅券番号", "の旅券"), ("パスポート番号：", ""), ("passport no. ", " (Japan)"), ("パスポートは", "です")]),
    "driver_licence": (lambda: digits(12), [("運転免許証番号：第", "号"), ("免許証の番号は", "です"), ("運転免許 ", "")]),
    "ip_address": (ip_address, [("投稿者のIPアドレスは", "です"), ("IP: ", ""), ("", " からの接続"), ("アクセス元（", "）")]),
}


def positives():
    lines = []
    for kind, (make, frames) in KINDS.items():
        for _ in range(170 if kind == "phone" else 60):
            before, after = rng.choice(frames)
            found = make()
            wide = found if "〒" in found and " " in found else widths(found)
            if kind.strip() in ("email", "ip_address"):
                wide = found if rng.random() < 0.8 else found.translate(WIDE)
            lines.append((kind.strip(), before, wide, after))
    return lines


def wrong_my_number():
    number = my_number().replace(" ", "").replace("-", "")
    return number[:11] + str((int(number[11]) + rng.randrange(1, 9)) % 10)


def wrong_card():
    number = luhn("4", 16)
    number = number[:15] + str((int(number[15]) + rng.randrange(1, 9)) % 10)
    return "-".join((number[:4], number[4:8], number[8:12], number[12:]))


NEGATIVES = [
    lambda: "%d年%d月%d日に発売された。" % (rng.randrange(1990, 2026), rng.randrange(1, 13), rng.randrange(1, 29)),
    lambda: "更新日: %d-%02d-%02d" % (rng.randrange(1990, 2026), rng.randrange(1, 13), rng.randrange(1, 29)),
    lambda: "総額は%s円でした。" % digits(rng.choice((10, 11)), "123456789"),
    lambda: "価格 ¥%s（税込）" % digits(rng.randrange(4, 9), "123456789"),
    lambda: "商品番号 %s の在庫" % digits(rng.choice((8, 13, 16)), "123456789"),
    lambda: "ISBN978-4-%s-%s-%s" % (digits(2), digits(6), digits(1)),
    lambda: "ISBN 4-%s-%s-X" % (digits(4), digits(4)),
    lambda: "バージョン%d.%d.%d.%d を公開" % tuple(rng.randrange(0, 20) for _ in range(4)),
    lambda: "version %d.%d.%d.%d released" % tuple(rng.randrange(0, 20) for _ in range(4)),
    lambda: "試合は%d-%dで終了した。" % (rng.randrange(0, 9), rng.randrange(0, 9)),
    lambda: "市立第二中学校が%d-%dで勝った" % (rng.randrange(0, 9), rng.randrange(0, 9)),
    lambda: "円周率は3.%s…である" % digits(12),
    lambda: "%s.%s%%増加した" % (digits(2, "123456789"), digits(2)),
    lambda: "受付時間は%02d:%02d-%02d:%02dです" % (rng.randrange(0, 12), rng.randrange(60), rng.randrange(12, 24), rng.randrange(60)),
    lambda: "型番はABC-%s-%s。" % (digits(4), digits(4)),
    lambda: "品番 %s-%s-%s" % (digits(5, "123456789"), digits(5), digits(3)),
    lambda: "注文番号：%s-%s-%s" % (digits(3, "123456789"), digits(7), digits(7)),
    lambda: "人口は%s人" % digits(rng.randrange(5, 9), "123456789"),
    lambda: "電話番号は3桁-4桁-4桁で書く",
    lambda: "@user%s をフォローした" % digits(3),
    lambda: "りんご%d個@%d円" % (rng.randrange(1, 9), rng.randrange(50, 500)),
    lambda: "会場 @渋谷 %d時から" % rng.randrange(10, 20),
    lambda: "pip install pkg@%d.%d.%d" % tuple(rng.randrange(0, 20) for _ in range(3)),
    lambda: "私設の192.168.%d.%d に接続" % (rng.randrange(256), rng.randrange(256)),
    lambda: "127.0.0.1:%s で待つ" % digits(4, "123456789"),
    lambda: "10.%d.%d.%d は社内" % tuple(rng.randrange(256) for _ in range(3)),
    lambda: "第%d.%d.%d.%d節を見よ" % tuple(rng.randrange(1, 9) for _ in range(4)),
    lambda: "マイナンバーは%s（検査数字が誤り）" % wrong_my_number(),
    lambda: "受付番号 %s で照会" % my_number().replace("-", " "),
    lambda: "伝票 %s を発送" % digits(12, "123456789"),
    lambda: "カード %s は無効" % wrong_card(),
    lambda: "追跡番号 %s" % luhn("4", 16),
    lambda: "製造番号：%s" % luhn("52", 16),
    lambda: "負債は%s円" % luhn("4", 16),
    lambda: "会員 %s さん" % digits(7),
    lambda: "書類番号 AB%s" % digits(7),
    lambda: "便名はJL%s" % digits(3),
    lambda: "%d丁目の角を曲がる" % rng.randrange(1, 9),
    lambda: "背番号%d番" % rng.randrange(1, 99),
    lambda: "民法第%d条の%d第%d項" % (rng.randrange(1, 999), rng.randrange(1, 9), rng.randrange(1, 5)),
    lambda: "座標は北緯%d.%s度、東経%d.%s度" % (rng.randrange(30, 45), digits(6), rng.randrange(130, 145), digits(6)),
    lambda: "%s-%s年の予算" % (rng.randrange(2000, 2010), rng.randrange(2011, 2025)),
    lambda: "%d-%d頁参照" % (rng.randrange(100, 200), rng.randrange(200, 999)),
    lambda: "1学年123-%s番台の席" % digits(4),
    lambda: "エラー0x%s%s" % (digits(4), digits(4)),
    lambda: "ログ id=%s%s" % (digits(9, "123456789"), digits(9)),
    lambda: "0.%s と 0.%s の差" % (digits(9), digits(9)),
    lambda: "比率は0%d-%d-%d" % (rng.randrange(1, 9), rng.randrange(10, 99), rng.randrange(10, 99)),
    lambda: "普通列車%s本が運休" % digits(3, "123456789"),
    lambda: "東京都の人口は%s万人" % digits(4, "123456789"),
    lambda: "東京都千代田区の試合は%d-%dだった" % (rng.randrange(0, 9), rng.randrange(0, 9)),
    lambda: "横浜市の面積は%s.%s平方キロ" % (digits(3, "123456789"), digits(2)),
    lambda: "時刻表コード %s %s %s" % (digits(4, "123456789"), digits(4), digits(4)),
]


def write(name, lines):
    with open(HERE / name, "w", encoding="utf-8", newline="\n") as out:
        out.write("# SPDX-License-Identifier: Apache-2.0\n")
        for line in lines:
            out.write("\t".join(part.replace("\n", "\\n") for part in line) + "\n")


write("pii-positives.tsv", positives())
write("pii-negatives.tsv", [(NEGATIVES[i % len(NEGATIVES)](),) for i in range(600)])
