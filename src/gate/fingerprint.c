/* SPDX-License-Identifier: MIT */
/* fingerprint.c - what a golden was recorded on */

#include "gate/fingerprint.h"

#include "base/file.h"
#include "base/str.h"
#include "gate/elf.h"
#include "gate/paths.h"

#include <fcntl.h>
#include <gnu/libc-version.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCRIPT_DEPTH 4 /* the kernel follows as many "#!" */

/* The first line behind "#!", without blanks around; false: not a script. */
static bool
script_line(const char *path, char line[PATH_MAX])
{
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char text[256];
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
	char *start;

	if (n < 3 || text[0] != '#' || text[1] != '!')
		return false;
	text[n] = '\0';
	start = text + 2 + strspn(text + 2, " \t");
	start[strcspn(start, "\r\n")] = '\0';
	strcpy(line, start);
	return *line != '\0';
}

static bool
search(const char *path, const char *name, size_t n, char found[PATH_MAX])
{
	size_t len;

	for (; path && *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		if (len + n + 2 > PATH_MAX)
			continue;
		memcpy(found, path, len);
		found[len] = '/';
		memcpy(found + len + 1, name, n);
		found[len + 1 + n] = '\0';
		if (access(found, X_OK) == 0)
			return true;
	}
	return false;
}

/* From a script to what runs it: "#!/usr/bin/env -S python3 -I" is python3 on the path. */
static bool
interpreter_of(const char *script, const char *path, char found[PATH_MAX])
{
	char line[PATH_MAX];
	const char *word = line;
	size_t n;

	if (!script_line(script, line))
		return false;
	n = strcspn(word, " \t");
	if (n < 4 || memcmp(word + n - 4, "/env", 4) != 0 || !word[n]) {
		memcpy(found, word, n);
		found[n] = '\0';
		return true;
	}
	do {
		word += n;
		word += strspn(word, " \t");
		n = strcspn(word, " \t");
	} while (n && (*word == '-' || memchr(word, '=', n)));
	return n && search(path, word, n, found);
}

static const char *
libc_of(struct arena *arena, const struct elf *elf)
{
	const char *name = paths_last(elf->interpreter);

	if (!elf->is_elf)
		return "";
	if (!*name)
		return "static";
	if (str_has_prefix(name, "ld-musl"))
		return "musl";
	/* Ours and the target's are one package, for both word sizes. */
	if (str_has_prefix(name, "ld-linux") || strcmp(name, "ld.so.1") == 0)
		return arena_printf(arena, "glibc %s", gnu_get_libc_version());
	return arena_strdup(arena, name);
}

struct fingerprint
fingerprint_take(struct arena *arena, const struct trace_header *header, const char *project,
	const char *path)
{
	struct fingerprint f = { arena_strdup(arena, header->machine), "", "", "" };
	char program[PATH_MAX], next[PATH_MAX];
	struct elf elf;
	char *real;

	if (!header->exe || strlen(header->exe) >= sizeof program)
		return f;
	strcpy(program, header->exe);
	for (int i = 0; i < SCRIPT_DEPTH && interpreter_of(program, path, next); i++)
		strcpy(program, next);
	real = realpath(program, NULL);
	if (!real)
		return f;
	elf_read(&elf, real);
	f.libc = libc_of(arena, &elf);
	f.build_id = arena_strdup(arena, elf.build_id);
	if (!paths_below(project, real) &&
		!(header->sandbox && paths_below(header->sandbox, real)))
		f.interpreter = arena_strdup(arena, real);
	free(real);
	return f;
}

const char *
fingerprint_differences(struct arena *arena, const struct fingerprint *golden,
	const struct fingerprint *run, bool *is_rebuilt)
{
	const struct {
		const char *name, *golden, *run;
	} rows[] = {
		{ "architecture", golden->arch, run->arch },
		{ "C library", golden->libc, run->libc },
		{ "interpreter", golden->interpreter, run->interpreter },
	};
	AUTO(str_done) struct str s = { 0 };

	*is_rebuilt = *golden->build_id && *run->build_id &&
		      strcmp(golden->build_id, run->build_id) != 0;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (*rows[i].golden && *rows[i].run && strcmp(rows[i].golden, rows[i].run) != 0)
			str_addf(&s, "%s%s was '%s' and is '%s' now", s.n ? "; " : "",
				rows[i].name, rows[i].golden, rows[i].run);
	return s.n ? arena_strndup(arena, s.data, s.n) : NULL;
}
