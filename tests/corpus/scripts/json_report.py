"""Reads JSON, writes JSON: the plainest of Python programs."""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as source:
    data = json.load(source)
data["sum"] = sum(data["values"])
with open("report.json", "w", encoding="utf-8") as out:
    json.dump(data, out, indent=1, sort_keys=True)
print(json.dumps(data, sort_keys=True))
