"""Keep the lines of a log that are severe enough, from standard input; what is no line is told."""

import argparse
import re
import sys

LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"]
LINE = re.compile(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) \[(\w+)\] (\S+): (.*)$")


def main():
    p = argparse.ArgumentParser(prog="log_filter")
    p.add_argument("--level", default="WARN", choices=LEVELS)
    p.add_argument("--module")
    args = p.parse_args()
    least = LEVELS.index(args.level)
    seen = {}
    for number, line in enumerate(sys.stdin, 1):
        match = LINE.match(line.rstrip("\n"))
        if not match:
            print(f"line {number}: not a log line", file=sys.stderr)
            continue
        _, time, level, module, text = match.groups()
        seen[level] = seen.get(level, 0) + 1
        if level not in LEVELS or LEVELS.index(level) < least:
            continue
        if args.module and not module.startswith(args.module):
            continue
        print(f"{time} {level:<5} {module}: {text}")
    print(", ".join(f"{level}={seen[level]}" for level in sorted(seen)))


main()
