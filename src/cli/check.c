/* SPDX-License-Identifier: MIT */
/* check.c - the commands check, record and validate: configuration in, verdicts and reports out
 */

#include "base/file.h"
#include "cli/cli.h"
#include "cli/gate.h"
#include "gate/gate.h"
#include "gate/output_maps.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

typedef int (*judge_fn)(struct verdicts *out, struct arena *arena, const struct config *config,
	const struct gate_opts *opts, struct err *err);

static int
add_output_maps(struct config *config, const struct gate_values *values, struct err *err)
{
	struct target *t = &config->targets[0];

	for (size_t i = 0; i < values->output_maps.n; i++)
		if (output_maps_add(&t->output_maps, config->arena,
			    values->output_maps.items[i], err) < 0)
			return err_as(err, ERR_USAGE);
	if (t->output_maps.n && !output_maps_fit(t->profile))
		return cli_usage(err, "--profile transpile, or effects",
			"output maps mean nothing to the profile '%s'",
			profile_names[t->profile]);
	return 0;
}

static int
ad_hoc(struct config **out, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
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
	if (cli_profile(&profile, values->profile, err) < 0)
		return -1;
	*out = config_ad_hoc(values->golden, parsed->command, profile, (uint32_t)values->runs,
		(int)values->expect_exit);
	return add_output_maps(*out, values, err);
}

static int
load(struct config **out, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	AUTO(mem_free) char *found = NULL;

	if (values->golden)
		return ad_hoc(out, values, parsed, err);
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
	return config_load(out, values->config ? values->config : found, err);
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

static int
write_report(const char *format, const char *path, const struct verdicts *verdicts,
	const struct report_opts *opts, struct err *err)
{
	const struct report_format *row = report_format_by_name(format);
	AUTO(str_done) struct str text = { 0 };

	assert(row);
	if (row->write(&text, verdicts, opts, err) < 0)
		return err_wrap(err, "report '%s'", format);
	return file_write(path, str_text(&text), text.n, 0644, err);
}

/* The directory of a report is made: CI jobs start without a build folder. */
static int
write_configured(const struct config *config, const struct verdicts *verdicts,
	const struct report_opts *opts, struct err *err)
{
	for (size_t i = 0; i < config->n_reports; i++) {
		AUTO(mem_free) char *dir = mem_strdup(config->reports[i].path);
		char *slash = strrchr(dir, '/');

		if (slash && slash != dir) {
			*slash = '\0';
			if (dir_make(dir, 0755, err) < 0)
				return -1;
		}
		if (write_report(config->reports[i].format, config->reports[i].path, verdicts,
			    opts, err) < 0)
			return -1;
	}
	return 0;
}

static int
append_summary(const struct verdicts *verdicts, const struct report_opts *opts, struct err *err)
{
	const char *path = getenv("GITHUB_STEP_SUMMARY");
	AUTO(str_done) struct str text = { 0 };
	FILE *out;
	bool failed;

	if (!path || !*path)
		return 0;
	if (report_format_by_name("markdown")->write(&text, verdicts, opts, err) < 0)
		return -1;
	out = fopen(path, "ae");
	if (!out)
		return err_sys(err, "open '%s'", path);
	failed = fwrite(str_text(&text), 1, text.n, out) != text.n;
	failed = fclose(out) != 0 || failed;
	return failed ? err_sys(err, "write '%s'", path) : 0;
}

static bool
on_github(const struct gate_values *values)
{
	const char *actions = getenv("GITHUB_ACTIONS");

	return values->github || (actions && strcmp(actions, "true") == 0);
}

/* GitHub's runner obeys any line of a log that looks like a command. The text holds output of
 * the target, so commands are switched off around it by a word the target cannot know. */
static int
print_text(const struct gate_values *values, const struct verdicts *verdicts,
	const struct report_opts *opts, bool github, struct err *err)
{
	AUTO(str_done) struct str fence = { 0 };
	uint64_t word[2];

	if (github) {
		if (getrandom(word, sizeof word, 0) != sizeof word)
			return err_sys(err, "random numbers");
		str_addf(&fence, "::stop-commands::%016llx%016llx\n",
			(unsigned long long)word[0], (unsigned long long)word[1]);
		if (cli_print(&fence, err) < 0)
			return -1;
	}
	if (write_report(values->format ? "json" : "text", "-", verdicts, opts, err) < 0)
		return -1;
	if (!github)
		return 0;
	str_clear(&fence);
	str_addf(&fence, "::%016llx%016llx::\n", (unsigned long long)word[0],
		(unsigned long long)word[1]);
	return cli_print(&fence, err);
}

static int
write_reports(const struct config *config, const struct gate_values *values,
	const struct verdicts *verdicts, struct err *err)
{
	const struct {
		const char *format, *path;
	} wanted[] = { { "junit", values->junit }, { "sarif", values->sarif },
		{ "json", values->json }, { "markdown", values->markdown } };
	struct report_opts opts = { .color = cli_color(values->color, STDOUT_FILENO),
		.verbosity = values->verbose - values->quiet,
		.strict_junit = values->junit_profile == 1,
		.width = cli_width(STDOUT_FILENO) };
	bool github = on_github(values);

	if (print_text(values, verdicts, &opts, github, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (wanted[i].path && write_report(wanted[i].format, wanted[i].path, verdicts,
					      &opts, err) < 0)
			return -1;
	if (write_configured(config, verdicts, &opts, err) < 0)
		return -1;
	if (!github)
		return 0;
	if (write_report("github", "-", verdicts, &opts, err) < 0)
		return -1;
	return append_summary(verdicts, &opts, err);
}

static int
judge(int *status, judge_fn function, const struct gate_values *values,
	const struct parsed *parsed, struct err *err)
{
	AUTO(config_free) struct config *config = NULL;
	AUTO(arena_free) struct arena *arena = arena_new();
	struct verdicts verdicts = { 0 };
	bool on_terminal = isatty(STDERR_FILENO) && !values->quiet;
	struct gate_opts opts = {
		.patterns = parsed->words,
		.n_patterns = parsed->n_words,
		.backend = (enum capture_backend)values->backend,
		.artifacts = values->artifacts,
		.fail_fast = values->fail_fast,
		.keep_sandboxes = values->keep,
		.verbose = values->verbose,
		.runs = (uint32_t)MIN(values->runs, 1000u),
		.mutants = (uint32_t)values->mutants,
		.is_interrupted = cli_is_interrupted,
		.progress = on_terminal ? show_progress : NULL,
	};

	if (load(&config, values, parsed, err) < 0)
		return -1;
	if (values->golden)
		opts.n_patterns = 0;
	if (values->jobs)
		config->jobs = (uint32_t)MIN(values->jobs, 1024u);
	if (function(&verdicts, arena, config, &opts, err) < 0)
		return -1;
	verdicts.tool_version = RENACER_VERSION;
	if (write_reports(config, values, &verdicts, err) < 0)
		return -1;
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
command_validate(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	AUTO(config_free) struct config *config = NULL;

	(void)status;
	if (values->golden || parsed->command || parsed->n_words)
		return cli_usage(err, "renacer-gate validate --config FILE",
			"validate takes nothing but '--config'");
	if (load(&config, values, parsed, err) < 0)
		return -1;
	printf("%s: %zu target%s, %zu rule%s, no error\n", config->path, config->n_targets,
		config->n_targets == 1 ? "" : "s", config->rules.n,
		config->rules.n == 1 ? "" : "s");
	return 0;
}
