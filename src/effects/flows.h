/* SPDX-License-Identifier: MIT */
/*
 * flows.h - profiles io and strict: the bytes of every object
 */
#ifndef EFFECTS_FLOWS_H
#define EFFECTS_FLOWS_H

#include "effects/state.h"

bool flows_wanted(const struct effects *fx);
/* n bytes were written to the pipe: the first of them are kept. */
void flow_pipe_head(struct pipe *p, const struct call *call, uint64_t n);
/* Did its reader, another process than the writer, leave before it had read all? How much was
 * written by then is a matter of time. */
bool flow_is_left(const struct effects *fx, const struct pipe *p);
/* A pipe of the run is gone: its bytes are kept under a name of its maker. Takes the head. */
void flow_keep(struct effects *fx, struct pipe *p);
void flows_free(struct effects *fx);

#endif
