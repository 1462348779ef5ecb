"""Lines, words, letters and bytes of files, as wc has them, and the words that are most often."""

import re
import sys


def main(*paths):
    totals = [0, 0, 0]
    words = {}
    for path in paths:
        with open(path, "rb") as f:
            data = f.read()
        text = data.decode("utf-8", "replace")
        row = (data.count(b"\n"), len(text.split()), len(data))
        totals = [t + r for t, r in zip(totals, row)]
        print(f"{row[0]:7} {row[1]:7} {row[2]:7} {path}")
        for word in re.findall(r"[^\W\d_]{4,}", text.lower()):
            words[word] = words.get(word, 0) + 1
    print(f"{totals[0]:7} {totals[1]:7} {totals[2]:7} total")
    top = sorted(words.items(), key=lambda item: (-item[1], item[0]))[:3]
    with open("top.txt", "w", encoding="utf-8") as f:
        f.write("\n".join(f"{n} {word}" for word, n in top))


main(*sys.argv[1:])
