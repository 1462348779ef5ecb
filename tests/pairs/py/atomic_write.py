"""Replace a file so that a reader, also after a power cut, sees the old or the new one."""

import os
import sys


def replace(path, text, mode):
    fresh = f"{path}.new"
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(fd, "w", encoding="utf-8") as f:
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    os.replace(fresh, path)
    folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def main(path, word, by):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    n = text.count(word)
    if not n:
        print(f"{path}: no '{word}'", file=sys.stderr)
        return 1
    replace(path, text.replace(word, by), 0o640)
    print(f"{path}: {n} replaced")
    return 0


sys.exit(main(*sys.argv[1:]))
