"""Count words in many files with a pool of threads; each file gets a report beside it."""

import collections
import concurrent.futures
import os
import sys


def count(path):
    counts = collections.Counter()
    with open(path, encoding="utf-8") as f:
        for line in f:
            counts.update(line.lower().split())
    with open(path + ".count", "w", encoding="utf-8") as out:
        for word, n in sorted(counts.items()):
            out.write(f"{word} {n}\n")
    return counts


def main(folder, workers):
    paths = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    total = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(int(workers)) as pool:
        for path, counts in zip(paths, pool.map(count, paths)):
            print(f"{path}: {sum(counts.values())} words, {len(counts)} different")
            total += counts
    word, n = max(total.items(), key=lambda item: (item[1], item[0]))
    print(f"most often: {word} ({n})")


main(*sys.argv[1:])
