/* SPDX-License-Identifier: MIT */
/* wire.c - numbers and bytes as they stand inside a trace's blocks */

#include "store/wire.h"

uint64_t
wire_get(struct wire *in)
{
	uint64_t v = 0;

	if (in->wrong)
		return 0;
	for (unsigned i = 0; i < WIRE_MAX && in->p + i < in->end; i++) {
		uint8_t byte = in->p[i];

		v |= (uint64_t)(byte & 0x7f) << 7 * i;
		if (byte & 0x80)
			continue;
		if ((i == WIRE_MAX - 1 && byte > 1) || (i > 0 && byte == 0)) {
			wire_fail(in, "a number in a form that is never written");
			return 0;
		}
		in->p += i + 1;
		return v;
	}
	wire_fail(in, in->end - in->p < WIRE_MAX ? "a number that does not end"
						 : "a number of more than 64 bits");
	return 0;
}

uint64_t
wire_get_delta(struct wire *in, uint64_t before)
{
	return before + wire_unzigzag(wire_get(in));
}

uint64_t
wire_get_max(struct wire *in, uint64_t max)
{
	const uint8_t *at = in->p;
	uint64_t v = wire_get(in);

	if (v <= max)
		return v;
	in->p = at;
	wire_fail(in, "a number that is too large for its field");
	return 0;
}

const uint8_t *
wire_get_bytes(struct wire *in, size_t n)
{
	const uint8_t *at = in->p;

	if (in->wrong)
		return NULL;
	if (n > (size_t)(in->end - in->p)) {
		wire_fail(in, "fewer bytes than announced");
		return NULL;
	}
	in->p += n;
	return at;
}

uint64_t
wire_get_fixed(struct wire *in, unsigned width)
{
	const uint8_t *p = wire_get_bytes(in, width);

	return p ? wire_fixed(p, width) : 0;
}

size_t
wire_text_room(const char *text)
{
	return text ? WIRE_MAX + strlen(text) + 1 : 1;
}

uint8_t *
wire_put_text(uint8_t *p, const char *text)
{
	size_t n;

	if (!text)
		return wire_put(p, 0);
	n = strlen(text);
	return wire_put_bytes(wire_put(p, n + 1), text, n + 1);
}

const char *
wire_get_text(struct wire *in)
{
	uint64_t n = wire_get(in);
	const uint8_t *text;

	if (in->wrong || n == 0)
		return NULL;
	text = wire_get_bytes(in, n);
	if (!text)
		return NULL;
	if (memchr(text, '\0', n) != text + n - 1) {
		in->p = text;
		wire_fail(in, "text whose end is not where its length says");
		return NULL;
	}
	return (const char *)text;
}
