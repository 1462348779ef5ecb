/* SPDX-License-Identifier: MIT */
/*
 * trace_options.c - the options of renacer's trace, record and report
 */
#include "cli/trace.h"

#include "capture/capture.h"

#include <stddef.h>

static const char *const format_names[] = { "text", "csv", "folded", NULL };

#define AT(field) offsetof(struct trace_values, field)

/* clang-format off */
const struct option trace_options[] = {
	{ "expr", 'e', OPTION_LIST, AT(expressions), "EXPR",
		"trace=SPEC: names, classes (file network process memory desc signal ipc creds clock pure, also with %), /regex/, ! negates; signal=none hides signals", NULL },
	{ "filter", 0, OPTION_TEXT, AT(filter), "REGEX", "calls whose name matches", NULL },
	{ "follow-forks", 'f', OPTION_FLAG, AT(follow), NULL, "trace children and threads as well", NULL },
	{ "output", 'o', OPTION_TEXT, AT(output), "FILE", "write the trace there instead of stderr", NULL },
	{ "pid", 'p', OPTION_TEXT, AT(pid), "PID", "trace this running process until it ends or ^C", NULL },
	{ "summary", 'c', OPTION_FLAG, AT(summary), NULL, "count calls, errors and time; no lines", NULL },
	{ "summary-also", 'C', OPTION_FLAG, AT(summary_too), NULL, "lines, and the summary behind them", NULL },
	{ "timing", 'T', OPTION_FLAG, AT(timing), NULL, "the time each call took", NULL },
	{ "time", 't', OPTION_COUNT, AT(clock), NULL, "the time of day; -tt with microseconds, -ttt since 1970", NULL },
	{ "relative", 'r', OPTION_FLAG, AT(relative), NULL, "the time since the call before", NULL },
	{ "string-limit", 0, OPTION_NUMBER, AT(string_limit), "N", "longest string shown (32)", NULL },
	{ "verbose", 'v', OPTION_FLAG, AT(verbose), NULL, "structs and arrays in full", NULL },
	{ "successful-only", 'z', OPTION_FLAG, AT(only_good), NULL, "only calls that succeeded", NULL },
	{ "failed-only", 'Z', OPTION_FLAG, AT(only_bad), NULL, "only calls that failed", NULL },
	{ "columns", 'a', OPTION_NUMBER, AT(column), "N", "the column of the result (40)", NULL },
	{ "format", 0, OPTION_CHOICE, AT(format), "FORMAT", "text, csv, or folded (stacks for a flame graph)", format_names },
	{ "lamport", 0, OPTION_FLAG, AT(lamport), NULL, "causal order, with each event's Lamport clock; the target's RENACER_LOGICAL_CLOCK goes on from ours", NULL },
	{ "trace-parent", 0, OPTION_TEXT, AT(trace_parent), "VALUE", "a W3C traceparent for the target's TRACEPARENT; env: ours, checked; with --otlp what the run hangs below", NULL },
	{ "otlp", 0, OPTION_TEXT, AT(otlp.url), "URL", "send the run as a trace to an OpenTelemetry collector (http://localhost:4318, or port 4317 for gRPC), or write it to file:PATH", NULL },
	{ "otlp-endpoint", 0, OPTION_TEXT, AT(otlp.url), "URL", "the same", NULL },
	OTLP_OPTIONS(AT(otlp)),
	{ "stack-trace", 'k', OPTION_FLAG, AT(stacks), NULL, "below each call the functions that led to it; not under ebpf", NULL },
	{ "source", 's', OPTION_FLAG, AT(source), NULL, "behind each call the source line that made it; not under ebpf", NULL },
	{ "payload-limit", 0, OPTION_NUMBER, AT(payload_limit), "BYTES", "kept of what each call writes (4096)", NULL },
	{ "backend", 0, OPTION_CHOICE, AT(backend), "NAME", "auto, ptrace, seccomp (stops only for the calls asked for), ebpf (slows least; needs privilege)", capture_backend_names },
	{ "as-root", 0, OPTION_FLAG, AT(as_root), NULL, "under sudo: run CMD as root, not as who called sudo", NULL },
	{ "help", 'h', OPTION_FLAG, AT(help), NULL, "this text", NULL },
	{ "version", 'V', OPTION_FLAG, AT(version), NULL, "the version", NULL },
	{ "paths", 'y', OPTION_LATER, 0, NULL, NULL, NULL },
	{ "path", 'P', OPTION_LATER, 0, NULL, NULL, NULL },
	{ "summary-wall-clock", 'w', OPTION_LATER, 0, NULL, NULL, NULL },
	{ "flamegraph", 0, OPTION_LATER, 0, NULL, NULL, NULL },
	{ "function-time", 0, OPTION_LATER, 0, NULL, NULL, NULL },
	{ "stats-extended", 0, OPTION_LATER, 0, NULL, NULL, NULL },
	{ "transpiler-map", 0, OPTION_LATER, 0, NULL, NULL, NULL },
	{ "config", 0, OPTION_LATER, 0, NULL, NULL, NULL },
	{ "compress", 0, OPTION_LATER, 0, NULL, NULL, NULL },
	{ 0 },
};
/* clang-format on */
