/* SPDX-License-Identifier: MIT */
/* propose_own.h - what is known of a command while a configuration for it is made; for
 * propose*.c only */
#ifndef GATE_PROPOSE_OWN_H
#define GATE_PROPOSE_OWN_H

#include "base/str.h"
#include "gate/gate.h"
#include "model/golden.h"
#include "query/columns.h"

/* Texts in the order in which they came, each once; of the proposal's arena. */
struct name_list {
	const char **items;
	size_t n, capacity;
};

struct proposal {
	struct arena *arena;
	const char *const *argv;
	const char *dir; /* where the configuration will lie, and the command runs */
	const char *name;
	const char *scratch;
	const struct gate_opts *opts;
	int expect_exit;
	uint64_t peak_rss_bytes;
	struct name_list programs, peers, written, /* directories */
		inputs, made;                      /* in dir, relative */
	struct name_list packs;                    /* that it keeps */
	bool writes_here, lists_here;              /* in dir */
	bool sandbox;
	bool denies_rings, needs_rings; /* of io_uring: it does without, or it does not */
	bool varies;                    /* what it prints, or names */
	const char *left_sandbox;       /* why it is not in one after all; NULL */
	struct str redact, ignore;      /* items, between the brackets */
	struct golden *golden;          /* NULL: not recorded, refused says why */
	const char *refused;
};

void proposal_add(struct name_list *list, const char *name);
void proposal_names_done(struct proposal *p);
void proposal_name(struct proposal *p); /* after the command */
/* Programs, peers and paths of a run that the probes kept. */
void proposal_look(struct proposal *p, const struct columns *c);
void proposal_choose_sandbox(struct proposal *p);
/* Was every rule of that pack kept? */
bool proposal_keeps(const struct verdict *v, const char *pack);

/* A TOML string, in the quotes that need the fewest escapes. */
void proposal_text(struct str *out, const char *text);
/* The [[target]]; is_trial: with all budgets as tight as can be, so that a golden has numbers.
 */
void proposal_target(const struct proposal *p, struct str *out, bool is_trial);
void proposal_write(const struct proposal *p, struct str *out);
void proposal_say(const struct proposal *p, struct str *notes);

#endif
