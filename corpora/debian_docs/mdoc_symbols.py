# SPDX-License-Identifier: Apache-2.0
#
# Tables of mdoc(7): which macros there are, what they put around or in place of their
# arguments, and the punctuation they treat apart.

# Titles of the section that lists calls, a line each
SYNOPSIS = ("SYNOPSIS", "書式", "形式", "書 式", "概要")

# mdoc macros: (before, after) of enclosures that hold the rest of the line
MDOC_QUOTES = {"Dq": ("“", "”"), "Sq": ("‘", "’"), "Qq": ('"', '"'),
               "Ql": ("‘", "’"), "Pq": ("(", ")"), "Bq": ("[", "]"),
               "Brq": ("{", "}"), "Aq": ("<", ">"), "Op": ("[", "]"),
               "Eq": ("", "")}
MDOC_OPEN = {"Do": "“", "So": "‘", "Qo": '"', "Po": "(", "Bo": "[", "Bro": "{",
             "Ao": "<", "Oo": "["}
MDOC_CLOSE = {"Dc": "”", "Sc": "’", "Qc": '"', "Pc": ")", "Bc": "]",
              "Brc": "}", "Ac": ">", "Oc": "]"}
MDOC_PLAIN = frozenset("""Ad An Ar Cd Cm Dv Em Er Ev Fa Ft Ic Li Lk Ms Mt Nm No
    Pa Sx Sy Tn Va Vt Fd Lb St Hf""".split())
MDOC_SYSTEMS = {"Bx": "BSD", "Fx": "FreeBSD", "Nx": "NetBSD", "Ox": "OpenBSD",
                "Ux": "UNIX", "At": "AT&T UNIX", "Bsx": "BSD/OS",
                "Dx": "DragonFly"}
MDOC_STANDARDS = {"-ansiC": "ANSI X3.159-1989 (“ANSI C”)",
                  "-ansiC-89": "ANSI X3.159-1989 (“ANSI C”)",
                  "-isoC": "ISO/IEC 9899:1990 (“ISO C90”)",
                  "-isoC-90": "ISO/IEC 9899:1990 (“ISO C90”)",
                  "-isoC-99": "ISO/IEC 9899:1999 (“ISO C99”)",
                  "-p1003.1": "IEEE Std 1003.1 (“POSIX.1”)",
                  "-p1003.1-88": "IEEE Std 1003.1-1988 (“POSIX.1”)",
                  "-p1003.1-90": "IEEE Std 1003.1-1990 (“POSIX.1”)",
                  "-p1003.1-96": "ISO/IEC 9945-1:1996 (“POSIX.1”)",
                  "-p1003.1-2001": "IEEE Std 1003.1-2001 (“POSIX.1”)",
                  "-p1003.2": "IEEE Std 1003.2 (“POSIX.2”)",
                  "-p1003.2-92": "IEEE Std 1003.2-1992 (“POSIX.2”)",
                  "-susv2": "Version 2 of the Single UNIX Specification (“SUSv2”)",
                  "-svid4": "System V Interface Definition, Fourth Edition (“SVID4”)",
                  "-xpg4": "X/Open Portability Guide Issue 4 (“XPG4”)"}
MDOC_CALLABLE = (MDOC_PLAIN | set(MDOC_QUOTES) | set(MDOC_OPEN)
                 | set(MDOC_CLOSE) | set(MDOC_SYSTEMS)
                 | {"Fl", "Xr", "Fn", "Ns", "Ap", "Pf", "Xo", "Xc", "Ta", "In",
                    "Fo", "Fc", "Nd", "Bt", "Ud", "Ex", "Rv", "Eo", "Ec"})
MDOC_MACROS = MDOC_CALLABLE | {"Sh", "Ss", "Bl", "El", "It", "Bd", "Ed", "D1",
                               "Dl", "Rs", "Re"}
CLOSERS = frozenset((".", ",", ":", ";", ")", "]", "?", "!", "。", "、", "）",
                     "」", "}"))
OPENERS = frozenset(("(", "[", "（", "「"))
