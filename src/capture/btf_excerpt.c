/* SPDX-License-Identifier: MIT */
/*
 * btf_excerpt.c - those of the kernel's types that a program names, as a small BTF of their own
 *
 * A type is found by its number from the nearest place that was noted, which is one of STRIDE.
 */

#include "capture/btf_excerpt.h"

#include "base/map.h"
#include "base/mem.h"
#include "capture/btf.h"

#include <string.h>

#define STRIDE 64u
#define TYPES_MAX (1u << 22) /* of a kernel; today's have about 150,000 */

struct excerpt {
	struct btf_source from;
	const struct btf_names *names;
	uint32_t *places; /* of every STRIDE-th type, from the first on */
	size_t n_places, places_room;
	uint32_t n_from;     /* types of the source */
	struct map *numbers; /* from a type's number there to that here */
	uint32_t *taken;     /* the numbers there, in the order of those here */
	size_t n_taken, taken_room;
	struct str types, strings;
};

/* The number here of a type there: it is taken, if it was not yet. */
static uint32_t
take(struct excerpt *e, uint32_t number)
{
	void **slot;

	if (!number)
		return 0; /* void */
	slot = map_number(e->numbers, number);
	if (!*slot) {
		e->taken = mem_grow(e->taken, e->n_taken, &e->taken_room, sizeof *e->taken);
		e->taken[e->n_taken++] = number;
		*slot = (void *)(uintptr_t)e->n_taken;
	}
	return (uint32_t)(uintptr_t)*slot;
}

/* One look at every type. */
static int
scan(struct excerpt *e, struct err *err)
{
	struct btf_type type;
	size_t next;

	for (size_t at = 0; at < e->from.n_types; at = next) {
		next = btf_read(&e->from, at, &type);
		if (!next || e->n_from >= TYPES_MAX)
			return btf_unsound(err, &e->from, at);
		if (e->n_from % STRIDE == 0) {
			e->places = mem_grow(
				e->places, e->n_places, &e->places_room, sizeof *e->places);
			e->places[e->n_places++] = (uint32_t)at;
		}
		e->n_from++;
		if (btf_is_named(&type) && btf_names_look(e->names, &type,
						   e->from.strings + type.name_off, e->n_from))
			take(e, e->n_from);
	}
	return 0;
}

/* SIZE_MAX: there is none of this number. */
static size_t
place_of(const struct excerpt *e, uint32_t number)
{
	struct btf_type type;
	size_t at;

	if (!number || number > e->n_from)
		return SIZE_MAX;
	at = e->places[(number - 1) / STRIDE];
	for (uint32_t i = (number - 1) % STRIDE; i > 0; i--)
		at = btf_read(&e->from, at, &type);
	return at;
}

static uint32_t
put_text(struct excerpt *e, const char *text)
{
	size_t at = e->strings.n;

	if (!*text)
		return 0;
	str_add_n(&e->strings, text, strlen(text) + 1);
	return (uint32_t)at;
}

static int
put_members(
	struct excerpt *e, const uint8_t *parts, uint32_t n, uint32_t *n_put, struct err *err)
{
	*n_put = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct btf_member member;
		const char *name = btf_part_name(&e->from, parts + i * sizeof member);

		if (!name)
			return err_set(err, "a member in BTF has no sound name");
		if (*name && !btf_names_have(e->names, name, strlen(name)))
			continue;
		memcpy(&member, parts + i * sizeof member, sizeof member);
		member.name_off = put_text(e, name);
		member.type = take(e, member.type);
		str_add_n(&e->types, &member, sizeof member);
		++*n_put;
	}
	return 0;
}

static int
put_values(struct excerpt *e, const uint8_t *parts, uint32_t n, size_t each, struct err *err)
{
	for (uint32_t i = 0; i < n; i++) {
		const char *name = btf_part_name(&e->from, parts + i * each);
		uint32_t offset;

		if (!name)
			return err_set(err, "a value in BTF has no sound name");
		offset = put_text(e, name);
		str_add_n(&e->types, &offset, sizeof offset);
		str_add_n(&e->types, parts + i * each + sizeof offset, each - sizeof offset);
	}
	return 0;
}

static void
put_array(struct excerpt *e, const uint8_t *part)
{
	struct btf_array array;

	memcpy(&array, part, sizeof array);
	array.type = take(e, array.type);
	array.index_type = take(e, array.index_type);
	str_add_n(&e->types, &array, sizeof array);
}

static int
put_parts(struct excerpt *e, struct btf_type *type, const uint8_t *parts, struct err *err)
{
	const struct btf_parts *kind = btf_parts(type);
	uint32_t n = BTF_INFO_VLEN(type->info), n_put;

	switch (kind->form) {
	case BTF_FORM_MEMBERS:
		if (put_members(e, parts, n, &n_put, err) < 0)
			return -1;
		type->info = (type->info & ~0xffffu) | n_put;
		return 0;
	case BTF_FORM_VALUES:
		return put_values(e, parts, n, kind->each, err);
	case BTF_FORM_ARRAY:
		put_array(e, parts);
		return 0;
	case BTF_FORM_PLAIN:
		str_add_n(&e->types, parts, kind->fixed);
		return 0;
	case BTF_FORM_POINTER:
		type->type = 0;
		return 0;
	case BTF_FORM_REFERENCE:
		type->type = take(e, type->type);
		return 0;
	case BTF_FORM_UNKNOWN:
	case BTF_FORM_OTHER:
		break;
	}
	return err_set(err, "a type in BTF consists of what is none");
}

static int
put_type(struct excerpt *e, uint32_t number, struct err *err)
{
	size_t at = place_of(e, number), head = e->types.n;
	struct btf_type type;

	if (at == SIZE_MAX)
		return err_set(err, "BTF has no type %u", number);
	if (!btf_read(&e->from, at, &type))
		return btf_unsound(err, &e->from, at); /* not so: scan() saw it */
	str_add_n(&e->types, &type, sizeof type);
	if (put_parts(e, &type, e->from.types + at + sizeof type, err) < 0)
		return -1;
	type.name_off = put_text(e, e->from.strings + type.name_off);
	memcpy(e->types.data + head, &type, sizeof type);
	return 0;
}

static int
make(struct excerpt *e, struct str *out, struct err *err)
{
	struct btf_header head = {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof head
	};

	if (scan(e, err) < 0)
		return -1;
	str_add_n(&e->strings, "", 1);
	for (size_t i = 0; i < e->n_taken; i++) {
		if (put_type(e, e->taken[i], err) < 0)
			return -1;
	}
	head.type_len = head.str_off = (uint32_t)e->types.n;
	head.str_len = (uint32_t)e->strings.n;
	str_add_n(out, &head, sizeof head);
	str_add_n(out, str_text(&e->types), e->types.n);
	str_add_n(out, e->strings.data, e->strings.n);
	return 0;
}

int
btf_excerpt(struct str *out, const void *btf, size_t n, const struct btf_names *names,
	struct err *err)
{
	struct excerpt e = { .names = names };
	int status;

	if (btf_open(&e.from, btf, n, err) < 0)
		return -1;
	e.numbers = map_new();
	status = make(&e, out, err);
	map_free(e.numbers);
	mem_free(e.places);
	mem_free(e.taken);
	str_done(&e.types);
	str_done(&e.strings);
	return status;
}
