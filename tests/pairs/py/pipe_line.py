"""Who visits most: a pipeline of programs, started and fed by us."""

import subprocess
import sys


def main(path, n):
    sort = subprocess.Popen(["sort"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    uniq = subprocess.Popen(["uniq", "-c"], stdin=sort.stdout, stdout=subprocess.PIPE)
    rank = subprocess.Popen(["sort", "-k1,1nr", "-k2"], stdin=uniq.stdout, stdout=subprocess.PIPE)
    sort.stdout.close()
    uniq.stdout.close()
    with open(path, encoding="utf-8") as log:
        for line in log:
            sort.stdin.write(line.split()[0].encode() + b"\n")
    sort.stdin.close()
    for line in rank.stdout.read().decode().splitlines()[: int(n)]:
        count, host = line.split()
        print(f"{host:<16}{count:>5}")
    return max(child.wait() for child in (sort, uniq, rank))


sys.exit(main(*sys.argv[1:]))
