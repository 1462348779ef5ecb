/* SPDX-License-Identifier: MIT */
/* signals.c - a new program starts with default signals */

#include "gate/signals.h"

#include <signal.h>
#include <stddef.h>

void
signals_default(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* Those that cannot be set say so, and need not be. */
	for (int i = 1; i < NSIG; i++)
		sigaction(i, &usual, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
