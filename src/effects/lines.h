/* SPDX-License-Identifier: MIT */
/*
 * lines.h - canonical calls as the lines of a task, and what is folded among them
 *
 * Lines are kept as they come and judged at the end: whether a path is the runtime's own,
 * whether a process reads what comes in pieces, is known for certain only then.
 */
#ifndef EFFECTS_LINES_H
#define EFFECTS_LINES_H

#include "effects/canon.h"

struct line {
	const char *text;   /* with marks; interned: equal lines are one pointer */
	const char *family; /* of the call */
	const char *path;   /* what it is about; NULL: none, or no path. Interned */
	uint64_t n;         /* such calls in a row */
	uint64_t n_before;  /* calls left out between the line before and this one */
	uint64_t bytes;     /* of each, where they count */
	uint64_t seq;       /* of the first */
	uint32_t object;    /* struct open_file.nr of what it is about; 0: none */
	uint32_t child;     /* of WAIT and TASK: number of its first task; 0: not known */
	uint8_t kind;       /* enum canon_kind */
	bool has_bytes;
	bool is_quiet;   /* changes nothing: looks, reads, closes */
	bool is_missing; /* nothing was there */
	bool is_error;
	bool is_std;     /* about a descriptor below 3 */
	bool is_elastic; /* how it was cut into calls is a matter of time */
	bool is_passage; /* about what others hold the other end of */
	bool wakes;      /* moves what threads of one process tell each other by */
	bool is_exec;    /* a new program begins behind it */
};

struct lines {
	struct line *items;
	size_t n, capacity;
	uint64_t n_left_out; /* calls since the last line that have none */
};

/* How a process goes about things, as far as that decides what its lines say. */
struct manners {
	bool reads_pieces;  /* from pipes, sockets, terminals */
	bool polls;         /* waits for several things at once */
	bool waits_loosely; /* polls for children, or is told of them by a signal */
	bool has_main, has_end;
	uint64_t main_seq, end_seq; /* of the marker calls */
	uint32_t main_task;         /* which made it */
	bool polled_at_once;        /* as Rust's start does, to see whether 0, 1, 2 are open */
	uint64_t n_start, n_stop;   /* calls cut, known at the end */
	uint64_t n_between;         /* and those of the runtime in between */
	size_t runtime;             /* of its last program: startup_name() */
	struct map *made;           /* family -> how many of it were made */
};

/* Takes the line up, folding it into the one before when both are alike. */
void lines_add(struct lines *to, const struct line *line);
/* Runs of lines that say the same thing again because bytes came in pieces: "read a, write b,
 * read a, write b" is "read a, write b". */
void lines_fold(struct lines *lines);
void lines_free(struct lines *lines);

#endif
