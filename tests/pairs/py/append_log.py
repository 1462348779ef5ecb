"""Append to a log; when it would grow too large, rotate it: log, log.1, log.2."""

import os
import sys

LIMIT, KEEP = 200, 2


def rotate(path):
    for n in range(KEEP, 0, -1):
        older = f"{path}.{n}"
        newer = f"{path}.{n - 1}" if n > 1 else path
        if os.path.exists(newer):
            os.replace(newer, older)


def append(path, line):
    data = f"{line}\n".encode()
    if os.path.exists(path) and os.path.getsize(path) + len(data) > LIMIT:
        rotate(path)
    with open(path, "ab") as log:
        log.write(data)


def main(path, n):
    for i in range(int(n)):
        append(path, f"entry {i}: {'.' * (i % 7)}")
    for name in sorted(os.listdir(".")):
        if name.startswith(path):
            print(f"{name} {os.path.getsize(name)}")


main(*sys.argv[1:])
