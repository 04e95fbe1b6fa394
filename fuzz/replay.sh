#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs every fuzz target over its committed inputs (and over regressions that were
# added there). Takes srcdir and builddir from the environment.
set -eu
: "${srcdir:?}" "${builddir:?}"
for target in charset charsmap classifier editors gguf hosts json_lines model_files ngram_model normal_forms quality sentencepiece_file split_steps statistics streams unigram utf8 word_lists word_table; do
    "$builddir/fuzz_$target" "$srcdir/fuzz/corpus/$target"
done
