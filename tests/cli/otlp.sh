#!/bin/bash
# Runs as OpenTelemetry spans: sent to a collector on this machine, which answers as it is told to,
# and read back by protoc and by another JSON parser.
set -u
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
command -v protoc > /dev/null || { echo "needs protoc (tools/install-deps test)"; exit 77; }
python=/usr/bin/python3
unset "${!OTEL_@}" TRACEPARENT TRACESTATE http_proxy HTTP_PROXY
collectors=()
trap '[ ${#collectors[@]} -eq 0 ] || kill "${collectors[@]}" 2> /dev/null' EXIT

collect() { # DIR WORD...: a collector there; its port is in $port
	"$python" "$ROOT/tests/cli/collector.py" "$@" &
	collectors+=($!)
	[ "$1" != --grpc ] || shift
	for ((i = 0; i < 200; i++)); do
		[ -s "$1/port" ] && { port=$(cat "$1/port"); return; }
		sleep 0.1
	done
	echo "no collector in $1"
	exit 1
}
decode() { # FILE: a request in protobuf, as text
	protoc -I "$ROOT/tests/data/otlp" \
		--decode opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest \
		opentelemetry/proto/collector/trace/v1/trace_service.proto < "$1"
}
spans_in() { # FILE: how many
	decode "$1" | grep -c '^    spans {'
}
quietly() { renacer -o /dev/null "$@"; }
wants() { # WHAT TEST...
	local what=$1
	shift
	"$@" || { echo "line ${BASH_LINENO[0]}: $what"; bad=1; }
}

OTEL_EXPORTER_OTLP_TIMEOUT=100 quietly --otlp http://127.0.0.1:1 -- true > log 2>&1
grep -q 'built without libcurl' log && { echo 'built without libcurl'; exit 77; }

# Who sends nothing loads nothing.
wants 'libcurl is loaded at every start' test "$(ldd "$BUILD/renacer" "$BUILD/renacer-gate" | grep -c libcurl)" = 0

# What is sent is the run: a span for it, for each task, for each call; the same run is in the file.
collect http ok
says 0 "sent to http://127.0.0.1:$port/v1/traces" renacer record -o t.rtrace --otlp "http://127.0.0.1:$port" -- \
	sh -c 'ls / > /dev/null; cat nowhere 2> /dev/null; true'
calls=$(renacer query t.rtrace 'event == "call"' --count -q)
tasks=$(renacer query t.rtrace 'event == "start"' --count -q)
wants "$(spans_in http/1.body) spans of $calls calls and $tasks tasks" \
	test "$(spans_in http/1.body)" = $((1 + tasks + calls))
decode http/1.body > text
for words in 'name: "cat"' 'string_value: "ENOENT"' 'key: "process.executable.path"' 'key: "host.name"' \
	'kind: SPAN_KIND_INTERNAL' 'message: "exited 1"' 'code: STATUS_CODE_ERROR' 'string_value: "nowhere"'; do
	grep -qF "$words" text || { echo "no $words"; bad=1; }
done
grep -q command_args text && { echo 'arguments are told though nobody asked'; bad=1; }
grep -qi '^content-type: application/x-protobuf' http/1.head || { echo 'not the right type'; bad=1; }
quietly --otlp-arguments --otlp "http://127.0.0.1:$port" -- echo a-word > /dev/null 2>&1
decode http/2.body | grep -q 'a-word' || { echo 'arguments are not told though asked for'; bad=1; }

# JSON, compressed, with a header and a name; and the limits.
OTEL_EXPORTER_OTLP_HEADERS='x-key=a%20b' OTEL_EXPORTER_OTLP_COMPRESSION=gzip OTEL_RESOURCE_ATTRIBUTES=team=red \
	says 0 'calls are no spans: [0-9]+ beyond the limit' quietly --otlp "http://127.0.0.1:$port/" --otlp-protocol http/json \
	--otlp-service-name svc --otlp-calls 3 -- ls /
"$python" - http/3.body << 'END' || { echo 'the JSON is not right'; bad=1; }
import json, sys
r = json.load(open(sys.argv[1]))["resourceSpans"][0]
attributes = {a["key"]: list(a["value"].values())[0] for a in r["resource"]["attributes"]}
assert attributes["service.name"] == "svc" and attributes["team"] == "red", attributes
spans = r["scopeSpans"][0]["spans"]
assert len(spans) == 5, len(spans)
ids = {s["spanId"] for s in spans}
assert len(ids) == 5 and all(len(s["traceId"]) == 32 for s in spans)
assert all(s.get("parentSpanId") in ids for s in spans[1:]) and "parentSpanId" not in spans[0]
root = {a["key"]: list(a["value"].values())[0] for a in spans[0]["attributes"]}
assert int(root["renacer.calls"]) == 3 + int(root["renacer.calls.beyond_limit"]), root
times = [int(s["endTimeUnixNano"]) - int(s["startTimeUnixNano"]) for s in spans]
assert all(0 <= t <= times[0] for t in times)
END
grep -qx 'x-key: a b' <(tr -d '\r' < http/3.head) || { echo 'no header'; bad=1; }
grep -qi '^content-encoding: gzip' http/3.head || { echo 'not compressed'; bad=1; }

# A run that is a part of something: what is given, what the environment says, and what is invalid.
id=0af7651916cd43dd8448eb211c80319c
says 0 "trace $id" quietly --otlp file:p.jsonl --trace-parent 00-$id-b7ad6b7169203331-01 -- sh -c 'echo "$TRACEPARENT" > handed'
"$python" - p.jsonl handed $id << 'END' || { echo 'the parent is not honoured'; bad=1; }
import json, sys
spans = json.loads(open(sys.argv[1]).readline())["resourceSpans"][0]["scopeSpans"][0]["spans"]
assert spans[0]["parentSpanId"] == "b7ad6b7169203331" and spans[0]["flags"] & 0x300 == 0x300
assert all(s["traceId"] == sys.argv[3] for s in spans)
# The target's own spans hang below the run.
assert open(sys.argv[2]).read().strip() == f"00-{sys.argv[3]}-{spans[0]['spanId']}-01"
END
TRACEPARENT=00-$id-b7ad6b7169203331-01 says 0 "trace $id" quietly --otlp file:p.jsonl -- true
OTEL_TRACEPARENT=cc-$id-b7ad6b7169203331-01-more says 0 "trace $id" quietly --otlp file:p.jsonl -- true
for wrong in "00-${id^^}-b7ad6b7169203331-01" "ff-$id-b7ad6b7169203331-01" "00-$id-0000000000000000-01" 00-abc123-def456-01; do
	TRACEPARENT=$wrong says 0 'warning: TRACEPARENT holds no W3C traceparent' quietly --otlp file:p.jsonl -- true
	grep -q "$id" p.jsonl && { echo "$wrong was taken"; bad=1; }
	says 2 'is not a W3C traceparent' quietly --otlp file:p.jsonl --trace-parent "$wrong" -- true
done

# The target runs as ever, whatever the collector does; what went wrong is told, with its count.
lost() { # TEXT WORD...: the collector answers so
	local text=$1
	shift
	rm -rf c
	collect c "$@"
	OTEL_EXPORTER_OTLP_TIMEOUT=$timeout says 7 "$text" quietly --otlp "http://127.0.0.1:$port" -- sh -c 'exit 7'
}
timeout=5000
lost '^renacer: trace [0-9a-f]{32}: [0-9]+ spans sent' 503 after:1:429 ok
wants 'it was not tried again' test -e c/3.body
wants 'the same spans were not sent again' cmp c/1.body c/3.body
timeout=600
lost 'warning: ([0-9]+) of \1 spans were not delivered to .*: it answered 400: no such thing' '400:no such thing' ok
wants '400 was tried again' test ! -e c/2.body
lost 'spans were not delivered to .*: it answered 307' to:http://127.0.0.1:1/ ok
lost 'spans were not delivered .* asks to wait 3600 s' after:3600:503 ok
lost 'spans were not delivered .*timed out' hang
timeout=5000
lost 'warning: .* took the spans and says: its answer of 8 bytes is none of OTLP' garbage
lost 'warning: .* took the spans and says: its answer of 4194304 bytes is none of OTLP' huge
lost 'warning: .* refused 2 of [0-9]+ spans: too many' 'partial:2:too many'
lost 'warning: .* took the spans and says: old names' 'note:old names'
lost '[0-9]+ spans sent' drop ok
timeout=600
lost 'spans were not delivered to .*: it answered 503 \(after [0-9]+ attempts\)' 503
rm -rf c
OTEL_EXPORTER_OTLP_TIMEOUT=500 says 7 "spans were not delivered to http://127.0.0.1:1/v1/traces: .*onnect" \
	quietly --otlp http://ann:pass@127.0.0.1:1 -- sh -c 'exit 7'
grep -q pass log && { echo 'a password is told'; bad=1; }
OTEL_SDK_DISABLED=true says 7 'OTEL_SDK_DISABLED is set' quietly --otlp http://127.0.0.1:1 -- sh -c 'exit 7'

# More than a server takes at once goes in pieces, each a whole message; a few calls are not a trace
# of the tracer's own.
collect large ok
says 0 'spans sent' quietly -e trace=read,write --otlp-calls 100000 --otlp "http://127.0.0.1:$port" -- \
	dd if=/dev/zero of=/dev/null bs=1 count=9000
sum=0 pieces=0
for body in large/*.body; do
	pieces=$((pieces + 1)) sum=$((sum + $(spans_in "$body")))
	wants "$body is larger than 4 MiB" test "$(stat -c %s "$body")" -le $((4 << 20))
done
wants "$pieces pieces" test $pieces -gt 1
[[ $(cat log) =~ \ ([0-9]+)\ spans\ sent ]]
wants "$sum spans came, ${BASH_REMATCH[1]} were sent" test $sum = "${BASH_REMATCH[1]}"
wants "$sum spans of 18000 calls" test $sum -gt 18000

# gRPC, which port 4317 stands for.
if "$python" -c 'import grpc' 2> /dev/null; then
	collect --grpc grpc ok 14:busy ok 12:unknown 'partial:1:one' ok
	grpc=$port
	for ((n = 1; n <= 2; n++)); do
		says 0 'spans sent' quietly --otlp "http://127.0.0.1:$grpc" --otlp-protocol grpc -- true
	done
	wants 'UNAVAILABLE was not tried again' test -e grpc/3.body
	wants 'what gRPC brought is no request' test "$(spans_in grpc/1.body)" -gt 5
	says 0 'not delivered .*: it answered with gRPC status 12: unknown' quietly --otlp "http://127.0.0.1:$grpc" --otlp-protocol grpc -- true
	says 0 'refused 1 of [0-9]+ spans: one' quietly --otlp "http://127.0.0.1:$grpc" --otlp-protocol grpc -- true
	OTEL_EXPORTER_OTLP_COMPRESSION=gzip says 0 'spans sent' quietly --otlp "http://127.0.0.1:$grpc" --otlp-protocol grpc -- true
	wants 'compressed gRPC is no request' test "$(spans_in grpc/6.body)" -gt 5
	says 0 'not delivered .*is that a port for gRPC\? then the protocol is grpc' quietly --otlp "http://127.0.0.1:$grpc" -- true
else
	echo 'gRPC: skipped, no python3-grpcio (tools/install-deps test)'
fi

# A stored trace, in both forms: the same spans.
says 0 'spans written to a.jsonl' renacer export t.rtrace -o a.jsonl
says 0 'spans written to a.pb' renacer export t.rtrace --format otlp-protobuf -o a.pb
"$python" -c 'import json
print(sum(len(json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]) for line in open("a.jsonl")))' > n
wants "$(cat n) spans in JSON, $(spans_in a.pb) in protobuf" test "$(cat n)" = "$(spans_in a.pb)"
wants "what is exported is not what was sent" test "$(cat n)" = "$(spans_in http/1.body)"
renacer export t.rtrace -q 2> err | "$python" -m json.tool > /dev/null || { echo 'no JSON on stdout'; bad=1; }
wants 'quiet is not quiet' test ! -s err
says 3 'spans were not delivered to no/such/dir/x: .*No such file' renacer export t.rtrace -o no/such/dir/x
says 3 'spans were not delivered to .*ull: .*No space left' renacer export t.rtrace -o /dev/full
head -c "$(($(stat -c %s t.rtrace) - 20))" t.rtrace > cut.rtrace
says 4 'the trace is not complete' renacer export cut.rtrace -o cut.jsonl
grep -q '"renacer.trace.complete","value":{"boolValue":false}' cut.jsonl || { echo 'a cut trace does not say so'; bad=1; }

# [otlp] of renacer.toml: each run of a check, with its verdict; what is to be hidden is.
collect gate ok
cat > renacer.toml << END
[gate]
jobs = 2
[otlp]
enabled = true
endpoint = "http://127.0.0.1:$port"
service_name = "mine"
protocol = "http/json"
[[target]]
name = "good"
shell = "echo hi; : token-hunter2"
redact = [{ pattern = 'hunter\d', with = "<secret>" }]
[[target]]
name = "bad"
shell = "cat text.in"
runs = 2
[[target]]
name = "never"
command = ["./nowhere"]
END
echo a > text.in
renacer-gate record good bad > /dev/null 2>&1 || { echo 'nothing is recorded'; bad=1; }
wants 'a recording was sent' test ! -e gate/1.body
echo b > text.in
says 5 'renacer-gate: [0-9]+ spans sent to http' renacer-gate check
cat gate/*.body > all
"$python" - gate << 'END' || { echo 'what the gate sent is not right'; bad=1; }
import glob, json, sys
roots = []
for name in glob.glob(sys.argv[1] + "/*.body"):
    r = json.load(open(name))["resourceSpans"][0]
    assert r["resource"]["attributes"][0]["value"]["stringValue"] == "mine"
    for s in r["scopeSpans"][0]["spans"]:
        if "parentSpanId" not in s:
            s["a"] = {a["key"]: list(a["value"].values())[0] for a in s["attributes"]}
            roots.append(s)
roots.sort(key=lambda s: (s["name"], int(s["a"]["renacer.run"])))
assert [s["name"] for s in roots] == ["bad", "bad", "good"], roots
bad, good = roots[0], roots[2]
assert len({s["traceId"] for s in roots}) == 3
assert bad["a"]["renacer.verdict"] == "fail" and bad["a"]["test.case.result.status"] == "fail"
assert bad["status"]["code"] == 2 and bad["status"]["message"]
texts = [a["value"]["stringValue"] for e in bad["events"] for a in e["attributes"]]
assert bad["events"][0]["name"] == "renacer.finding" and any("stdout" in t for t in texts), texts
assert good["a"]["renacer.verdict"] == "pass" and good["status"] == {"code": 1}
assert [s["a"]["renacer.run"] for s in roots] == ["1", "2", "1"]
END
grep -q '<secret>' all || { echo 'no redaction is seen'; bad=1; }
grep -q hunter all && { echo 'a secret has left'; bad=1; }
wants 'traces were left behind' test -z "$(find . -name '*.rtrace' ! -name t.rtrace ! -name cut.rtrace)"

# Artifacts are as ever: those of the failure are there, those of the pass are not.
says 5 'spans sent' renacer-gate check --artifacts kept
wants 'the trace of the failure is gone' test -s kept/bad.rtrace
wants 'the trace of the pass is kept' test ! -e kept/good.rtrace
# A verdict does not depend on the collector.
sed -i 's/^endpoint = .*/endpoint = "http:\/\/127.0.0.1:1"\ntimeout = "200ms"/' renacer.toml
says 0 'renacer-gate: warning: ([0-9]+) of \1 spans were not delivered' renacer-gate check good
says 0 '^renacer-gate: warning: ' renacer-gate check -q good
says 0 '1 passed' env -u PATH "$BUILD/renacer-gate" check good
OTEL_EXPORTER_OTLP_HEADERS=nonsense says 0 'warning: no spans are sent: the variable OTEL_EXPORTER_OTLP_HEADERS' renacer-gate check good
sed -i 's/^endpoint = .*/endpoint = "localhost:4317"/' renacer.toml
says 2 'renacer.toml:[0-9]+:12: .*is no http or https URL' renacer-gate validate
sed -i 's/^endpoint = .*/endpoint = "file:out.jsonl"/' renacer.toml
says 0 'spans written to .*/out.jsonl' renacer-gate check good
wants 'nothing was written' test -s out.jsonl
exit $bad
