/* SPDX-License-Identifier: MIT */
/*
 * ebpf_execve.c - the program and its arguments, where they could not be copied at the entry
 *
 * After the call the memory that held them is gone; but the kernel has taken its own copies,
 * and the record of the exec brings them. When there is no room for that either, the task waits
 * behind the call, and we read them.
 */

#include "capture/ebpf.h"

#include "base/mem.h"
#include "capture/memory.h"

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

/* Where a user has no memory: an array that was left out gets pointers that lead there. */
#define NOWHERE(reg, i) (0xffff800000000000u + ((uint64_t)(reg) << 40) + ((uint64_t)(i) << 18))

static bool
make_pointers(struct task *t, unsigned reg, uint64_t **pointers, size_t *n)
{
	uint64_t size = copies_left_out(&t->early, t->call.arg[reg]);

	if (t->call.arch != ARCH_X86_64 || size < sizeof **pointers)
		return false;
	*n = size / sizeof **pointers - 1;
	*pointers = mem_resize(*pointers, *n + 1, sizeof **pointers);
	for (size_t i = 0; i < *n; i++)
		(*pointers)[i] = NOWHERE(reg, i);
	(*pointers)[*n] = 0;
	copies_add(&t->early, t->call.arg[reg], *pointers, (*n + 1) * sizeof **pointers);
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
fill_array(struct task *t, unsigned reg, const char *bytes, size_t n_bytes)
{
	struct texts texts = { 0 };
	uint64_t *pointers = NULL;
	size_t n = 0;
	bool is_made = false, is_known = load_pointers(t, t->call.arg[reg], &pointers, &n);

	if (!is_known)
		is_made = is_known = make_pointers(t, reg, &pointers, &n);
	split(&texts, bytes, n_bytes);
	if (is_known && texts.n >= n) {
		for (size_t i = texts.n > n ? 1 : 0; i < n; i++) {
			const char *text = texts.at[texts.n - n + i];
			size_t size = strlen(text) + 1;

			if (is_made || !has_copy(t, pointers[i], size))
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

static void
fill_both(struct task *t, unsigned at, const char *all, size_t n_args, size_t n)
{
	fill_array(t, at, all, n_args);
	fill_array(t, at + 1, all + n_args, n - n_args);
}

void
ebpf_late_strings(struct task *t, pid_t live)
{
	size_t n = (size_t)t->strings_size, got;
	char *all = live && n ? mem_array(n, 1) : NULL;

	t->strings_size = 0;
	if (!all)
		return;
	got = memory_read(live, t->strings_at, all, n);
	if (got == n)
		fill_both(t, t->id == CALL_execveat ? 2 : 1, all, (size_t)t->args_size, n);
	mem_free(all);
}

#define STRINGS_MAX ((uint64_t)8 << 20) /* the kernel takes 6 MiB */

/* Arguments and environment. Only the first ones came with the exec, unless the entry could not
 * read something. */
static void
fill_arrays(struct drain *d, struct task *t, const struct record_exec *rec, const char *args,
	unsigned at)
{
	const char *all = str_text(&d->strings);
	size_t n = d->strings.n;

	if (rec->is_late) {
		t->strings_at = rec->strings_at;
		t->strings_size = MIN(rec->strings_size, STRINGS_MAX);
		t->args_size = MIN(rec->args_size, t->strings_size);
	} else if (n <= rec->args_size) {
		fill_array(t, at, args, rec->n_args);
	} else {
		fill_both(t, at, all, rec->args_size, n);
	}
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
