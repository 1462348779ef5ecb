/* SPDX-License-Identifier: MIT */
/*
 * cli.h - what both programs share: the exit status of a failure, colour, signals, output files
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/err.h"
#include "base/str.h"
#include "model/golden.h"

/* Prints the error as `program` and returns its exit status. Clears err. */
int cli_fail(const char *program, struct err *err);
/* For options: text, hint (NULL: none), ERR_USAGE. */
int cli_usage(struct err *err, const char *hint, const char *fmt, ...) PRINTF(3, 4);

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
extern const char *const color_names[]; /* ends in NULL */
/* On a terminal only, and not when NO_COLOR is set or TERM is dumb. */
bool cli_color(unsigned choice, int fd);
size_t cli_width(int fd); /* columns of the terminal, 0: not one */

/* First of all in main(). Who started the program may have left SIGCHLD ignored: then the
 * kernel reaps children by itself, and no end of one could be waited for. */
void cli_begin(void);
/* SIGINT, SIGTERM and SIGHUP set a flag from now on; a second one ends the program at once. */
void cli_catch_signals(void);
bool cli_is_interrupted(void *unused); /* as a tick callback */
int cli_signal(void);                  /* the one caught, 0: none */

/* Text to stdout, all of it; a closed pipe is an error like any other. */
MUST_CHECK int cli_print(const struct str *text, struct err *err);

/* What --profile said; NULL: the usual one. */
MUST_CHECK int cli_profile(enum profile *out, const char *name, struct err *err);

#endif
