/* SPDX-License-Identifier: MIT */
/*
 * names.h - errors and signals by name
 */
#ifndef DECODE_NAMES_H
#define DECODE_NAMES_H

#include "decode/decode.h"

/* What strace says in brackets after an error's name. */
const char *errno_text(int number);
/* "CLD_EXITED"; NULL: none known. */
const char *signal_code_name(int signal, int code);

#endif
