/* SPDX-License-Identifier: MIT */
/* literals.c - which bytes a block holds already */

#include "store/literals.h"

#include "base/hash.h"
#include "store/record.h"
#include "store/wire.h"

#define SHORTEST 3u /* shorter ones cost less than a reference saves */

void
literals_reset(struct literals *l)
{
	memset(l->cache, 0, sizeof l->cache);
	l->n_bytes = 0;
	l->n = 0;
}

uint8_t *
literals_put(struct literals *l, uint8_t *p, const uint8_t *bytes, uint32_t n)
{
	struct literal *slot;
	uint64_t hash;

	if (n < SHORTEST || n > LITERALS_LONGEST)
		return wire_put_bytes(wire_put(p, 0), bytes, n);
	hash = hash_bytes(bytes, n);
	slot = &l->cache[hash % LITERALS_SLOTS];
	if (slot->n == n && slot->hash == hash && memcmp(l->bytes + slot->place, bytes, n) == 0)
		return wire_put(p, slot->index + 2);
	if (l->n_bytes + n > LITERALS_ROOM || l->n == RECORD_LITERALS_MAX)
		return wire_put_bytes(wire_put(p, 0), bytes, n);
	*slot = (struct literal){ hash, l->n_bytes, n, l->n++ };
	memcpy(l->bytes + slot->place, bytes, n);
	l->n_bytes += n;
	return wire_put_bytes(wire_put(p, 1), bytes, n);
}
