/* SPDX-License-Identifier: MIT */
/*
 * binary.h - ELF files, opened once for all processes; symbol's own
 *
 * Files are read with pread, not mapped: a file that shrinks while we look would else kill us
 * with SIGBUS.
 */
#ifndef SYMBOL_BINARY_H
#define SYMBOL_BINARY_H

#include "base/map.h"
#include "base/mem.h"
#include "symbol/symbol.h"

struct Elf; /* libelf's, for those who know it */

struct symbols {
	struct arena *arena;
	struct map *binaries; /* by device, inode, size, time of change */
};

/* A part of a compilation unit's code, in the file's addresses. */
struct unit {
	uint64_t low, high;
	uint64_t offset; /* of its entry in the debug information */
};

struct binary {
	const char *path;
	int fd;             /* of a file too large to be held, else -1 */
	struct Elf *elf;    /* NULL: not readable */
	char *memory;       /* the file, NULL: too large to be held */
	struct map *found;  /* address in the file -> struct found (unwind.c) */
	struct unit *units; /* by low, when has_units (dwarf.c) */
	size_t n_units;
	bool has_units;
};

/* What is mapped there, NULL when that cannot be opened. pid 0: a recording. */
struct binary *binary_of(struct symbols *s, pid_t pid, const struct symbol_mapping *map);
/* Where the program headers say the whole file lies, given that this part of it is mapped
 * there: bias is what to add to the file's addresses. False: they make no sense. */
bool binary_place(const struct binary *b, const struct symbol_mapping *map, uint64_t *bias,
	uint64_t *start, uint64_t *end);
/* A file with this build-id that holds the debug information of b: a descriptor and, from
 * malloc(), its path. link: from .gnu_debuglink, or NULL. -1: none here. */
int binary_open_debug(
	const struct binary *b, const uint8_t *id, size_t n_id, const char *link, char **path);

#endif
