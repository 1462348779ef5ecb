/* SPDX-License-Identifier: MIT */
/* gate.c - the commands and options of renacer-gate, as tables */

#include "cli/gate.h"

#include "capture/capture.h"
#include "cli/cli.h"

static const char *const format_names[] = { "text", "json", NULL };
static const char *const junit_names[] = { "rich", "strict", NULL };

#define AT(field) offsetof(struct gate_values, field)

/* clang-format off */
const struct command gate_commands[] = {
	{ "check", "check [TARGET...]", "judge all targets, or those named (the default)", command_check, COMMAND_TRACES },
	{ "record", "record [TARGET...]", "run them several times and write their goldens", command_record, COMMAND_TRACES },
	{ "init", "init -- CMD [ARG...]", "propose a renacer.toml, with limits from several runs", command_init, COMMAND_TRACES },
	{ "show", "show FILE...", "a golden or a stored trace, for people", command_show, COMMAND_DROPS },
	{ "diff", "diff A B", "two goldens or traces, explained", command_diff, COMMAND_DROPS },
	{ "migrate", "migrate [GOLDEN...]", "goldens of an older version in today's words", command_migrate, COMMAND_DROPS },
	{ "selftest", "selftest [TARGET...]", "mutate a run of each target: would its golden notice?", command_selftest, COMMAND_TRACES },
	{ "calibrate", "calibrate [TARGET...]", "run each many times: how far do equal runs lie apart?", command_calibrate, COMMAND_TRACES },
	{ "validate", "validate", "read renacer.toml strictly, and nothing else", command_validate, COMMAND_DROPS },
	{ "explain", "explain [TYPE|RULE|PACK...]", "what a type of rule means, a rule of the configuration, or a pack", command_explain, COMMAND_DROPS },
	{ "schema", "schema", "the JSON Schema of renacer.toml, for editors", command_schema, COMMAND_DROPS },
	{ "doctor", "doctor", "what this machine allows, and what to do about the rest", command_doctor, COMMAND_LOOKS },
	{ NULL, NULL, NULL, NULL, COMMAND_DROPS },
};

const struct option gate_options[] = {
	{ "config", 'c', OPTION_TEXT, AT(config), "FILE", "renacer.toml in this directory or a parent when absent", NULL },
	{ "golden", 'g', OPTION_TEXT, AT(golden), "FILE", "without a configuration: check or record '-- CMD [ARG...]' by this golden", NULL },
	{ "profile", 'p', OPTION_TEXT, AT(profile), "NAME", "with --golden: strict, io, effects, transpile or counts (check: that of the golden; else effects)", NULL },
	{ "output-map", 0, OPTION_LIST, AT(output_maps), "MAP", "with --golden, diff: texts may differ in what it names; may be given again: json, float_tolerance=1e-9, …", NULL },
	{ "expect-exit", 0, OPTION_NUMBER, AT(expect_exit), "N", "with --golden: the exit status that is right (0; 128 + N after signal N)", NULL },
	{ "runs", 'n', OPTION_TIMES, AT(runs), "N", "how many runs (check 1, record and init 3, calibrate 10)", NULL },
	{ "mutants", 0, OPTION_TIMES, AT(mutants), "N", "selftest: at most so many of each kind (25)", NULL },
	{ "compare-ref", 0, OPTION_TEXT, AT(compare_ref), "COMMIT", "check: build that commit as well, and judge budgets of time by pairs of runs", NULL },
	{ "pairs", 0, OPTION_TIMES, AT(pairs), "N", "with --compare-ref: how many pairs, 9 at least (15)", NULL },
	{ "junit", 0, OPTION_TEXT, AT(junit), "FILE", "write a JUnit report; '-' is stdout, here and below", NULL },
	{ "junit-profile", 0, OPTION_CHOICE, AT(junit_profile), "NAME", "rich (usual), or strict: valid against the Ant schema too", junit_names },
	{ "sarif", 0, OPTION_TEXT, AT(sarif), "FILE", "write a SARIF 2.1.0 report", NULL },
	{ "json", 0, OPTION_TEXT, AT(json), "FILE", "write a JSON report", NULL },
	{ "markdown", 0, OPTION_TEXT, AT(markdown), "FILE", "write a job summary", NULL },
	{ "github", 0, OPTION_FLAG, AT(github), NULL, "annotations for GitHub; on by itself under GITHUB_ACTIONS", NULL },
	{ "format", 0, OPTION_CHOICE, AT(format), "FORMAT", "of what is printed: text, json", format_names },
	{ "artifacts", 0, OPTION_TEXT, AT(artifacts), "DIR", "keep traces, outputs and new goldens of failures there", NULL },
	{ "keep", 0, OPTION_FLAG, AT(keep), NULL, "leave sandboxes behind, and say where", NULL },
	{ "backend", 0, OPTION_CHOICE, AT(backend), "NAME", "auto, ptrace, seccomp, ebpf", capture_backend_names },
	{ "as-root", 0, OPTION_FLAG, AT(as_root), NULL, "under sudo: run targets as root, not as who called sudo", NULL },
	{ "jobs", 'j', OPTION_TIMES, AT(jobs), "N", "targets at a time", NULL },
	{ "fail-fast", 0, OPTION_FLAG, AT(fail_fast), NULL, "stop at the first target that does not pass", NULL },
	{ "color", 0, OPTION_CHOICE, AT(color), "WHEN", "auto, always, never", color_names },
	{ "quiet", 'q', OPTION_FLAG, AT(quiet), NULL, "print failures only", NULL },
	{ "verbose", 'v', OPTION_FLAG, AT(verbose), NULL, "print everything", NULL },
	{ "help", 'h', OPTION_FLAG, AT(help), NULL, "this text", NULL },
	{ "version", 'V', OPTION_FLAG, AT(version), NULL, "the version", NULL },
	{ "html", 0, OPTION_LATER, 0, NULL, NULL, NULL },
	{ "shard", 0, OPTION_LATER, 0, NULL, NULL, NULL },
	{ 0 },
};
/* clang-format on */
