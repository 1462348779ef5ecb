/* SPDX-License-Identifier: MIT */
/* btf.c - BTF, the compact form in which a kernel and a program describe their types */

#include "capture/btf.h"

#include <string.h>

#define KINDS 32u

static const struct btf_parts kinds[KINDS] = {
	[BTF_KIND_INT] = { BTF_FORM_PLAIN, sizeof(uint32_t), 0 },
	[BTF_KIND_PTR] = { BTF_FORM_POINTER, 0, 0 },
	[BTF_KIND_ARRAY] = { BTF_FORM_ARRAY, sizeof(struct btf_array), 0 },
	[BTF_KIND_STRUCT] = { BTF_FORM_MEMBERS, 0, sizeof(struct btf_member) },
	[BTF_KIND_UNION] = { BTF_FORM_MEMBERS, 0, sizeof(struct btf_member) },
	[BTF_KIND_ENUM] = { BTF_FORM_VALUES, 0, sizeof(struct btf_enum) },
	[BTF_KIND_FWD] = { BTF_FORM_PLAIN, 0, 0 },
	[BTF_KIND_TYPEDEF] = { BTF_FORM_REFERENCE, 0, 0 },
	[BTF_KIND_VOLATILE] = { BTF_FORM_REFERENCE, 0, 0 },
	[BTF_KIND_CONST] = { BTF_FORM_REFERENCE, 0, 0 },
	[BTF_KIND_RESTRICT] = { BTF_FORM_REFERENCE, 0, 0 },
	[BTF_KIND_FUNC] = { BTF_FORM_OTHER, 0, 0 },
	[BTF_KIND_FUNC_PROTO] = { BTF_FORM_OTHER, 0, sizeof(struct btf_param) },
	[BTF_KIND_VAR] = { BTF_FORM_OTHER, sizeof(struct btf_var), 0 },
	[BTF_KIND_DATASEC] = { BTF_FORM_OTHER, 0, sizeof(struct btf_var_secinfo) },
	[BTF_KIND_FLOAT] = { BTF_FORM_PLAIN, 0, 0 },
	[BTF_KIND_DECL_TAG] = { BTF_FORM_OTHER, sizeof(struct btf_decl_tag), 0 },
	[BTF_KIND_TYPE_TAG] = { BTF_FORM_REFERENCE, 0, 0 },
	[BTF_KIND_ENUM64] = { BTF_FORM_VALUES, 0, sizeof(struct btf_enum64) },
};

int
btf_open(struct btf_source *s, const void *btf, size_t n, struct err *err)
{
	struct btf_header head;

	if (n < sizeof head)
		return err_set(err, "BTF of %zu bytes has no head", n);
	memcpy(&head, btf, sizeof head);
	if (head.magic != BTF_MAGIC || head.version != BTF_VERSION ||
		head.hdr_len < sizeof head || head.hdr_len > n)
		return err_set(err, "this is no BTF of version %d", BTF_VERSION);
	n -= head.hdr_len;
	if (head.type_off > n || head.type_len > n - head.type_off || head.str_off > n ||
		head.str_len > n - head.str_off || !head.str_len)
		return err_set(err, "BTF ends before its parts do");
	s->types = (const uint8_t *)btf + head.hdr_len + head.type_off;
	s->n_types = head.type_len;
	s->strings = (const char *)btf + head.hdr_len + head.str_off;
	s->n_strings = head.str_len;
	if (s->strings[0] || s->strings[s->n_strings - 1])
		return err_set(err, "the names of BTF do not end");
	return 0;
}

const struct btf_parts *
btf_parts(const struct btf_type *type)
{
	return &kinds[BTF_INFO_KIND(type->info) % KINDS];
}

size_t
btf_read(const struct btf_source *s, size_t at, struct btf_type *type)
{
	const struct btf_parts *kind;
	size_t size;

	if (at > s->n_types || s->n_types - at < sizeof *type)
		return 0;
	memcpy(type, s->types + at, sizeof *type);
	kind = btf_parts(type);
	size = sizeof *type + kind->fixed + (size_t)kind->each * BTF_INFO_VLEN(type->info);
	if (kind->form == BTF_FORM_UNKNOWN || s->n_types - at < size ||
		type->name_off >= s->n_strings)
		return 0;
	return at + size;
}

int
btf_unsound(struct err *err, const struct btf_source *s, size_t at)
{
	return err_set(
		err, "BTF has an unknown or unsound type at byte %zu of %zu", at, s->n_types);
}

const char *
btf_part_name(const struct btf_source *s, const uint8_t *part)
{
	uint32_t offset;

	memcpy(&offset, part, sizeof offset);
	return offset < s->n_strings ? s->strings + offset : NULL;
}

size_t
btf_essential(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = n; i-- > 0 && n > 4;) {
		if (i + 4 < n && name[i] != '_' && !memcmp(name + i + 1, "___", 3) &&
			name[i + 4] != '_')
			return i + 1;
	}
	return n;
}

bool
btf_is_named(const struct btf_type *type)
{
	enum btf_form form = btf_parts(type)->form;

	return type->name_off && (form == BTF_FORM_MEMBERS || form == BTF_FORM_VALUES ||
					 BTF_INFO_KIND(type->info) == BTF_KIND_TYPEDEF);
}
