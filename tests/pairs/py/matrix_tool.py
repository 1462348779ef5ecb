"""Multiply matrices, invert one, and tell whether it is what it should be."""

import sys


def read(path):
    with open(path, encoding="utf-8") as f:
        blocks = f.read().split("\n\n")
    return [[[float(x) for x in row.split()] for row in b.strip().split("\n")] for b in blocks]


def multiply(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def invert(m):
    n = len(m)
    m = [row + [float(i == j) for j in range(n)] for i, row in enumerate(m)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(m[r][i]))
        m[i], m[pivot] = m[pivot], m[i]
        m[i] = [x / m[i][i] for x in m[i]]
        for r in range(n):
            if r != i:
                m[r] = [x - m[r][i] * y for x, y in zip(m[r], m[i])]
    return [row[n:] for row in m]


def main(path):
    a, b = read(path)
    product = multiply(a, b)
    for row in product:
        print(row)
    inverse = invert(a)
    for row in inverse:
        print(row)
    unit = multiply(inverse, a)
    good = all(abs(x - (i == j)) < 1e-9 for i, row in enumerate(unit) for j, x in enumerate(row))
    print("inverse holds:", good)


main(sys.argv[1])
