# SPDX-License-Identifier: Apache-2.0
"""Do two samples come from one distribution?"""

LEAST = 20  # rarer ways are counted together


def is_alike(first, second):
    """Chi-square of two samples of one size, and its bound (Wilson and Hilferty, 1931)."""
    cells, rare = [], [0, 0]
    for way in first.keys() | second.keys():
        pair = [first[way], second[way]]
        if sum(pair) < LEAST:
            rare = [rare[0] + pair[0], rare[1] + pair[1]]
        else:
            cells.append(pair)
    if sum(rare) > 0:
        cells.append(rare)
    freedom = len(cells) - 1
    if freedom == 0:
        return True, 0, 0
    value = sum((a - b) ** 2 / (a + b) for a, b in cells)
    part = 2 / (9 * freedom)
    bound = freedom * (1 - part + 6 * part ** 0.5) ** 3 + 6
    return value < bound, value, bound
