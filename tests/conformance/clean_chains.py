# SPDX-License-Identifier: Apache-2.0
#
# Chains of editors beside functions that do the same: what compare_editors and compare_datatrove ask of every
# text. Leans on the command.
import json
import subprocess


def edited(tokenize, chain, records, options):
    """The texts of JSON lines as a chain leaves them."""
    command = [tokenize, "clean", "--edit", chain, "-f", "length:minimum=0", "--quiet", "--no-progress", "--threads", "2", *options]
    run = subprocess.run(command, input=records, stdout=subprocess.PIPE, check=True)
    return [json.loads(line)["text"] for line in run.stdout.splitlines()]


def compare_chains(tokenize, chains, texts, made, options=()):
    """Compares all texts, of which the first `made` are made, by each chain of `chains` with what its function
    gives, with `options` for the command; returns how many differ, and one more for a chain that changes none of many made ones."""
    records = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    wrong = 0
    for chain, expected in chains.items():
        changed = 0
        for text, result in zip(texts, edited(tokenize, chain, records, options), strict=True):
            right = expected(text)
            changed += right != text
            if result != right:
                wrong += 1
                if wrong < 10:
                    print(f"{chain}: {result[:200]!r}, not {right[:200]!r}, of {text[:200]!r}")
        print(f"compared {len(texts)} documents ({made} made) by {chain.split(':words=')[0]}: {changed} are changed")
        wrong += made > 100 and changed == 0
    return wrong
