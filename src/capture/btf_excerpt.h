/* SPDX-License-Identifier: MIT */
/*
 * btf_excerpt.h - those of the kernel's types that a program names, as a small BTF of their own
 *
 * Hidden here: BTF, the compact form in which a kernel describes its types
 * (Documentation/bpf/btf.rst). A kernel describes some 150,000 of them, and libbpf looks
 * through all for every type that a program names; so it is given an excerpt, made in one pass.
 *
 * Pure: memory in, memory out. BTF of either side is not trusted: what is not sound, or of a
 * kind that is not known here, is an error.
 */
#ifndef CAPTURE_BTF_EXCERPT_H
#define CAPTURE_BTF_EXCERPT_H

#include "base/str.h"
#include "capture/btf_names.h"

/* Appends a BTF that has every struct, union, enum and typedef of such a name, with those of
 * its members that are named, too, or have no name, at their true places, and whatever these
 * consist of. What is only pointed to is left out: such pointers lead to void. */
MUST_CHECK int btf_excerpt(struct str *out, const void *btf, size_t n,
	const struct btf_names *names, struct err *err);

#endif
