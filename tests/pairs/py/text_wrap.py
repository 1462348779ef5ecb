"""Fill paragraphs to a width, number the lines, and write the longest line's length to a file."""

import sys
import textwrap


def main(path, width, target):
    with open(path, encoding="utf-8") as f:
        paragraphs = f.read().split("\n\n")
    number = longest = 0
    for i, paragraph in enumerate(paragraphs):
        if i:
            print()
        for line in textwrap.wrap(" ".join(paragraph.split()), int(width), break_on_hyphens=False):
            number += 1
            longest = max(longest, len(line))
            print(f"{number:3} {line}")
    with open(target, "w", encoding="utf-8") as f:
        print(longest, file=f)


main(*sys.argv[1:])
