#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints about N JSON lines of made-up Japanese: make_corpus.sh N. Every 11th repeats an earlier
# record, every 13th is too short, every 17th is broken.
awk -v count="$1" 'BEGIN {
    split("東京の 天気は とても よいので 公園まで 歩いて 行きます。 データを 学習する 機械が 言葉を 数えて 並べる 新しい 辞書に 載せます。", word, " ")
    seed = 12345
    for (i = 1; i <= count; i++) {
        if (i % 17 == 0) { print "{\"text\": \"broken " i; continue }
        if (i % 13 == 0) { print "{\"id\":" i ",\"text\":\"短い\"}"; continue }
        number = i % 11 == 0 ? int(i / 2) : i
        seed = number * 7919 % 104729
        text = ""
        for (j = 0; j < 60; j++) {
            seed = (seed * 16807) % 2147483647
            text = text word[seed % 15 + 1]
            if (j % 20 == 19) text = text "\\n"
        }
        print "{\"id\":" (i % 11 == 0 ? i : number) ",\"text\":\"" text "第" number "回\"}"
    }
}'
