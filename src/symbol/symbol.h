/* SPDX-License-Identifier: MIT */
/*
 * symbol.h - from addresses in a program to function, file and line; the stack of a stopped
 * task
 *
 * Hidden here: ELF, DWARF, unwinding (libdw), where debug files lie. Nothing is ever fetched
 * from a network. Built without libdw (WITH_DW=0) all of this stands, and says that it cannot.
 *
 * Two things to own: one `struct symbols` for a whole run, which keeps files and what was found
 * in them, and one `struct symbol_space` for each address space, which knows what lies where.
 */
#ifndef SYMBOL_SYMBOL_H
#define SYMBOL_SYMBOL_H

#include "base/err.h"
#include "base/str.h"

#include <sys/types.h>

/* One line of /proc/PID/maps, or what a recorded trace knows of it. */
struct symbol_mapping {
	uint64_t start, end, offset; /* offset: into the file */
	bool is_exec;                /* only these are looked at */
	const char *path;            /* absolute, or "[vdso]"; NULL: no file */
};

/* One frame of a stack, innermost first. */
struct symbol_frame {
	uint64_t address;
	bool is_return; /* the address is behind the call: the line is that of the byte before
			 */
};

/* What stands at an address. Text is borrowed until symbols_free(). */
struct symbol_place {
	const char *module;       /* path of the file; NULL: the address is in none we know */
	uint64_t module_offset;   /* the address as the file has it: for addr2line, objdump */
	const char *function;     /* demangled; NULL: unknown */
	uint64_t function_offset; /* bytes behind its start; 0 when is_inlined */
	const char *file;         /* the source, as the compiler named it; NULL: unknown */
	uint32_t line, column;    /* from 1; 0: unknown */
	bool is_inlined;          /* dissolved into the function of the next place */
};

struct symbols;
struct symbols *symbols_new(void);
void symbols_free(struct symbols *s); /* after all its spaces; NULL is fine */
AUTO_DEFINE(struct symbols *, symbols_free)

struct symbol_space;
/* A living process. Its mappings are read when first needed. Made anew after each execve. */
MUST_CHECK int symbol_space_of_process(
	struct symbol_space **out, struct symbols *s, pid_t pid, struct err *err);
/* Mappings from a recording; the files are looked for where they were. */
MUST_CHECK int symbol_space_of_mappings(struct symbol_space **out, struct symbols *s,
	const struct symbol_mapping *mappings, size_t n, struct err *err);
void symbol_space_free(struct symbol_space *space); /* NULL is fine */
AUTO_DEFINE(struct symbol_space *, symbol_space_free)
/* The process has mapped or unmapped code: mappings are read again when next needed. */
void symbol_space_changed(struct symbol_space *space);

/* The stack of a task of the process, which the caller has stopped with ptrace. Returns how
 * many frames are filled, at most n; a stack that cannot be followed to its end is cut short.
 * -1: not even the first frame. */
MUST_CHECK int symbol_stack(struct symbol_space *space, pid_t tid, struct symbol_frame *frames,
	size_t n, struct err *err);
/* Fills places, the innermost inlined function first, the real one last; returns how many, at
 * least one: a place of which nothing is known has no module. n > 0. */
size_t symbol_find(struct symbol_space *space, const struct symbol_frame *frame,
	struct symbol_place *places, size_t n);

/* "/lib/libc.so.6(__write+0x10) [0xf8350]", as strace -k; then " at file.c:12" when known. */
void symbol_text(struct str *out, const struct symbol_place *place, uint64_t address);
/* C++ and Rust names as people write them; others stay. The hash of Rust's is left out. */
void symbol_demangle(struct str *out, const char *name);
/* False: built without libdw; the functions above then fail or find nothing. */
bool symbol_is_available(void);

#endif
