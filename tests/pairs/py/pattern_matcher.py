"""Find addresses, dates, numbers and versions in a text by regular expressions."""

import re
import sys

PATTERNS = {
    "email": re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    "date": re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b"),
    "version": re.compile(r"\bv\d+\.\d+(?:\.\d+)?\b"),
}


def main(path, *kinds):
    n_found = 0
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            for kind in kinds or PATTERNS:
                for match in PATTERNS[kind].finditer(line):
                    n_found += 1
                    print(f"{number}:{match.start() + 1}: {kind}: {match[0]}")
    return 0 if n_found else 1


sys.exit(main(*sys.argv[1:]))
