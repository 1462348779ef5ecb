/* SPDX-License-Identifier: MIT */
/* inner.h - what operators share; for the files of this room only */
#ifndef MUTATE_INNER_H
#define MUTATE_INNER_H

#include "base/str.h"
#include "mutate/mutate.h"

#define BIT(profile) (1u << PROFILE_##profile)
#define ALL_PROFILES (BIT(STRICT) | BIT(IO) | BIT(EFFECTS) | BIT(TRANSPILE) | BIT(COUNTS))
#define TELLING (ALL_PROFILES & ~BIT(COUNTS))           /* effects one by one */
#define LOOSE (BIT(IO) | BIT(EFFECTS) | BIT(TRANSPILE)) /* not call by call */

void sites_add(struct sites *s, size_t at, size_t with, uint32_t how);

/* A claim: an effect that the golden requires. NULL: it makes none. */
const struct effect *stage_claim(const struct stage *s, enum effect_kind kind, const char *key);
/* The claim's value, when it holds one and does not leave it open. */
const struct value *claim_value(const struct effect *claim, const char *field);
/* The claim about a path's final state, about the bytes of the stream that step i writes to. */
const struct effect *stage_path_claim(const struct stage *s, const char *path);
const struct effect *stage_stream_claim(struct stage *s, size_t i);
const struct effect *stage_read_claim(const struct stage *s, const char *path);

const struct event *stage_event(const struct stage *s, size_t i);
const struct step *stage_step(const struct stage *s, size_t i);
/* Does a later step change this name, or a directory it lies in? */
bool stage_is_renamed_later(const struct stage *s, size_t i, const char *path);
/* "openat(…) = 3 of task 2", in the mutant's arena. */
const char *stage_say(const struct stage *s, struct mutant *m, size_t i);
/* The bytes that a write moved, all of them; false when not all were kept. */
bool stage_bytes(const struct stage *s, size_t i, struct str *out);
/* A place in text whose word stands in the golden's text as it is, so that no alias or
 * redaction covers it; share: 0, 1, 2 for near the beginning, the middle, the end. SIZE_MAX:
 * none. golden_text NULL: any place. */
size_t stage_open_byte(const char *text, size_t n, const char *golden_text, unsigned share);
/* Another byte that is of the same sort, so that text stays text. */
uint8_t other_byte(uint8_t b);

/* The state of a path after the run, to be written to; made when the run left none. */
struct path_state *world_state(struct stage *s, struct mutant *m, const char *path);
void world_remove(struct stage *s, struct mutant *m, const char *path);
/* As it was before the run: its old state, or absent. */
void world_restore(struct stage *s, struct mutant *m, const char *path);
/* to gets what `from` has after the run (of the tape), name aside. */
void world_copy(struct stage *s, struct mutant *m, const char *from, const char *to);
/* Other content: bytes given, or only a digest that no content of this size is likely to have.
 */
void world_content(struct mutant *m, struct path_state *state, const void *bytes, size_t n);
void world_other_content(struct path_state *state, uint64_t size);

#endif
