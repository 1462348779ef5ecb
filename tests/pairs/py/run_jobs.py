"""Run the commands of a job file one after the other, and report how each of them ended."""

import subprocess
import sys


def main(path):
    n_failed = 0
    with open(path, encoding="utf-8") as jobs:
        for number, line in enumerate(jobs, 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            try:
                done = subprocess.run(words, capture_output=True, text=True, check=False)
            except FileNotFoundError:
                print(f"job {number}: {words[0]}: not found", file=sys.stderr)
                n_failed += 1
                continue
            print(f"job {number}: exit {done.returncode}")
            for text in done.stdout.splitlines():
                print(f"  | {text}")
            for text in done.stderr.splitlines():
                print(f"  ! {text}")
            n_failed += done.returncode != 0
    print(f"{n_failed} failed")
    return 1 if n_failed else 0


sys.exit(main(sys.argv[1]))
