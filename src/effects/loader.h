/* SPDX-License-Identifier: MIT */
/*
 * loader.h - libraries and modules: what is read to make a program complete, wherever it lies
 *
 * The calls tell it, not the place. A library is what was mapped to be executed before the
 * program's own code ran; a module is what an interpreter first looked for in compiled form.
 * What a program loads later of its own accord (dlopen) is a file that it reads.
 */
#ifndef EFFECTS_LOADER_H
#define EFFECTS_LOADER_H

#include "effects/state.h"

/* A file was read, or mapped with that protection, by way of that descriptor. */
void loader_note_read(const struct act *a, struct open_file *o);
void loader_note_map(const struct act *a, struct open_file *o, uint64_t protection);
/* Call once all events are in. */
void loader_settle(struct effects *fx);
/* Nobody read it for anything else. */
bool loader_is_alone(const struct effects *fx, const struct name *n);

#endif
