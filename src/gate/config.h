/* SPDX-License-Identifier: MIT */
/*
 * config.h - renacer.toml, read strictly
 *
 * One reader over key tables: an unknown key, a wrong type, a missing or duplicate name, a
 * value out of range, a path that is not there is an error with its place, a caret and a hint.
 */
#ifndef GATE_CONFIG_H
#define GATE_CONFIG_H

#include "base/err.h"
#include "base/mem.h"
#include "capture/capture.h"
#include "effects/effects.h"
#include "judge/judge.h"
#include "judge/known.h"
#include "judge/output_map.h"
#include "model/golden.h"

struct report_wish {
	const char *format,
		*path; /* path as written to: relative to the configuration's directory */
};

/* A file or directory that a sandbox starts with. What lies in the project keeps its path, so
 * that a command reads the same inside and outside; what lies elsewhere goes by its last name;
 * one written with a slash at its end gives its contents. */
struct fixture {
	const char *from, *to; /* absolute; relative to the sandbox, "" for contents */
};

struct target {
	const char *name;
	struct pos at;
	const char *const *argv; /* of `command`, or {"/bin/sh", "-c", shell} */
	const char *shell;       /* NULL: command was given */
	const char *stdin_text, *stdin_file;
	size_t n_stdin;
	const char *const *env; /* "NAME=value" added to the gate's */
	size_t n_env;
	const char *cwd; /* absolute, or relative to the sandbox when sandboxed */
	bool sandbox;
	struct fixture *fixtures;
	size_t n_fixtures;
	const char *const *setup; /* argv of one command; NULL: none */
	size_t n_setup;
	int expect_exit;   /* exit status, or 128 + signal */
	bool expects_fail; /* expect = "fail": the verdict wanted is fail */
	enum profile profile;
	uint64_t timeout_ns;
	uint64_t linger_ns; /* for what is left of the tree after the command has ended */
	uint32_t runs, record_runs, retries;
	bool aslr, deny_io_uring;
	struct ignored *ignore_paths;
	size_t n_ignore_paths;
	struct redaction *redactions;
	size_t n_redactions;
	struct output_maps output_maps;
	struct budget *budgets;
	size_t n_budgets;
	const char *golden;        /* absolute path */
	const char *stands_for;    /* of a run: the target whose rules look at it, too; NULL */
	const char *equivalent_to; /* name of another target whose run stands for the golden;
				      NULL */
	struct pos equivalent_at;
};

struct call_groups; /* judge/group.h */

/* What the configuration says and nothing goes by, or goes by otherwise than one may think. */
struct config_note {
	struct pos at;
	const char *text;
};

/* Which targets that fail are run once more for source lines. Without a sandbox such a run does
 * again what the first one did. */
enum source_lines { SOURCE_LINES_NEVER, SOURCE_LINES_SANDBOX, SOURCE_LINES_ALWAYS };

/* [otlp]: runs of a check as spans. Whoever sends them knows what the words mean. */
struct otlp_setting {
	bool enabled;
	const char *endpoint, *service_name, *protocol, *compression; /* NULL: not said */
	struct pos endpoint_at;
	uint64_t timeout_ns, min_ns; /* 0: not said */
	uint32_t max_calls;
	bool has_max_calls, hides_arguments;
};

struct config {
	struct arena *arena;    /* owns everything */
	const char *path, *dir; /* absolute; "" for an ad hoc configuration */
	const char *golden_dir;
	struct target *targets;
	size_t n_targets;
	struct rules rules;
	const struct call_groups *groups; /* of `clusters`; NULL: those without a file */
	struct config_note *notes;
	size_t n_notes;
	struct knowns knowns;
	struct report_wish *reports;
	size_t n_reports;
	const char *const *inherit; /* names of variables passed on */
	size_t n_inherit;
	const char *const *set; /* "NAME=value" */
	size_t n_set;
	const char *const *build; /* argv that builds a tree; ends in NULL; NULL: none */
	size_t n_build;
	const char *clock_variable; /* gets a Lamport clock that goes on from ours; NULL: none
				     */
	struct otlp_setting otlp;
	uint32_t jobs;
	bool fail_fast;
	enum source_lines source_lines;
	enum capture_backend backend;
	size_t zst_above;
	struct target defaults; /* what [gate] says for all targets */
	struct regex **regexes; /* compiled for redactions; freed with the configuration */
	size_t n_regexes, regexes_room;
};

MUST_CHECK int config_load(struct config **out, const char *path, struct err *err);
/* The same with the paths of targets below another directory: the same project elsewhere. */
MUST_CHECK int config_load_for(
	struct config **out, const char *path, const char *dir, struct err *err);
/* renacer.toml in dir or a parent; ERR_USAGE with a hint when there is none. */
MUST_CHECK int config_find(char **out, const char *dir, struct err *err);
/* One target without a file, for `--golden FILE -- CMD`. */
struct config *config_ad_hoc(const char *golden, const char *const *argv, enum profile profile,
	uint32_t runs, int expect_exit);
/* Adds one, in the order of the file. */
void config_note(struct config *c, struct pos at, const char *fmt, ...) PRINTF(3, 4);
void config_free(struct config *c);
AUTO_DEFINE(struct config *, config_free)

#endif
