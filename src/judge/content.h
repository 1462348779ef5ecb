/* SPDX-License-Identifier: MIT */
/*
 * content.h - the values of an effect that say together which bytes it holds
 *
 * Size, digest and text change together, so that they are one difference. A text that only one
 * side kept (it may have been too long, or binary) is no difference when the digests agree.
 */
#ifndef JUDGE_CONTENT_H
#define JUDGE_CONTENT_H

#include "judge/judge.h"

bool content_is_field(const char *name);
/* Do the two hold the same bytes, as far as they tell? NULL stands for no bytes. */
bool content_is_equal(const struct effect *a, const struct effect *b);
bool content_is_empty(const struct effect *e);
/* Enough to say that equal means equal: a digest or a text. */
bool content_is_known(const struct effect *e);
/* Bytes, -1 when not known. */
int64_t content_size(const struct effect *e);
const char *content_size_words(struct arena *arena, const struct effect *e); /* "1 byte" */
/* "'the text'" or "12 bytes": for a sentence. */
const char *content_short(struct arena *arena, const struct effect *e);
/* Fills class, field, wanted, found, sentence and detail. */
void content_explain(struct difference *d, struct arena *arena, const struct effect *golden,
	const struct effect *run);

#endif
