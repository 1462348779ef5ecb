"""Do something once at a time: a lock file with our number, a state file that counts the runs."""

import os
import sys
import time

LOCK, STATE, PID = "job.lock", "job.state", "job.pid"


def main():
    try:
        fd = os.open(LOCK, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        with open(LOCK, encoding="ascii") as f:
            print(f"locked by {f.read().strip()}", file=sys.stderr)
        return 75
    with os.fdopen(fd, "w", encoding="ascii") as f:
        f.write(f"{os.getpid()}\n")
    try:
        with open(PID, "w", encoding="ascii") as f:
            f.write(f"{os.getpid()}\n")
        try:
            with open(STATE, encoding="ascii") as f:
                runs = int(f.read())
        except FileNotFoundError:
            runs = 0
        time.sleep(0.01)
        with open(STATE, "w", encoding="ascii") as f:
            f.write(f"{runs + 1}\n")
        print(f"run {runs + 1}")
    finally:
        os.unlink(LOCK)
    return 0


sys.exit(main())
