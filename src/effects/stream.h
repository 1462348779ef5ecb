/* SPDX-License-Identifier: MIT */
/*
 * stream.h - bytes that leave: standard streams, terminals, devices; and flows of any object
 */
#ifndef EFFECTS_STREAM_H
#define EFFECTS_STREAM_H

#include "effects/state.h"

struct stream *stream_get(struct effects *fx, const char *key);
void streams_free(struct effects *fx);
/* EVENT_HELD: what the descriptors of the first task stand for. */
void stream_hold(struct effects *fx, struct task *t, const struct event *event);
/* What a device's path stands for when opened: a stream, nothing to see, or (false) a file like
 * any other. */
bool stream_device(const struct act *a, const char *path, struct open_file **out);

/* n bytes of this call's areas of data, in order, went through the flow. */
void flow_add(struct flow *f, const struct call *call, enum area_kind kind, uint64_t n);
void flow_add_opaque(struct flow *f, uint64_t n);
/* A call wrote n bytes to the open file, whatever it is. has_data: they are in its areas. */
void stream_wrote(const struct act *a, struct stream *s, uint64_t n, bool has_data);
void open_wrote(const struct act *a, struct open_file *o, uint64_t n, bool has_data);
void open_was_read(const struct act *a, struct open_file *o, uint64_t n, bool has_data);

#endif
