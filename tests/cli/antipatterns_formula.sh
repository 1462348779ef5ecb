#!/bin/bash
# The published formula is what is done: every finding of a pattern that counts calls in groups is
# reckoned again, from docs/rules.md and what `renacer query` says, and no other one is told.
set -u
cat > reckon.py << 'END'
import collections, json, re, subprocess, sys

docs, trace = sys.argv[1], sys.argv[2]
COLUMNS = "seq,exec,process,task,syscall,path,fd,fd_name,duration"


def ask(expression):
    run = subprocess.run(["renacer", "query", "-q", "-n", "1000000", "--format", "json", "--columns",
                          COLUMNS, trace, expression], capture_output=True)
    assert run.returncode in (0, 1), run.stderr  # 1: no match
    return json.loads(run.stdout.decode("utf-8", "replace"))["events"]


def one(value):
    return value[0] if isinstance(value, list) and value else None if value == [] else value


def key_of(row, columns, path=None):
    key = [one(row["exec"])]
    for column in columns:
        value = path if path and column in ("path", "fd_name") else one(row[column])
        if value is None and column == "fd_name":
            value = row["fd"]
        if value is None:
            return None
        key.append(value)
    return tuple(key)


def sections():
    for name, text in re.findall(r"^### (\S+)\n(.*?)(?=^### |\Z)", open(docs).read(), re.M | re.S):
        part = lambda label: (re.search(r"^- %s: `(.*)`$" % label, text, re.M) or [None, None])[1]
        groups = re.search(r"^- In groups of one program, ([a-z_]+)(?: and ([a-z_]+))?", text, re.M)
        if groups:
            least = re.search(r"at least (\d+) calls", text)
            cost = re.search(r"at least ([\d.]+) ms together", text)
            yield (name, part("Counted"), part("As a share of"), part("Each of these pays for one"),
                   [g for g in groups.groups() if g], "in all calls alike" in text,
                   int(least[1]) if least else 1, float(cost[1]) * 1e6 if cost else 0)


def reckon(counted, share_of, excuse, columns, is_alike, least, cost):
    n, took, of = collections.Counter(), collections.Counter(), collections.Counter()
    for row in ask(counted):
        key = key_of(row, columns)
        if key:
            n[key] += 1
            took[key] += row["duration"] or 0
    whole = [c for c in columns if not (is_alike and c == "syscall")]
    for row in ask(share_of) if share_of else []:
        of[key_of(row, whole)] += 1
    paid = collections.Counter()
    for row in ask(excuse) if excuse else []:
        for path in row["path"] if isinstance(row["path"], list) else [row["path"]]:
            if path:
                paid[key_of(row, columns, path)] += 1
    found = []
    for key, all_n in n.items():
        left = all_n - min(paid[key], all_n)
        if left < least or took[key] < cost:
            continue
        part = [k for k, c in zip(key, ["exec"] + columns) if c == "exec" or c in whole]
        total = max(of[tuple(part)] if share_of else all_n, left)
        found.append((left, total, round(left / total * left / (left + least), 5)))
    return sorted(found)


n_findings = 0
for name, *rest in sections():
    out = subprocess.run(["renacer", "analyze", "--threshold", "0", "--format", "json", "--pattern", name,
                          trace], capture_output=True).stdout
    said = sorted((f["count"], f["of"], round(f["confidence"], 5))
                  for f in json.loads(out.decode("utf-8", "replace"))["findings"])
    mine = reckon(*rest)
    assert len(said) == len(mine), (name, said, mine)
    for s, m in zip(said, mine):
        assert s[:2] == m[:2] and abs(s[2] - m[2]) < 2e-3, (name, s, m)
    assert all(0 <= s[2] <= 1 for s in said)
    n_findings += len(said)
print(n_findings)
END
bad=0 total=0
# try NAME COMMAND...
try() {
	local name=$1 n
	shift
	renacer record -o "$name.rtrace" -- "$@" > log 2>&1 || { echo "$name: cannot record"; cat log; bad=1; return; }
	if n=$(python3 reckon.py "$ROOT/docs/rules.md" "$name.rtrace" 2> log); then
		total=$((total + n))
	else
		echo "$name: $(tail -1 log)"
		bad=1
	fi
}
for name in tiny-write one-byte-read redundant-stat path-probe-storm n-plus-one-open repeated-call busy-poll \
	fsync-storm exec-storm chatty-socket fd-leak missing-cloexec; do
	try "$name" "$BUILD/prog/antipattern" $name bad
done
for name in journals replaced-and-looked-at durable many-descriptors; do
	mkdir -p "in-$name"
	try "edge-$name" sh -c 'cd "$1" && exec "$2" "$3"' sh "in-$name" "$BUILD/prog/antipattern-edge" $name
done
cat > many.sh << 'END'
for i in $(seq 40); do x=$(echo hi | tr a-z A-Z); echo $x >> log; done; test -e log; cat log | wc -l
END
try python python3 -c 'import json, email, http.client, sqlite3, asyncio'
try shell bash many.sh
try sort sort -u many.sh
try find find /usr/include -maxdepth 2
try ls ls -lR /etc
[ $total -ge 14 ] || { echo "only $total findings"; bad=1; }
echo "$total findings reckoned again"
exit $bad
