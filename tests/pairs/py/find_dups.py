"""Find files of equal content below a directory."""

import hashlib
import os
import sys


def main(root):
    groups = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as f:
                data = f.read()
            groups.setdefault((len(data), hashlib.md5(data).digest()), []).append(path)
    n_wasted = 0
    for (size, _), paths in sorted(groups.items()):
        if len(paths) > 1:
            paths.sort()
            print(f"{size} bytes: {', '.join(paths)}")
            n_wasted += size * (len(paths) - 1)
    print(f"{n_wasted} bytes wasted", file=sys.stderr)


main(sys.argv[1])
