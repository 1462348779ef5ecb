"""Sort a table by several columns, numbers as numbers, some of them downwards; ties stay."""

import sys


def key_of(column):
    def key(row):
        try:
            return (0, float(row[column]), "")
        except ValueError:
            return (1, 0.0, row[column])

    return key


def main(*columns):
    header, *rows = [line.rstrip("\n").split("\t") for line in sys.stdin]
    for name in reversed(columns):
        downwards = name.startswith("-")
        column = header.index(name.lstrip("-"))
        rows.sort(key=key_of(column), reverse=downwards)
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


main(*sys.argv[1:])
