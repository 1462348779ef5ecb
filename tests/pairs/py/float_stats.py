"""Mean, median, deviation and a regression line of columns of numbers."""

import json
import math
import statistics
import sys


def main(path, target):
    with open(path, encoding="utf-8") as f:
        rows = [[float(cell) for cell in line.split()] for line in f]
    xs, ys = zip(*rows)
    results = {}
    for name, values in (("x", xs), ("y", ys)):
        results[name] = {
            "mean": statistics.fmean(values),
            "median": statistics.median(values),
            "stdev": statistics.stdev(values),
        }
        print(f"{name}: mean {results[name]['mean']:.4f} median {results[name]['median']:.4f}"
              f" stdev {results[name]['stdev']:.4f}")
    mx, my = results["x"]["mean"], results["y"]["mean"]
    slope = math.fsum((x - mx) * (y - my) for x, y in rows)
    slope /= math.fsum((x - mx) ** 2 for x in xs)
    results["line"] = {"slope": slope, "intercept": my - slope * mx}
    print(f"y = {slope} x + {my - slope * mx}")
    with open(target, "w", encoding="utf-8") as f:
        json.dump(results, f, indent=2)


main(*sys.argv[1:])
