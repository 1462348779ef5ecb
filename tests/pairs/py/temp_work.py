"""Sort the lines of a file that is too large for memory, so to say: runs in a temporary
directory, merged into the result; nothing stays behind but the result."""

import heapq
import itertools
import os
import sys
import tempfile


def main(source, target):
    with tempfile.TemporaryDirectory(prefix="sort-") as folder:
        paths = []
        with open(source, encoding="utf-8") as lines:
            while run := [*itertools.islice(lines, 100)]:
                fd, path = tempfile.mkstemp(dir=folder, suffix=".run")
                with os.fdopen(fd, "w", encoding="utf-8") as out:
                    out.writelines(sorted(run))
                paths.append(path)
        runs = [open(path, encoding="utf-8") for path in paths]
        with open(target, "w", encoding="utf-8") as out:
            out.writelines(heapq.merge(*runs))
        for run in runs:
            run.close()
        print(f"{len(paths)} runs")


main(*sys.argv[1:])
