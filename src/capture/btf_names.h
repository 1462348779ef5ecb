/* SPDX-License-Identifier: MIT */
/*
 * btf_names.h - which of a kernel's types are looked for
 */
#ifndef CAPTURE_BTF_NAMES_H
#define CAPTURE_BTF_NAMES_H

#include "base/err.h"

struct btf_names;
struct btf_type; /* linux/btf.h */
struct btf_names *btf_names_new(void);
/* The names of all structs, unions, enums and typedefs in a program's BTF, each up to the "___"
 * behind which a program may tell forms of one type apart, and of all members. */
MUST_CHECK int btf_names_add(
	struct btf_names *names, const void *btf, size_t n, struct err *err);
/* *number becomes the number of the typedef of this name; 0: there is none. */
void btf_names_ask(struct btf_names *names, const char *type_name, uint32_t *number);
void btf_names_free(struct btf_names *names);
AUTO_DEFINE(struct btf_names *, btf_names_free)

/* Is it a name of a member? n: bytes of it. */
bool btf_names_have(const struct btf_names *names, const char *name, size_t n);
/* Whether this struct, union, enum or typedef is looked for; answers what was asked of it. */
bool btf_names_look(const struct btf_names *names, const struct btf_type *type,
	const char *name, uint32_t number);

#endif
