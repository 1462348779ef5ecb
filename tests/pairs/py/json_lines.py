"""Turn a log of key=value words into JSON Lines and a summary in one JSON file."""

import json
import sys


def value(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return {"true": True, "false": False, "null": None}.get(text, text)


def main(source, target):
    counts = {}
    with open(source, encoding="utf-8") as f:
        for line in f:
            record = {k: value(v) for k, v in (word.split("=", 1) for word in line.split())}
            print(json.dumps(record))
            for key in record:
                counts[key] = counts.get(key, 0) + 1
    with open(target, "w", encoding="utf-8") as f:
        json.dump({"keys": counts, "total": sum(counts.values())}, f, indent=2)
        f.write("\n")


main(*sys.argv[1:])
