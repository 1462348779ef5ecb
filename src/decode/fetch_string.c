/* SPDX-License-Identifier: MIT */
/*
 * fetch_string.c - strings of the target, whose size is known only by reading them
 */
#include "decode/fetch.h"

#include <linux/limits.h>
#include <string.h>

#define PAGE 4096u /* the smallest; a read within it succeeds or fails whole */

/* The size of a string is known only by reading it. One that cannot be read is offered with the
 * byte where reading failed, so that it is seen to be missing or cut. */
static void
offer_string(struct walk *w, uint64_t address)
{
	uint64_t limit = MAX(w->f->string_limit, PATH_MAX), n = 0;
	const uint8_t *there, *nul = NULL;
	char buf[256];
	size_t n_there;

	there = address ? peer_lend(&w->f->peer, address, &n_there) : NULL;
	if (there)
		nul = memchr(there, '\0', MIN(n_there, limit));
	if (nul) {
		w->f->take(
			w->f->take_arg, w->reg, AREA_STRING, address, (uint64_t)(nul - there));
		return;
	}
	while (address && n < limit) {
		size_t part = MIN(sizeof(buf), PAGE - (address + n) % PAGE), got;
		const char *end;

		part = MIN(part, limit - n);
		got = w->f->peer.read(w->f->peer.arg, address + n, buf, part);
		end = memchr(buf, '\0', got);
		if (end) {
			n += (uint64_t)(end - buf);
			w->f->take(w->f->take_arg, w->reg, AREA_STRING, address, n);
			return;
		}
		n += got;
		if (got < part)
			break;
	}
	if (address)
		w->f->take(w->f->take_arg, w->reg, AREA_STRING, address, n + 1);
}

void
fetch_string(struct walk *w, const struct arg *a)
{
	offer_string(w, a->value);
}

/* argv and envp: the pointers with their NULL, then each string. */
void
fetch_strings(struct walk *w, const struct arg *a)
{
	uint64_t n = 0, next;

	while (a->value && n < MAX_ARGV && walk_peek_word(w, a->value + n * w->word))
		n++;
	walk_offer(w, AREA_STRUCT, a->value, (n + 1) * w->word);
	for (uint64_t i = 0; i < n; i++) {
		next = walk_peek_word(w, a->value + i * w->word);
		if (!next) /* another thread changed it */
			return;
		offer_string(w, next);
	}
}
