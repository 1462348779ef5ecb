/* SPDX-License-Identifier: MIT */
/* check.c - the commands check, record and validate: configuration in, verdicts and reports out
 */

#include "cli/cli.h"
#include "cli/gate.h"
#include "cli/reports.h"
#include "cli/send.h"
#include "gate/gate.h"
#include "gate/output_maps.h"
#include "gate/paired.h"
#include "store/golden.h"

#include <string.h>
#include <unistd.h>

typedef int (*judge_fn)(struct verdicts *out, struct arena *arena, const struct config *config,
	const struct gate_opts *opts, struct err *err);

static int
add_output_maps(struct config *config, const struct gate_values *values, struct err *err)
{
	struct target *t = &config->targets[0];

	return output_maps_add_all(&t->output_maps, config->arena, values->output_maps.items,
		values->output_maps.n, t->profile, err);
}

/* What --profile says; without it what the golden has, if there is one to be checked. A golden
 * that cannot be read is told by whoever needs what is in it. */
static int
find_profile(
	enum profile *out, const struct gate_values *values, bool is_checked, struct err *err)
{
	AUTO(golden_free) struct golden *golden = NULL;
	struct err none = { 0 };

	if (cli_profile(out, values->profile, err) < 0)
		return -1;
	if (!is_checked)
		return 0;
	if (golden_load(&golden, values->golden, &none) < 0) {
		err_drop(&none);
		return 0;
	}
	if (values->profile && *out != golden->profile) {
		AUTO(str_done) struct str hint = { 0 };

		str_addf(&hint,
			"leave out '--profile', or type: renacer-gate record --profile %s "
			"--golden %s -- CMD",
			profile_names[*out], values->golden);
		return cli_usage(err, hint.data, "golden '%s' was recorded with profile '%s'",
			values->golden, profile_names[golden->profile]);
	}
	*out = golden->profile;
	return 0;
}

static int
ad_hoc(struct config **out, const struct gate_values *values, const struct parsed *parsed,
	bool is_checked, struct err *err)
{
	enum profile profile = PROFILE_EFFECTS;

	if (values->config)
		return cli_usage(err, NULL, "either '--golden' or '--config', not both");
	if (!parsed->command || !parsed->command[0])
		return cli_usage(err, "renacer-gate check --golden FILE -- CMD [ARG...]",
			"option '--golden' needs a command");
	if (parsed->n_words)
		return cli_usage(err, "put '--' before the command",
			"'%s' is neither an option nor behind '--'", parsed->words[0]);
	if (values->expect_exit > 255)
		return cli_usage(err, "0 to 255; 128 + N after signal N",
			"no program exits with %llu", (unsigned long long)values->expect_exit);
	if (find_profile(&profile, values, is_checked, err) < 0)
		return -1;
	*out = config_ad_hoc(values->golden, parsed->command, profile, (uint32_t)values->runs,
		(int)values->expect_exit);
	return add_output_maps(*out, values, err);
}

/* is_checked: there are goldens to hold runs against, or there ought to be. */
static int
load(struct config **out, const struct gate_values *values, const struct parsed *parsed,
	bool is_checked, struct err *err)
{
	AUTO(mem_free) char *found = NULL;

	if (values->golden)
		return ad_hoc(out, values, parsed, is_checked, err);
	if (parsed->command)
		return cli_usage(err, "renacer-gate check --golden FILE -- CMD [ARG...]",
			"a command behind '--' needs '--golden FILE'");
	if (values->profile || values->expect_exit || values->output_maps.n)
		return cli_usage(err, "set it in renacer.toml",
			"option '--%s' goes with '--golden'",
			values->profile       ? "profile"
			: values->expect_exit ? "expect-exit"
					      : "output-map");
	if (!values->config && config_find(&found, ".", err) < 0)
		return -1;
	if (config_load(out, values->config ? values->config : found, err) < 0)
		return -1;
	return send_check(*out, err);
}

/* One line on a terminal that the next one replaces; nothing elsewhere. */
static void
show_progress(void *arg, const struct target *target, size_t nr, size_t n, bool done,
	const struct verdict *verdict)
{
	(void)arg;
	(void)verdict;
	if (done)
		fputs("\r\033[K", stderr);
	else
		fprintf(stderr, "\r\033[K[%zu/%zu] %s", nr, n, target->name);
	fflush(stderr);
}

static bool
is_about_goldens(judge_fn function)
{
	return function == gate_selftest || function == gate_calibrate;
}

static void
print_notes(FILE *out, const struct config *config)
{
	for (size_t i = 0; i < config->n_notes; i++) {
		const struct config_note *note = &config->notes[i];

		fprintf(out, "%s:%u:%u: note: %s\n", note->at.file, note->at.row,
			note->at.column, note->text);
	}
}

static int
judge(int *status, judge_fn function, const struct gate_values *values,
	const struct parsed *parsed, struct err *err)
{
	AUTO(config_free) struct config *config = NULL;
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(send_done) struct sending sending = { 0 };
	struct verdicts verdicts = { 0 };
	bool on_terminal = isatty(STDERR_FILENO) && !values->quiet;
	struct gate_opts opts = {
		.patterns = parsed->words,
		.n_patterns = parsed->n_words,
		.backend = (enum capture_backend)values->backend,
		.grant = values->grant,
		.artifacts = values->artifacts,
		.fail_fast = values->fail_fast,
		.keep_sandboxes = values->keep,
		.verbose = values->verbose,
		.runs = (uint32_t)MIN(values->runs, 1000u),
		.mutants = (uint32_t)values->mutants,
		.compare_ref = function == gate_check ? values->compare_ref : NULL,
		.pairs = (uint32_t)values->pairs,
		.is_interrupted = cli_is_interrupted,
		.progress = on_terminal ? show_progress : NULL,
	};

	if (values->pairs && (values->pairs < PAIRS_MIN || !values->compare_ref))
		return cli_usage(err, "renacer-gate check --compare-ref main --pairs 15",
			"'--pairs' goes with '--compare-ref', and is %u at least", PAIRS_MIN);
	if (values->compare_ref && (function != gate_check || values->golden))
		return cli_usage(
			err, NULL, "'--compare-ref' is an option of check with a renacer.toml");
	if (load(&config, values, parsed, function == gate_check || function == gate_selftest,
		    err) < 0)
		return -1;
	assert(config);
	if (!values->quiet)
		print_notes(stderr, config);
	if (values->golden)
		opts.n_patterns = 0;
	if (values->jobs)
		config->jobs = (uint32_t)MIN(values->jobs, 1024u);
	if (function == gate_check)
		send_begin(&sending, config, &opts);
	if (function(&verdicts, arena, config, &opts, err) < 0)
		return -1;
	verdicts.tool_version = RENACER_VERSION;
	/* The configured reports are those of check; a score is not to be taken for one. */
	if (reports_write(values, is_about_goldens(function) ? NULL : config, &verdicts, err) <
		0)
		return -1;
	send_runs(&sending, config, &opts, &verdicts, values->quiet);
	*status = verdicts.exit_status;
	if (cli_signal())
		*status = 128 + cli_signal();
	return 0;
}

int
command_check(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	return judge(status, gate_check, values, parsed, err);
}

int
command_record(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	return judge(status, gate_record, values, parsed, err);
}

int
command_selftest(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	return judge(status, gate_selftest, values, parsed, err);
}

int
command_calibrate(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	return judge(status, gate_calibrate, values, parsed, err);
}

int
command_validate(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	AUTO(config_free) struct config *config = NULL;

	(void)status;
	if (values->golden || parsed->command || parsed->n_words)
		return cli_usage(err, "renacer-gate validate --config FILE",
			"validate takes nothing but '--config'");
	if (load(&config, values, parsed, true, err) < 0)
		return -1;
	assert(config);
	print_notes(stdout, config);
	printf("%s: %zu target%s, %zu rule%s, no error\n", config->path, config->n_targets,
		config->n_targets == 1 ? "" : "s", config->rules.n,
		config->rules.n == 1 ? "" : "s");
	return 0;
}
