# SPDX-License-Identifier: Apache-2.0
#
# Numbers and conditions of troff, as .nr, .if and .ie have them.  Escape sequences in
# them are replaced first (troff_escapes.py).

import re

from .troff_escapes import CHARACTER_WIDTH

# A troff expression: registers, widths, numbers with units, operators
RE_EXPRESSION = re.compile(r"(?:\\[wn](?:'[^']*'|\(..|\[[^]]*\]|.)|[-+*/%<>=&:|().\d]|"
                           r"[a-zA-Z](?=[-+*/%<>=&:|) ]))+")
RE_WIDTH = re.compile(r"\\w'((?:[^'\\]|\\.)*)'")
RE_UNIT = re.compile(r"(\d)[a-zA-Z]")
RE_TOKEN = re.compile(r"\d+(?:\.\d+)?|<=|>=|==|[-+*/%<>=&:()]")

OPERATORS = {"+": lambda left, right: left + right,
             "-": lambda left, right: left - right,
             "*": lambda left, right: left * right,
             "/": lambda left, right: int(left / right),
             "%": lambda left, right: left % right,
             "<": lambda left, right: int(left < right),
             ">": lambda left, right: int(left > right),
             "<=": lambda left, right: int(left <= right),
             ">=": lambda left, right: int(left >= right),
             "=": lambda left, right: int(left == right),
             "==": lambda left, right: int(left == right),
             "&": lambda left, right: int(left > 0 and right > 0),
             ":": lambda left, right: int(left > 0 or right > 0)}


def operand(tokens, at):
    """A number, a signed operand or one in parentheses, and where it ends."""
    if tokens[at] == "(":
        value, at = sum_of(tokens, at + 1)
        return value, at + 1
    if tokens[at] == "-":
        value, at = operand(tokens, at + 1)
        return -value, at
    if tokens[at] == "+":
        return operand(tokens, at + 1)
    return int(float(tokens[at])), at + 1


def sum_of(tokens, at):
    """The value of the tokens up to ")", left to right, and where that is."""
    value, at = operand(tokens, at)
    while at < len(tokens) and tokens[at] != ")":
        operator = OPERATORS[tokens[at]]
        other, at = operand(tokens, at + 1)
        value = operator(value, other)
    return value, at


def number(expression, escapes):
    """troff arithmetic; good for \\nX>0 and the like.  0 when it makes no sense."""
    expression = RE_WIDTH.sub(
        lambda found: str(CHARACTER_WIDTH * len(escapes.shown(found.group(1)))), expression)
    expression = RE_UNIT.sub(r"\1", escapes.shown(expression))
    try:
        return sum_of(RE_TOKEN.findall(expression), 0)[0]
    except (LookupError, ArithmeticError, ValueError, RecursionError):
        return 0


def is_defined(rest, escapes, macros):
    """The conditions d and r, a string, macro or register; returns (truth,
    remainder of the line)."""
    found = re.match(r"\S+\s*?(?=\s|\\\{|$)", rest)
    name = rest[1:found.end()].strip() if found else ""
    if not name:
        found = re.match(r".\s+(\S+)", rest)
        name = found.group(1) if found else ""
    if rest[0] == "r":
        truth = name in escapes.registers
    else:
        truth = rest[0] == "d" and (name in escapes.strings or name in macros)
    return truth, rest[found.end():] if found else ""


def condition(rest, escapes, macros):
    """Evaluates a condition; returns (truth, remainder of the line)."""
    rest = rest.lstrip(" \t")
    negate = False
    while rest[:1] == "!":
        negate = not negate
        rest = rest[1:].lstrip(" ")
    if not rest:
        return False, ""
    kind = rest[0]
    if kind in "noetv" and not rest[1:2].isalnum():
        # nroff, odd and even page; troff and the rest are not what is shown
        truth, rest = kind in "noe", rest[1:]
    elif kind in "rdcmF" and rest[1:2] not in ("", "'"):
        truth, rest = is_defined(rest, escapes, macros)
    elif kind == "'" or kind == '"':
        parts = rest[1:].split(kind, 2)
        if len(parts) < 3:
            return False, ""
        truth, rest = escapes.shown(parts[0]) == escapes.shown(parts[1]), parts[2]
    else:
        found = RE_EXPRESSION.match(rest)
        if not found:
            return False, rest.partition(" ")[2]
        truth = number(found.group(), escapes) > 0
        rest = rest[found.end():]
    return truth != negate, rest.lstrip(" \t")
