/* SPDX-License-Identifier: MIT */
/*
 * compare.h - the command compare of renacer: two traces, what they did and what it cost
 */
#ifndef CLI_COMPARE_H
#define CLI_COMPARE_H

#include "base/err.h"

/* argv[0] is the command's own name. *status: 0 equal, 1 not, 4 equal as far as the files tell.
 */
MUST_CHECK int compare_main(int *status, const char **argv, struct err *err);

#endif
