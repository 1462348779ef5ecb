/* SPDX-License-Identifier: MIT */
/* reports.c - verdicts to wherever the options and the configuration want them */

#include "cli/reports.h"

#include "base/file.h"
#include "cli/cli.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* In the place of a path. */
static const char ON_STDERR[] = "stderr";

/* The directory of a report is made: CI jobs start without a build folder. */
static int
make_room(const char *path, struct err *err)
{
	AUTO(mem_free) char *dir = mem_strdup(path);
	char *slash = strrchr(dir, '/');

	if (!slash || slash == dir)
		return 0;
	*slash = '\0';
	return dir_make(dir, 0755, err);
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
	if (path == ON_STDERR)
		return fd_write(STDERR_FILENO, str_text(&text), text.n, err);
	if (make_room(path, err) < 0)
		return -1;
	return file_write(path, str_text(&text), text.n, 0644, err);
}

static int
write_configured(const struct config *config, const struct verdicts *verdicts,
	const struct report_opts *opts, struct err *err)
{
	for (size_t i = 0; i < config->n_reports; i++)
		if (write_report(config->reports[i].format, config->reports[i].path, verdicts,
			    opts, err) < 0)
			return -1;
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
	const struct report_opts *opts, bool github, int fd, struct err *err)
{
	AUTO(str_done) struct str fence = { 0 };
	uint64_t word[2];

	if (github) {
		if (getrandom(word, sizeof word, 0) != sizeof word)
			return err_sys(err, "random numbers");
		str_addf(&fence, "::stop-commands::%016llx%016llx\n",
			(unsigned long long)word[0], (unsigned long long)word[1]);
		if (fd_write(fd, fence.data, fence.n, err) < 0)
			return -1;
	}
	if (write_report(values->format ? "json" : "text",
		    fd == STDERR_FILENO ? ON_STDERR : "-", verdicts, opts, err) < 0)
		return -1;
	if (!github)
		return 0;
	str_clear(&fence);
	str_addf(&fence, "::%016llx%016llx::\n", (unsigned long long)word[0],
		(unsigned long long)word[1]);
	return fd_write(fd, fence.data, fence.n, err);
}

struct wanted {
	const char *format, *path; /* NULL: not wanted */
};

enum { N_WANTED = 4 };

static void
list_wanted(struct wanted out[N_WANTED], const struct gate_values *values)
{
	out[0] = (struct wanted){ "junit", values->junit };
	out[1] = (struct wanted){ "sarif", values->sarif };
	out[2] = (struct wanted){ "json", values->json };
	out[3] = (struct wanted){ "markdown", values->markdown };
}

/* The first of them from there on; NULL: none. */
static const char *
format_on_stdout(const struct wanted wanted[N_WANTED], int *at)
{
	for (; *at < N_WANTED; ++*at)
		if (wanted[*at].path && strcmp(wanted[*at].path, "-") == 0)
			return wanted[(*at)++].format;
	return NULL;
}

int
reports_check(const struct gate_values *values, struct err *err)
{
	struct wanted wanted[N_WANTED];
	const char *first, *second;
	int at = 0;

	list_wanted(wanted, values);
	first = format_on_stdout(wanted, &at);
	second = format_on_stdout(wanted, &at);
	if (!second)
		return 0;
	return cli_usage(err, "give one of them a file",
		"'--%s -' and '--%s -': two reports on one stdout", first, second);
}

int
reports_write(const struct gate_values *values, const struct config *config,
	const struct verdicts *verdicts, struct err *err)
{
	struct wanted wanted[N_WANTED];
	struct report_opts opts = { .color = cli_color(values->color, STDOUT_FILENO),
		.verbosity = values->verbose - values->quiet,
		.strict_junit = values->junit_profile == 1,
		.width = cli_width(STDOUT_FILENO) };
	bool github = on_github(values);
	int at = 0;
	bool is_taken;

	/* Who reads a report from stdout can read nothing but the report. */
	list_wanted(wanted, values);
	is_taken = format_on_stdout(wanted, &at) != NULL;
	if (is_taken) {
		opts.color = cli_color(values->color, STDERR_FILENO);
		opts.width = cli_width(STDERR_FILENO);
	}
	if (print_text(values, verdicts, &opts, github,
		    is_taken ? STDERR_FILENO : STDOUT_FILENO, err) < 0)
		return -1;
	for (int i = 0; i < N_WANTED; i++)
		if (wanted[i].path && write_report(wanted[i].format, wanted[i].path, verdicts,
					      &opts, err) < 0)
			return -1;
	if (config && write_configured(config, verdicts, &opts, err) < 0)
		return -1;
	if (!github)
		return 0;
	/* Annotations are read from stdout. */
	if (!is_taken && write_report("github", "-", verdicts, &opts, err) < 0)
		return -1;
	return append_summary(verdicts, &opts, err);
}
