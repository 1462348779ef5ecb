/* SPDX-License-Identifier: MIT */
/*
 * area.c - finding bytes of the target again among the areas that a call carries
 */
#include "decode/area.h"

#include <string.h>

/* How many bytes from address on this area holds. */
static size_t
area_has(const struct area *area, uint64_t address)
{
	uint64_t offset = address - area->address;

	return address < area->address || offset >= area->kept ? 0 : area->kept - offset;
}

static const struct area *
find(const struct call *call, bool at_exit, uint64_t address, uint32_t *hint)
{
	for (uint32_t i = 0; i < call->n_areas; i++) {
		/* Readers go through the areas in order: start where the last was found. */
		uint32_t at = (*hint + i) % call->n_areas;

		if (call->areas[at].at_exit == at_exit && area_has(&call->areas[at], address)) {
			*hint = at;
			return &call->areas[at];
		}
	}
	return NULL;
}

size_t
area_read(const struct call *call, bool at_exit, uint64_t address, void *buf, size_t n,
	uint32_t *hint)
{
	size_t done = 0;
	const struct area *area;

	while (done < n && (area = find(call, at_exit, address + done, hint))) {
		size_t part = MIN(n - done, area_has(area, address + done));

		memcpy((char *)buf + done, area->bytes + (address + done - area->address),
			part);
		done += part;
	}
	return done;
}

static size_t
read_any(void *arg, uint64_t address, void *buf, size_t n)
{
	const struct call *call = arg;
	uint32_t hint = 0;
	size_t late = area_read(call, true, address, buf, n, &hint);

	return late ? late : area_read(call, false, address, buf, n, &hint);
}

struct peer
decode_peer(const struct call *call)
{
	return (struct peer){ read_any, (void *)(uintptr_t)call, NULL };
}

const struct area *
decode_area(const struct call *call, uint8_t nr_arg, enum area_kind kind)
{
	const struct area *found = NULL;

	for (uint32_t i = 0; i < call->n_areas; i++) {
		const struct area *a = &call->areas[i];

		if (a->arg == nr_arg && a->kind == kind && (!found || a->at_exit))
			found = a;
		if (found && found->at_exit)
			break;
	}
	return found;
}

const char *
decode_string(const struct call *call, uint8_t nr_arg, size_t *n)
{
	const struct area *area = decode_area(call, nr_arg, AREA_STRING);

	if (!area || area->is_missing)
		return NULL;
	*n = area->kept;
	return area->kept ? (const char *)area->bytes : "";
}
