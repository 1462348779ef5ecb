"""Look into a JSON file by a dotted path, print it pretty, and write it sorted."""

import json
import sys


def main(source, path, target):
    try:
        with open(source, encoding="utf-8") as f:
            data = json.load(f)
    except json.JSONDecodeError as e:
        print(f"{source}: {e}", file=sys.stderr)
        return 1
    value = data
    for key in path.split("."):
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (KeyError, IndexError):
            print(f"no such key: {key}", file=sys.stderr)
            return 4
    print(json.dumps(value, indent=2, ensure_ascii=False))
    with open(target, "w", encoding="utf-8") as f:
        json.dump(data, f, indent=4, sort_keys=True)
        f.write("\n")
    return 0


sys.exit(main(*sys.argv[1:]))
