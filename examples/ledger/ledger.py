#!/usr/bin/env python3
"""Summarise a sales ledger per region.

The summary is written beside the old one, synced and renamed over it, so that a reader sees
either all of the old file or all of the new one, also after a power cut.
"""

import csv
import os
import sys


class Total:
    def __init__(self):
        self.orders = 0
        self.units = 0
        self.cents = 0

    def add(self, units, unit_cents):
        self.orders += 1
        self.units += units
        self.cents += units * unit_cents

    def average_cents(self):
        return self.cents // self.orders  # rounds down, refunds too


def read_ledger(path):
    """Totals by region, and how many rows could not be read."""
    totals = {}
    n_bad = 0
    with open(path, newline="", encoding="utf-8") as ledger:
        rows = csv.DictReader(ledger)
        for row in rows:
            try:
                units, unit_cents = int(row["units"]), int(row["unit_cents"])
            except ValueError:
                print(f"{path}:{rows.line_num}: not a number, row skipped", file=sys.stderr)
                n_bad += 1
                continue
            totals.setdefault(row["region"], Total()).add(units, unit_cents)
    return totals, n_bad


def write_summary(path, totals):
    fresh = path + ".new"
    with open(fresh, "w", encoding="utf-8") as out:
        out.write("region,orders,units,cents,average_cents\n")
        for region in sorted(totals):
            t = totals[region]
            out.write(f"{region},{t.orders},{t.units},{t.cents},{t.average_cents()}\n")
        out.flush()
        os.fsync(out.fileno())
    os.rename(fresh, path)


def print_table(totals):
    print(f"{'region':<8}{'orders':>8}{'units':>8}{'average':>12}")
    for region in sorted(totals):
        t = totals[region]
        print(f"{region:<8}{t.orders:>8}{t.units:>8}{t.average_cents():>12}")


def main():
    if len(sys.argv) != 3:
        print("usage: ledger SALES SUMMARY", file=sys.stderr)
        return 2
    totals, n_bad = read_ledger(sys.argv[1])
    write_summary(sys.argv[2], totals)
    print_table(totals)
    return 1 if n_bad else 0


if __name__ == "__main__":
    sys.exit(main())
