/* SPDX-License-Identifier: MIT */
/* btf_names.c - which of a kernel's types are looked for */

#include "capture/btf_names.h"

#include "base/map.h"
#include "base/mem.h"
#include "capture/btf.h"

#include <string.h>

/* A bit for the first bytes of each name, and for some others. */
struct sieve {
	uint64_t bits[64];
};

struct btf_names {
	struct map *names; /* to themselves, so that none of them has no value */
	struct map *asked; /* to uint32_t */
	struct sieve sieve;
};

struct btf_names *
btf_names_new(void)
{
	struct btf_names *names = mem_alloc(sizeof *names);

	names->names = map_new();
	names->asked = map_new();
	return names;
}

void
btf_names_free(struct btf_names *names)
{
	if (!names)
		return;
	map_free(names->names);
	map_free(names->asked);
	mem_free(names);
}

/* n: of the name, which may go on. */
static uint32_t
sieve_place(const char *name, size_t n)
{
	uint32_t word = 0;

	for (size_t i = 0; i < 4 && i < n && name[i]; i++)
		word = word << 8 | (uint8_t)name[i];
	return word * 2654435761u >> 20;
}

static void
let_pass(struct sieve *sieve, const char *name, size_t n)
{
	uint32_t place = sieve_place(name, n);

	sieve->bits[place / 64] |= UINT64_C(1) << place % 64;
}

static bool
passes(const struct sieve *sieve, const char *name)
{
	uint32_t place = sieve_place(name, 4);

	return sieve->bits[place / 64] >> place % 64 & 1;
}

void
btf_names_ask(struct btf_names *names, const char *type_name, uint32_t *number)
{
	*number = 0;
	*map_text(names->asked, type_name) = number;
	let_pass(&names->sieve, type_name, strlen(type_name));
}

static void
add_name(struct btf_names *names, const char *name, size_t n)
{
	if (!n)
		return;
	*map_slot(names->names, name, n) = names;
	let_pass(&names->sieve, name, n);
}

bool
btf_names_have(const struct btf_names *names, const char *name, size_t n)
{
	return passes(&names->sieve, name) && map_get(names->names, name, n);
}

bool
btf_names_look(const struct btf_names *names, const struct btf_type *type, const char *name,
	uint32_t number)
{
	uint32_t *asked = NULL;

	if (!passes(&names->sieve, name))
		return false;
	if (BTF_INFO_KIND(type->info) == BTF_KIND_TYPEDEF)
		asked = map_get_text(names->asked, name);
	if (asked && !*asked)
		*asked = number;
	return map_get(names->names, name, btf_essential(name));
}

static int
add_members(struct btf_names *names, const struct btf_source *s, const uint8_t *parts,
	uint32_t n, struct err *err)
{
	for (uint32_t i = 0; i < n; i++) {
		const char *name = btf_part_name(s, parts + i * sizeof(struct btf_member));

		if (!name)
			return err_set(err, "a member in BTF has no sound name");
		add_name(names, name, strlen(name));
	}
	return 0;
}

int
btf_names_add(struct btf_names *names, const void *btf, size_t n, struct err *err)
{
	struct btf_source s;
	struct btf_type type;
	size_t next;

	if (btf_open(&s, btf, n, err) < 0)
		return -1;
	for (size_t at = 0; at < s.n_types; at = next) {
		next = btf_read(&s, at, &type);
		if (!next)
			return btf_unsound(err, &s, at);
		if (btf_is_named(&type)) {
			const char *name = s.strings + type.name_off;

			add_name(names, name, btf_essential(name));
		}
		if (btf_parts(&type)->form == BTF_FORM_MEMBERS &&
			add_members(names, &s, s.types + at + sizeof type,
				BTF_INFO_VLEN(type.info), err) < 0)
			return -1;
	}
	return 0;
}
