/* SPDX-License-Identifier: MIT */
/*
 * channel.h - what one task puts in and another takes out: who learns what by it
 *
 * Pipes, sockets, event counters and locks are channels. What is taken tells of the moments at
 * which exactly that was put in, however it was cut.
 */
#ifndef EFFECTS_CHANNEL_H
#define EFFECTS_CHANNEL_H

#include "effects/causal.h"

struct channel;

struct channel *channel_new(void); /* with one user */
struct channel *channel_share(struct channel *ch);
void channel_drop(struct channel *ch); /* NULL is fine */

/* n more bytes, or messages, are in it. */
void channel_put(struct channel *ch, uint64_t n, const struct moment *at);
/* The task learns where the next n came from. */
void channel_take(
	struct channel *ch, uint64_t n, struct causal *c, uint32_t task, bool is_firm);
/* The same for all that is in it. */
void channel_take_all(struct channel *ch, struct causal *c, uint32_t task, bool is_firm);
/* Fewer than n were seen put in: who put them has not been heard of yet. False for ever when
 * channel_forgive() said that others put in as well. */
bool channel_lacks(const struct channel *ch, uint64_t n);
void channel_forgive(struct channel *ch);
/* No more will come from there: the end that readers find. Several may close; the last one does
 * when is_end. */
void channel_close(struct channel *ch, const struct moment *at, bool is_end);
bool channel_has_ended(const struct channel *ch);
void channel_find_end(struct channel *ch, struct causal *c, uint32_t task, bool is_firm);

#endif
