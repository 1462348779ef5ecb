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
/* Once all pipes are gone: which of them had a reader that left before it had read all? */
void flows_settle(struct effects *fx);
bool flow_is_left(const struct effects *fx, uint32_t nr); /* struct pipe.nr */
/* A pipe of the run is gone: its bytes are kept under a name of its maker. Takes the head. */
void flow_keep(struct effects *fx, struct pipe *p);
void flows_free(struct effects *fx);

#endif
