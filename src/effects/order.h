/* SPDX-License-Identifier: MIT */
/*
 * order.h - orders that somebody outside can rely on, and that every recording has
 *
 * Operations on different objects may come in any order, but for these few (docs/causal.md):
 * what is said before something is durable, names that are missing for a while, the old removed
 * before the new is there, a lock file and the listener behind it, a program begun before a
 * file that it is given is written. Each is told only where firm edges decide it; processes
 * with threads are left out, because what their threads tell each other through memory is not
 * seen.
 */
#ifndef EFFECTS_ORDER_H
#define EFFECTS_ORDER_H

#include "effects/out.h"
#include "effects/state.h"

struct peer_use;

void order_init(struct effects *fx);
void order_done(struct effects *fx);

/* n bytes went to a stream, or to a peer; the other one is NULL. */
void order_spoke(
	const struct act *a, const struct stream *s, const struct peer_use *use, uint64_t n);
void order_wrote(const struct act *a, struct file *f);
void order_synced(const struct act *a, struct file *f);
void order_synced_all(const struct act *a);
/* A name began or ceased to stand for something; before the model knows. */
void order_came(const struct act *a, struct name *n, bool by_rename);
void order_went(const struct act *a, struct name *n, bool by_rename);
void order_listens(const struct act *a, const struct peer_use *use);
/* A process looked for a file by its name, or read its input. */
void order_opened(const struct act *a, const char *path);
void order_heard(const struct act *a);

void out_orders(struct out *o);

#endif
