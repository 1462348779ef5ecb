"""Copy a tree: *.txt get the extension .bak, scripts stay executable, other files are left out."""

import os
import shutil
import sys


def main(source, target):
    n_files = n_bytes = 0
    for folder, names, files in os.walk(source):
        names.sort()
        below = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(below, exist_ok=True)
        for name in sorted(files):
            base, ext = os.path.splitext(name)
            if ext not in (".txt", ".sh"):
                print(f"skipped {name}", file=sys.stderr)
                continue
            to = os.path.join(below, base + ".bak" if ext == ".txt" else name)
            shutil.copyfile(os.path.join(folder, name), to)
            if ext == ".sh":
                os.chmod(to, 0o750)
            n_files += 1
            n_bytes += os.path.getsize(to)
    os.rename(os.path.join(target, "docs"), os.path.join(target, "documents"))
    print(f"{n_files} files, {n_bytes} bytes")


main(*sys.argv[1:])
