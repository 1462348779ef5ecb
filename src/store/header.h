/* SPDX-License-Identifier: MIT */
/*
 * header.h - the content of a trace's first and last frame
 */
#ifndef STORE_HEADER_H
#define STORE_HEADER_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/event.h"

void header_put(struct str *out, const struct trace_header *header);
/* All text is copied into the arena. */
MUST_CHECK int header_get(struct trace_header *out, struct arena *arena, const uint8_t *content,
	size_t n, struct err *err);

/* n_records: of all frames, the proof that none is missing. */
void footer_put(struct str *out, const struct trace_footer *footer, uint64_t n_records);
MUST_CHECK int footer_get(struct trace_footer *out, uint64_t *n_records, const uint8_t *content,
	size_t n, struct err *err);

#endif
