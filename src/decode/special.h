/* SPDX-License-Identifier: MIT */
/*
 * special.h - calls whose line is not simply their arguments and their result
 */
#ifndef DECODE_SPECIAL_H
#define DECODE_SPECIAL_H

#include "decode/text.h"

/* Writes the arguments of a call that needs a form of its own; false: it does not. */
bool special_args(struct text *t);
/* What strace adds behind the result in brackets: " (Timeout)", " (flags O_RDWR)". */
void special_result(struct text *t);
/* What the result is, when an argument decides. */
enum ret_kind special_ret(const struct text *t, enum ret_kind usual);

#endif
