"""Run commands with a time limit, and report who had to be ended, by which signal."""

import signal
import subprocess
import sys


def run(limit, words):
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        out, _ = child.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        child.terminate()
        out, _ = child.communicate()
        print(f"{words[0]}: timed out", file=sys.stderr)
    if child.returncode < 0:
        return f"killed by {signal.Signals(-child.returncode).name}", out
    return f"exit {child.returncode}", out


def main(limit):
    jobs = [["sleep", "60"], ["sh", "-c", "kill -USR1 $$"], ["sh", "-c", "echo done; exit 5"]]
    for number, words in enumerate(jobs, 1):
        how, out = run(float(limit), words)
        print(f"{number}: {how}: {len(out)} bytes")
    return 3


sys.exit(main(sys.argv[1]))
