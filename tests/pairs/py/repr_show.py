"""Show how the words of the standard input are understood: numbers, truths, texts, nothing."""

import sys


def understand(word):
    if word in ("yes", "no"):
        return word == "yes"
    if word == "-":
        return None
    try:
        return int(word)
    except ValueError:
        return word


def main():
    for line in sys.stdin:
        values = [understand(word) for word in line.split()]
        texts = [v for v in values if isinstance(v, str)]
        truths = [v for v in values if isinstance(v, bool)]
        numbers = [v for v in values if isinstance(v, int) and not isinstance(v, bool)]
        print(f"texts {texts}")
        print(f"truths {truths}")
        print(f"numbers {numbers}, largest {max(numbers, default=None)}")
        print(f"first {values[0]!r}, all true: {all(truths)}")


main()
