/* SPDX-License-Identifier: MIT */
/* init.c - the command init: a renacer.toml for a command, from what it does */

#include "base/file.h"
#include "cli/cli.h"
#include "cli/gate.h"
#include "gate/propose.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
refuse(const struct gate_values *values, const struct parsed *parsed, const char *path,
	struct err *err)
{
	if (!parsed->command || !parsed->command[0] || parsed->n_words || values->golden)
		return cli_usage(err, "renacer-gate init [--runs N] -- CMD [ARG...]",
			"init takes a command behind '--'");
	if (access(path, F_OK) == 0)
		return cli_usage(err, "remove it, or name another with '--config'",
			"'%s' is there already, and is not overwritten", path);
	return 0;
}

/* Not over a file that came into being meanwhile. */
static int
write_new(const char *path, const struct str *text, struct err *err)
{
	AUTO(fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_sys(err, "write configuration '%s'", path);
	if (fd_write(fd, text->data, text->n, err) < 0) {
		unlink(path);
		return -1;
	}
	return 0;
}

/* The directory that the file will lie in; freed by free(). */
static char *
directory_of(const char *path)
{
	AUTO(mem_free) char *dir = mem_strdup(path);
	char *slash = strrchr(dir, '/');

	if (!slash)
		return realpath(".", NULL);
	slash[slash == dir] = '\0';
	return realpath(dir, NULL);
}

static int
say(const struct str *notes, const char *path, bool is_recorded)
{
	fprintf(stderr, "%swrote %s\n", str_text(notes), path);
	if (is_recorded)
		fputs("next: read it, then renacer-gate record\n", stderr);
	return 0;
}

int
command_init(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	const char *path = values->config ? values->config : "renacer.toml";
	AUTO(config_free) struct config *config = NULL;
	AUTO(str_done) struct str text = { 0 };
	AUTO(str_done) struct str notes = { 0 };
	struct gate_opts opts = { .backend = (enum capture_backend)values->backend,
		.grant = values->grant,
		.runs = (uint32_t)MIN(values->runs, 1000u),
		.is_interrupted = cli_is_interrupted };
	bool is_recorded = false;
	char *dir;
	int rc;

	if (refuse(values, parsed, path, err) < 0)
		return -1;
	dir = directory_of(path);
	if (!dir)
		return err_sys(err, "find the directory of '%s'", path);
	rc = propose(&text, &notes, &is_recorded, parsed->command, dir, &opts, err);
	free(dir);
	if (rc < 0 || write_new(path, &text, err) < 0)
		return -1;
	if (config_load(&config, path, err) < 0)
		return err_wrap(err, "the proposal '%s' does not load", path);
	*status = is_recorded ? 0 : 4;
	return say(&notes, path, is_recorded);
}
