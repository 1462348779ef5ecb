"""Several megabytes to standard output: a table of numbers, in blocks."""

import sys


def main(n):
    out = sys.stdout
    a, b = 1, 1
    for i in range(n):
        out.write(f"{i:07d},{a:010d},{b:010d}\n")
        a, b = b, (a * 31 + b * 17 + i) % 4294967291
    print(f"{n} rows", file=sys.stderr)


main(int(sys.argv[1]))
