/* SPDX-License-Identifier: MIT */
/* json_file.c - a file read as JSON, a block at a time, from where its object begins */

#include "store/json_file.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/json_object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 65536
#define PRINTED_MAX ((size_t)64 << 20)

struct json_file {
	struct json_reader *json;
	int fd;
	char *path;
	struct str printed;
	uint64_t offset; /* of the object in the file */
};

void
json_file_free(struct json_file *f)
{
	if (!f)
		return;
	json_reader_free(f->json);
	fd_close(f->fd);
	str_done(&f->printed);
	mem_free(f->path);
	mem_free(f);
}

static ssize_t
read_block(const struct json_file *f, char *block, struct err *err)
{
	ssize_t n;

	do
		n = read(f->fd, block, BLOCK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "cannot read '%s'", f->path);
	return n;
}

static int
read_printed(struct json_file *f, struct err *err)
{
	AUTO(mem_free) char *block = mem_alloc(BLOCK);
	size_t at = SIZE_MAX;
	ssize_t n = 1;

	while (at == SIZE_MAX && n > 0 && f->printed.n < PRINTED_MAX) {
		n = read_block(f, block, err);
		if (n < 0)
			return -1;
		str_add_n(&f->printed, block, (size_t)n);
		at = f->printed.n ? json_object_find(f->printed.data, f->printed.n) : SIZE_MAX;
	}
	if (at == SIZE_MAX) {
		err_set(err, "'%s' is no trace: no object of the format renacer-json-v1 in it",
			f->path);
		return err_as(err, ERR_USAGE);
	}
	json_reader_feed(f->json, f->printed.data + at, f->printed.n - at, n == 0);
	f->offset = at;
	f->printed.n = at;
	if (at)
		json_object_drop_own_lines(&f->printed);
	return 0;
}

enum json_token
json_file_next(struct json_file *f, const char **text, size_t *n, struct err *err)
{
	for (;;) {
		enum json_token token = json_reader_next(f->json, text, n, err);
		AUTO(mem_free) char *block = NULL;
		ssize_t got;

		if (token == JSON_ERROR) {
			err_wrap(err, "'%s', counted from byte %llu", f->path,
				(unsigned long long)f->offset);
			err_as(err, ERR_USAGE);
		}
		if (token != JSON_MORE)
			return token;
		block = mem_alloc(BLOCK);
		got = read_block(f, block, err);
		if (got < 0)
			return JSON_ERROR;
		json_reader_feed(f->json, block, (size_t)got, got == 0);
	}
}

int
json_file_wrong(const struct json_file *f, struct err *err, const char *what)
{
	err_set(err, "'%s', byte %llu: %s", f->path,
		(unsigned long long)(f->offset + json_reader_offset(f->json)), what);
	return err_as(err, ERR_USAGE);
}

int
json_file_skip(struct json_file *f, enum json_token token, struct err *err)
{
	const char *text;
	unsigned depth = 0;
	size_t n;

	for (;;) {
		if (token == JSON_ERROR)
			return -1;
		if (token == JSON_BEGIN_OBJECT || token == JSON_BEGIN_ARRAY)
			depth++;
		else if (token == JSON_END_OBJECT || token == JSON_END_ARRAY)
			depth--;
		if (depth == 0)
			return 0;
		token = json_file_next(f, &text, &n, err);
	}
}

bool
json_file_number(const char *text, int64_t *out)
{
	bool is_negative = *text == '-';
	char *end;
	uint64_t u;

	errno = 0;
	u = strtoull(text + is_negative, &end, 0);
	if (errno || end == text + is_negative || *end || strchr("+- \t", text[is_negative]))
		return false;
	*out = (int64_t)(is_negative ? -u : u);
	return true;
}

int
json_file_integer(struct json_file *f, int64_t *out, struct err *err)
{
	const char *text;
	size_t n;
	enum json_token token = json_file_next(f, &text, &n, err);

	if (token == JSON_ERROR)
		return -1;
	if (token != JSON_NUMBER || !json_file_number(text, out))
		return json_file_wrong(f, err, "an integer was expected here");
	return 0;
}

int
json_file_open(struct json_file **out, const char *path, struct err *err)
{
	AUTO(json_file_free) struct json_file *f = mem_alloc(sizeof *f);

	f->json = json_reader_new();
	f->path = mem_strdup(path);
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return err_sys(err, "cannot open '%s'", path);
	if (read_printed(f, err) < 0)
		return -1;
	*out = TAKE(f);
	return 0;
}

const char *
json_file_path(const struct json_file *f)
{
	return f->path;
}

const char *
json_file_printed(const struct json_file *f, size_t *n)
{
	*n = f->printed.n;
	return f->printed.data;
}
