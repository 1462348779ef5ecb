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

int
reports_write(const struct gate_values *values, const struct config *config,
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
	if (config && write_configured(config, verdicts, &opts, err) < 0)
		return -1;
	if (!github)
		return 0;
	if (write_report("github", "-", verdicts, &opts, err) < 0)
		return -1;
	return append_summary(verdicts, &opts, err);
}
