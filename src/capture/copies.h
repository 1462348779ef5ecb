/* SPDX-License-Identifier: MIT */
/*
 * copies.h - pieces of a task's memory that came with its records, read as if they were it
 *
 * The kernel half copies what the hints of a call name (decode/hint.h). decode_fetch() reads
 * from here as it would from the task. What it asks for and is not here is noticed: nobody
 * would know later that it was there.
 */
#ifndef CAPTURE_COPIES_H
#define CAPTURE_COPIES_H

#include "capture/bpf/record.h"
#include "decode/decode.h"

/* Zeroed is empty. */
struct copies {
	struct copy {
		uint64_t address, size;
		size_t offset; /* in `bytes`, SNIPPET_OK only */
		uint8_t state; /* enum snippet_state */
	} * list;
	size_t n, capacity;
	const uint8_t *bytes; /* of the record that lent them, or our own */
	uint8_t *own;
	size_t n_own, own_capacity;
	size_t hint; /* where the last one was found */
};

/* Forgets all; memory is kept, unless a call made it large. */
void copies_clear(struct copies *c);
void copies_done(struct copies *c);
/* Of the snippets of a record, none says that something is missing. */
bool copies_are_whole(const void *snippets, size_t size, size_t n);
/* The snippets of a record: n of them in size bytes. Borrows (copies_lend, of an empty set) or
 * keeps the bytes. False: they do not fit into size; nothing was added. */
bool copies_lend(struct copies *c, const void *snippets, size_t size, size_t n);
bool copies_keep(struct copies *c, const void *snippets, size_t size, size_t n);
/* How many bytes from this address on were left out for want of room; 0: none. */
uint64_t copies_left_out(const struct copies *c, uint64_t address);
/* One more piece, known from elsewhere; not of a set that borrows. */
void copies_add(struct copies *c, uint64_t address, const void *bytes, size_t n);

/* What a reading ran into. */
struct copies_gap {
	bool is_found;
	bool is_data;           /* of payload */
	uint8_t state;          /* enum snippet_state; SNIPPET_OK: nothing was copied there */
	uint64_t address, size; /* bytes that were asked for and are missing */
};

/* Memory as a call sees it: in each set what was copied there decides, also that it could not
 * be; what it does not mention the next set may have. */
struct copies_reader {
	struct copies *sets[3];    /* NULL: none */
	const struct copies *past; /* of these, what the task has there now is another thing */
	pid_t live;        /* a task that stands still and may be asked itself; 0: none */
	bool skips_faults; /* what could not be read before the call, it did not change */
	bool is_all_live;  /* it has all as it was: also `past`, and what nothing was told of */
	/* Called between two pieces of what is read from a task: megabytes take a while. */
	void (*meanwhile)(void *arg);
	void *arg;
	struct copies_gap gap; /* the first, cleared by the caller */
};

/* Both lend what stands in a record (copies_lend()), as long as that is there.
 *
 * For strings and structs: what ends behind a NUL was asked for by size of a guess. */
struct peer copies_peer(struct copies_reader *r);
/* For payload: every byte was meant. */
struct peer copies_peer_data(struct copies_reader *r);
/* Bytes from address on that a struct is missing; the gap as above. */
void copies_look(struct copies_reader *r, uint64_t address, uint64_t size);

#endif
