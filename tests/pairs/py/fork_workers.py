"""Worker processes that share a queue of numbers: each factors its part and answers by a pipe."""

import os
import sys


def factors(n):
    found, d = [], 2
    while n > 1:
        while n % d == 0:
            found.append(d)
            n //= d
        d += 1
    return found


def work(numbers, out):
    for n in numbers:
        os.write(out, f"{n} = {' * '.join(map(str, factors(n)))}\n".encode())
    return len(numbers) % 2


def main(n_workers, numbers):
    failed = 0
    for i in range(n_workers):
        source, target = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(source)
            os._exit(work(numbers[i::n_workers], target))
        os.close(target)
        with os.fdopen(source, encoding="ascii") as answers:
            for line in answers:
                print(f"worker {i}: {line}", end="")
        failed += os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(f"{failed} odd")
    return failed


sys.exit(main(int(sys.argv[1]), [int(n) for n in sys.argv[2:]]))
