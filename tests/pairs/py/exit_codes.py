"""Check files one after the other; the exit status tells the worst that was found."""

import sys

OK, WARNED, FAILED, MISSING = 0, 10, 20, 66


def check(path):
    try:
        with open(path, encoding="utf-8") as f:
            lines = f.read().splitlines()
    except FileNotFoundError:
        print(f"check: {path}: No such file or directory", file=sys.stderr)
        return MISSING
    except IsADirectoryError:
        print(f"check: {path}: Is a directory", file=sys.stderr)
        return FAILED
    worst = OK
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            print(f"{path}:{number}: blanks at the end")
            worst = max(worst, WARNED)
        if "\t" in line:
            print(f"{path}:{number}: a tab", file=sys.stderr)
            worst = max(worst, FAILED)
    return worst


def main(paths):
    if not paths:
        print("usage: check FILE...", file=sys.stderr)
        return 64
    return max([check(path) for path in paths])


sys.exit(main(sys.argv[1:]))
