"""Count, turn and change the letters of lines that are not ASCII."""

import sys


def main():
    total = 0
    for line in sys.stdin:
        line = line.rstrip("\n")
        words = line.split()
        total += len(line)
        print(f"{len(line)} letters, {len(line.encode())} bytes, {len(words)} words")
        print(line.upper())
        print(" ".join(word[::-1] for word in words))
        print(" ".join(f"U+{ord(c):04X}" for c in line if ord(c) > 127))
    print(f"{total} letters")


main()
