"""Settings from the environment: defaults, numbers, lists, and what a child process is given."""

import os
import subprocess
import sys


def number(name, default):
    text = os.environ.get(name, str(default))
    try:
        return int(text)
    except ValueError:
        print(f"{name}: '{text}' is not a number", file=sys.stderr)
        sys.exit(78)


def main(names):
    print(f"home    {os.environ.get('APP_HOME', '/srv/app')}")
    print(f"workers {number('APP_WORKERS', 4)}")
    for part in os.environ.get("APP_PATHS", "").split(os.pathsep):
        print(f"path    {part or '(empty)'}")
    for name in sorted(k for k in os.environ if k.startswith("APP_")):
        print(f"set     {name}")
    sys.stdout.flush()
    child = {"APP_CHILD": "yes", "PATH": os.environ["PATH"]}
    return subprocess.call(["env"], env=child)


sys.exit(main(sys.argv[1:]))
