/* SPDX-License-Identifier: MIT */
/*
 * listing.h - what directories had in them, in the order in which the run was told of it
 *
 * Many file systems order by a hash of the names: then drawn names come in an order by chance.
 */
#ifndef EFFECTS_LISTING_H
#define EFFECTS_LISTING_H

#include "effects/state.h"

/* With opts.listings: from then on they are kept. */
void listing_init(struct effects *fx);
/* getdents and its kind, of a directory. */
void listing_note(const struct act *a, struct open_file *o);
/* Fills listing and rank of what was made in a directory that was listed. */
void listing_fill(
	struct effects *fx, const struct name *n, struct golden *g, struct golden_made *made);

#endif
