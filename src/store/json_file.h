/* SPDX-License-Identifier: MIT */
/*
 * json_file.h - a file read as JSON, a token at a time, from where the object of a trace begins
 *
 * Memory does not grow with the file. Errors name the byte.
 */
#ifndef STORE_JSON_FILE_H
#define STORE_JSON_FILE_H

#include "base/err.h"
#include "base/json.h"

struct json_file;

/* Reads as far as the object's beginning; ERR_USAGE: there is none (json_object.h). */
MUST_CHECK int json_file_open(struct json_file **out, const char *path, struct err *err);
void json_file_free(struct json_file *f);
AUTO_DEFINE(struct json_file *, json_file_free)
const char *json_file_path(const struct json_file *f);
/* What stands before the object, less lines of the tool itself; *n bytes. Borrowed. */
const char *json_file_printed(const struct json_file *f, size_t *n);

/* One token, its text borrowed until the next; never JSON_MORE. JSON_ERROR: see err. */
enum json_token json_file_next(
	struct json_file *f, const char **text, size_t *n, struct err *err);
/* Past the value that begins with this token. */
MUST_CHECK int json_file_skip(struct json_file *f, enum json_token token, struct err *err);
/* The token that comes next. */
MUST_CHECK int json_file_integer(struct json_file *f, int64_t *out, struct err *err);
/* Says where we are, and what is wrong there; -1. */
int json_file_wrong(const struct json_file *f, struct err *err, const char *what);

/* "0x1f", "31", "-1"; false: no number (a symbolic argument). */
bool json_file_number(const char *text, int64_t *out);

#endif
