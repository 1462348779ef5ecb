"""Install files as a release: a directory per version, and links that show the current one."""

import os
import sys


def relink(target, path):
    fresh = path + ".tmp"
    os.symlink(target, fresh)
    os.rename(fresh, path)


def main(version):
    release = f"releases/{version}"
    os.makedirs(f"{release}/bin")
    for name, mode in (("app", 0o755), ("admin", 0o700)):
        path = f"{release}/bin/{name}"
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"#!/bin/sh\necho {name} {version}\n")
        os.chmod(path, mode)
    os.link(f"{release}/bin/app", f"{release}/bin/app-{version}")
    if os.path.islink("current"):
        old = os.readlink("current")
        relink(old, "previous")
        print(f"previous is {old}")
    relink(release, "current")
    print(f"current is {os.readlink('current')}")
    for name in ("current/bin/app", "current/bin/none"):
        print(name, "there" if os.path.exists(name) else "not there")


main(sys.argv[1])
