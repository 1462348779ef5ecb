/* SPDX-License-Identifier: MIT */
/*
 * json_object.h - where, behind what a program printed, the object of a trace begins
 */
#ifndef STORE_JSON_OBJECT_H
#define STORE_JSON_OBJECT_H

#include "base/str.h"

/* The first brace that begins the object of the tool, by the key behind it: what a program
 * prints may hold braces too. SIZE_MAX: not here. */
size_t json_object_find(const char *text, size_t n);
/* Takes out the lines of the tool itself: "[renacer: …]". */
void json_object_drop_own_lines(struct str *printed);

#endif
