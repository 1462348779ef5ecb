/* SPDX-License-Identifier: MIT */
/* cli.c - what both programs share: the exit status of a failure, colour, signals, output */

#include "cli/cli.h"

#include "base/file.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const int exit_status[] = {
	[ERR_TOOL] = 3,
	[ERR_USAGE] = 2,
	[ERR_MISSING] = 5,
	[ERR_UNSURE] = 4,
};

const char *const color_names[] = { "auto", "always", "never", NULL };

/* A signal handler can reach nothing but this. */
static volatile sig_atomic_t caught;

void
cli_begin(void)
{
	signal(SIGCHLD, SIG_DFL);
}

int
cli_fail(const char *program, struct err *err)
{
	int status = exit_status[err->kind];

	fflush(stdout);
	err_print(err, program, stderr);
	err_done(err);
	return status;
}

int
cli_usage(struct err *err, const char *hint, const char *fmt, ...)
{
	struct str text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	str_addv(&text, fmt, ap);
	va_end(ap);
	err_set(err, "%s", str_text(&text));
	str_done(&text);
	if (hint)
		err_hint(err, "%s", hint);
	return err_as(err, ERR_USAGE);
}

bool
cli_color(unsigned choice, int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (choice != COLOR_AUTO)
		return choice == COLOR_ALWAYS;
	return isatty(fd) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

size_t
cli_width(int fd)
{
	struct winsize size;

	return isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void catch (int signal)
{
	if (caught)
		_exit(128 + signal);
	caught = signal;
}

void
cli_catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = catch }, old;

	/* No SA_RESTART: a wait must end so that the flag is seen. What nohup ignores stays so.
	 */
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	/* A reader of ours that goes away is a failed write, said with a message. */
	signal(SIGPIPE, SIG_IGN);
}

bool
cli_is_interrupted(void *unused)
{
	(void)unused;
	return caught != 0;
}

int
cli_signal(void)
{
	return caught;
}

int
cli_print(const struct str *text, struct err *err)
{
	if (fd_write(STDOUT_FILENO, str_text(text), text->n, err) < 0)
		return err_wrap(err, "standard output");
	return 0;
}

int
cli_profile(enum profile *out, const char *name, struct err *err)
{
	int i = 0;

	while (name && i < N_PROFILES && strcmp(profile_names[i], name) != 0)
		i++;
	if (i == N_PROFILES)
		return cli_usage(err, "strict, io, effects, transpile or counts",
			"unknown profile '%s'", name);
	*out = name ? (enum profile)i : PROFILE_EFFECTS;
	return 0;
}
