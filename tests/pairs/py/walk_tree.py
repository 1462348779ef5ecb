"""Print a directory tree with sizes, as `tree` does; links are shown and not followed."""

import os
import stat
import sys


def walk(path, prefix, totals):
    entries = sorted(os.scandir(path), key=lambda e: e.name)
    for i, entry in enumerate(entries):
        last = i == len(entries) - 1
        info = entry.stat(follow_symlinks=False)
        if entry.is_symlink():
            text = f"{entry.name} -> {os.readlink(entry.path)}"
        elif entry.is_dir(follow_symlinks=False):
            text = f"{entry.name}/"
            totals[0] += 1
        else:
            text = f"{entry.name} [{info.st_size}] {stat.filemode(info.st_mode)}"
            totals[1] += 1
            totals[2] += info.st_size
        print(f"{prefix}{'└── ' if last else '├── '}{text}")
        if entry.is_dir(follow_symlinks=False):
            walk(entry.path, prefix + ("    " if last else "│   "), totals)


def main(root):
    print(root)
    totals = [0, 0, 0]
    walk(root, "", totals)
    print(f"\n{totals[0]} directories, {totals[1]} files, {totals[2]} bytes")


main(sys.argv[1])
