/* SPDX-License-Identifier: MIT */
/* export.h - the command export of renacer: a stored trace for other tools */
#ifndef CLI_EXPORT_H
#define CLI_EXPORT_H

#include "base/err.h"

MUST_CHECK int export_main(int *status, const char **argv, struct err *err);

#endif
