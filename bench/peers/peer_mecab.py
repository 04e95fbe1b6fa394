# SPDX-License-Identifier: Apache-2.0
#
# MeCab: the command, wakati output, the same lines; and our `tokenize morph` in the same run.
# Leans on mecab and its IPADIC dictionary.
import os
import subprocess
import tempfile

import peer

texts, directory, _ = peer.arguments()
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
tokenize = os.environ.get("TOKENIZE", os.path.join(root, "build", "tokenize"))
version = subprocess.run(["mecab", "-v"], stdout=subprocess.PIPE, text=True).stdout.split()[-1]
with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n") as file:
    for text in texts:
        for line in text.split("\n"):
            file.write(line.replace("\0", " ") + "\n")
    file.flush()
    size = os.path.getsize(file.name) / 1e6
    for program, command in (
        ("mecab " + version, ["mecab", "-Owakati", "-b", "5242880", file.name]),
        ("libtokenize morph", [tokenize, "morph", "-O", "wakati", "--threads", "1", file.name]),
    ):
        start = peer.clock()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        peer.report(program, "morph wakati (process)", peer.clock() - start, size)
