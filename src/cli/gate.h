/* SPDX-License-Identifier: MIT */
/*
 * gate.h - the commands of renacer-gate
 */
#ifndef CLI_GATE_H
#define CLI_GATE_H

#include "cli/options.h"

struct gate_values {
	bool help, version, verbose, quiet, fail_fast, github, keep, as_root;
	const char *config, *golden, *profile, *artifacts;
	const char *junit, *sarif, *json, *markdown;
	struct option_list output_maps;
	uint64_t runs, jobs, expect_exit, mutants, pairs;
	const char *compare_ref;
	unsigned color, backend, format, junit_profile;
	/* No option: what was opened before privilege was given up; NULL: nothing. */
	const struct capture_grant *grant;
};

struct capture_grant;

extern const struct option gate_options[];

/* What a command does with privilege, if there is any. */
enum command_rights {
	COMMAND_DROPS,  /* it is given up at once */
	COMMAND_TRACES, /* what tracing needs is opened, then it is given up */
	COMMAND_LOOKS,  /* the command itself gives it up */
};

/* A command: what it is called, what it takes, and what runs it. *status is the exit status. */
struct command {
	const char *name, *synopsis, *help;
	int (*run)(int *status, const struct gate_values *values, const struct parsed *parsed,
		struct err *err);
	enum command_rights rights;
};
extern const struct command gate_commands[]; /* ends with name NULL; the first is the default */

/* How many runs there may be at a time that want ebpf; 0 where the configuration cannot be
 * read. arg: a struct foresight. For a child without privilege (cli/rights.h). */
struct foresight {
	const struct gate_values *values;
	const struct parsed *parsed;
};
size_t foresee_runs(const void *arg);

/* One file a command, each named after what it does. */
MUST_CHECK int command_check(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);
MUST_CHECK int command_record(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);
MUST_CHECK int command_show(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);
MUST_CHECK int command_diff(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);
MUST_CHECK int command_migrate(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);
MUST_CHECK int command_validate(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);
MUST_CHECK int command_selftest(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);
MUST_CHECK int command_calibrate(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);
MUST_CHECK int command_explain(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);
MUST_CHECK int command_schema(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);
MUST_CHECK int command_init(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);
MUST_CHECK int command_doctor(int *status, const struct gate_values *values,
	const struct parsed *parsed, struct err *err);

#endif
