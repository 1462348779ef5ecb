"""Sum a CSV file by one column and write a CSV file: quoting, line ends and bad rows included."""

import csv
import sys


def main(source, column, target):
    groups = {}
    with open(source, newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            try:
                amount = int(row["amount"])
            except ValueError:
                print(f"bad amount {row['amount']!r}", file=sys.stderr)
                continue
            count, total = groups.get(row[column], (0, 0))
            groups[row[column]] = (count + 1, total + amount)
    with open(target, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow([column, "count", "total"])
        for name, (count, total) in sorted(groups.items()):
            out.writerow([name, count, total])
    print(f"{len(groups)} groups written to {target}")


main(*sys.argv[1:])
