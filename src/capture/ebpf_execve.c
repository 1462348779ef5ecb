/* SPDX-License-Identifier: MIT */
/*
 * ebpf_execve.c - the program and its arguments, where they could not be copied at the entry
 *
 * After the call the memory that held them is gone; but the kernel has taken its own copies,
 * and the record of the exec brings them.
 */

#include "capture/ebpf.h"

#include "base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* Are all these bytes there? */
static bool
has_copy(struct task *t, uint64_t address, size_t n)
{
	struct copies_reader reader = { .sets = { &t->early } };
	struct peer peer = copies_peer_data(&reader);
	char bytes[4096];

	for (size_t done = 0, part; address && done < n; done += part) {
		part = MIN(n - done, sizeof bytes);
		if (peer.read(peer.arg, address + done, bytes, part) != part)
			return false;
	}
	return true;
}

/* An array of pointers to strings; false: not all of it is there. */
static bool
load_pointers(struct task *t, uint64_t address, uint64_t **pointers, size_t *n)
{
	struct copies_reader reader = { .sets = { &t->early } };
	struct peer peer = copies_peer_data(&reader);
	size_t word = t->call.arch == ARCH_X86_64 ? 8 : 4, capacity = 0;

	for (*n = 0; address; (*n)++) {
		*pointers = mem_grow(*pointers, *n, &capacity, sizeof **pointers);
		(*pointers)[*n] = 0;
		if (peer.read(peer.arg, address + *n * word, &(*pointers)[*n], word) != word)
			return false;
		if (!(*pointers)[*n])
			break;
	}
	return true;
}

/* Texts, each with its NUL. */
struct texts {
	const char **at;
	size_t n, capacity;
};

static void
split(struct texts *texts, const char *bytes, size_t n)
{
	while (n) {
		const char *end = memchr(bytes, 0, n);

		if (!end)
			break;
		texts->at = mem_grow(texts->at, texts->n, &texts->capacity, sizeof *texts->at);
		texts->at[texts->n++] = bytes;
		n -= (size_t)(end + 1 - bytes);
		bytes = end + 1;
	}
}

/* The strings that an array leads to. A script's interpreter has other arguments first; the
 * last ones are the same. */
static void
fill_array(struct task *t, uint64_t address, const char *bytes, size_t n_bytes)
{
	struct texts texts = { 0 };
	uint64_t *pointers = NULL;
	size_t n = 0;

	split(&texts, bytes, n_bytes);
	if (load_pointers(t, address, &pointers, &n) && texts.n >= n) {
		for (size_t i = texts.n > n ? 1 : 0; i < n; i++) {
			const char *text = texts.at[texts.n - n + i];
			size_t size = strlen(text) + 1;

			if (!has_copy(t, pointers[i], size))
				copies_add(&t->early, pointers[i], text, size);
		}
	}
	mem_free(pointers);
	mem_free(texts.at);
}

/* The kernel names what is executed below a descriptor "/dev/fd/N/path", and what is the
 * descriptor's own "/dev/fd/N". */
static const char *
path_of(const struct call *call, const char *filename)
{
	char below[32];
	int n = snprintf(below, sizeof below, "/dev/fd/%d", (int32_t)call->arg[0]);

	if (strncmp(filename, below, (size_t)n) != 0)
		return filename; /* an absolute path, or one from the working directory */
	if (!filename[n] && (call->arg[4] & AT_EMPTY_PATH))
		return filename + n;
	return filename[n] == '/' ? filename + n + 1 : filename;
}

/* Arguments and environment. Only the first ones came with the exec, unless the entry could not
 * read something. */
static void
fill_arrays(struct drain *d, struct task *t, const struct record_exec *rec, const char *args,
	unsigned at)
{
	const char *all = str_text(&d->strings);
	size_t n = d->strings.n;

	if (n <= rec->args_size) {
		fill_array(t, t->call.arg[at], args, rec->n_args);
		return;
	}
	fill_array(t, t->call.arg[at], all, rec->args_size);
	fill_array(t, t->call.arg[at + 1], all + rec->args_size, n - rec->args_size);
}

void
ebpf_fill_execve(
	struct drain *d, struct task *t, const struct record_exec *rec, const char *filename)
{
	unsigned at = t->id == CALL_execveat; /* of the path among the arguments */
	const char *path;

	if (t->in_call && (t->id == CALL_execve || t->id == CALL_execveat)) {
		if (rec->n_filename && !filename[rec->n_filename - 1]) {
			path = at ? path_of(&t->call, filename) : filename;
			if (!has_copy(t, t->call.arg[at], strlen(path) + 1))
				copies_add(&t->early, t->call.arg[at], path, strlen(path) + 1);
		}
		fill_arrays(d, t, rec, filename + ((rec->n_filename + 7) & ~7u), at + 1);
	}
	str_clear(&d->strings);
}

void
ebpf_strings(struct drain *d, const struct record_strings *rec)
{
	if (!rec->offset)
		str_clear(&d->strings);
	if (rec->offset == d->strings.n) /* else a piece is missing, which was counted */
		str_add_n(&d->strings, (const char *)(rec + 1), rec->n);
}
