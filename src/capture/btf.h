/* SPDX-License-Identifier: MIT */
/*
 * btf.h - BTF, the compact form in which a kernel and a program describe their types
 *
 * See Documentation/bpf/btf.rst. What is read is not trusted. Types have no numbers in the
 * file: the first is 1, the next 2, and their sizes differ.
 */
#ifndef CAPTURE_BTF_H
#define CAPTURE_BTF_H

#include "base/err.h"

#include <linux/btf.h>

/* A BTF whose head is sound; borrowed. */
struct btf_source {
	const uint8_t *types;
	const char *strings;       /* the last one ends where they end */
	size_t n_types, n_strings; /* bytes */
};
MUST_CHECK int btf_open(struct btf_source *s, const void *btf, size_t n, struct err *err);

/* What a type consists of, behind its struct btf_type. */
enum btf_form {
	BTF_FORM_UNKNOWN,
	BTF_FORM_PLAIN,   /* leads to no other type */
	BTF_FORM_POINTER, /* leads to one that is not followed */
	BTF_FORM_REFERENCE,
	BTF_FORM_ARRAY,
	BTF_FORM_MEMBERS,
	BTF_FORM_VALUES, /* names with values */
	BTF_FORM_OTHER,  /* nothing that a struct could hold */
};

struct btf_parts {
	enum btf_form form;
	uint8_t fixed, each; /* bytes of its parts, and of each of the info's n */
};
const struct btf_parts *btf_parts(const struct btf_type *type);

/* The type at this place, whose name and parts lie within the source, and where the next one
 * begins; 0: none is there, or it is unsound. */
size_t btf_read(const struct btf_source *s, size_t at, struct btf_type *type);
/* Sets err about the type at this place, which btf_read() did not take; -1. */
int btf_unsound(struct err *err, const struct btf_source *s, size_t at);
/* The name that a member or value begins with; NULL: there is no such text. */
const char *btf_part_name(const struct btf_source *s, const uint8_t *part);
/* Is it a struct, union, enum or typedef, and has a name? */
bool btf_is_named(const struct btf_type *type);
/* Bytes of a name without the form that a program may add: "task_struct___old". */
size_t btf_essential(const char *name);

#endif
