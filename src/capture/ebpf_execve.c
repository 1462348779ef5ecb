/* SPDX-License-Identifier: MIT */
/*
 * ebpf_execve.c - the program and its arguments, where they could not be copied at the entry
 *
 * After the call the memory that held them is gone; but the kernel has taken its own copies,
 * and the record of the exec brings them.
 */

#include "capture/ebpf.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static bool
has_copy(struct task *t, uint64_t address)
{
	struct copies_reader reader = { .sets = { &t->early } };
	struct peer peer = copies_peer(&reader);
	char byte;

	return !address || peer.read(peer.arg, address, &byte, 1) == 1;
}

/* The pointers to the arguments; how many there are. */
static size_t
load_pointers(struct task *t, uint64_t address, uint64_t *pointers, size_t max)
{
	struct copies_reader reader = { .sets = { &t->early } };
	struct peer peer = copies_peer(&reader);
	size_t word = t->call.arch == ARCH_X86_64 ? 8 : 4, n = 0;

	for (; n < max; n++) {
		pointers[n] = 0;
		if (peer.read(peer.arg, address + n * word, &pointers[n], word) != word ||
			!pointers[n])
			break;
	}
	return n;
}

/* Texts of the new program's arguments, each with its NUL; how many are whole. */
static size_t
split(const char *args, size_t n_args, const char **texts, size_t max)
{
	size_t n = 0;

	while (n_args && n < max) {
		const char *end = memchr(args, 0, n_args);

		if (!end)
			break;
		texts[n++] = args;
		n_args -= (size_t)(end + 1 - args);
		args = end + 1;
	}
	return n;
}

#define MANY_ARGS 512

/* A script's interpreter has other arguments first; the last ones are the same. */
static void
fill_args(struct task *t, uint64_t address, const char *args, size_t n_args)
{
	uint64_t pointers[MANY_ARGS];
	const char *texts[MANY_ARGS + 2];
	size_t n = load_pointers(t, address, pointers, MANY_ARGS);
	size_t n_texts = split(args, n_args, texts, ARRAY_LEN(texts));

	if (n_texts < n)
		return;
	for (size_t i = n_texts > n ? 1 : 0; i < n; i++) {
		const char *text = texts[n_texts - n + i];

		if (!has_copy(t, pointers[i]))
			copies_add(&t->early, pointers[i], text, strlen(text) + 1);
	}
}

/* The kernel names what is executed below a descriptor "/dev/fd/N/path", and itself
 * "/dev/fd/N".
 */
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

void
ebpf_fill_execve(struct task *t, const char *filename, size_t n_filename, const char *args,
	size_t n_args)
{
	unsigned at = t->id == CALL_execveat; /* of the path among the arguments */
	uint64_t address = t->call.arg[at];
	const char *path;

	if (!t->in_call || (t->id != CALL_execve && t->id != CALL_execveat))
		return;
	if (n_filename && !filename[n_filename - 1] && !has_copy(t, address)) {
		path = at ? path_of(&t->call, filename) : filename;
		copies_add(&t->early, address, path, strlen(path) + 1);
	}
	fill_args(t, t->call.arg[at + 1], args, n_args);
}
