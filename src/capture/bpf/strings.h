/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* strings.h - the works on strings, and on arrays of pointers */
#ifndef CAPTURE_BPF_STRINGS_H
#define CAPTURE_BPF_STRINGS_H

#include "capture/bpf/copy.h"

/* When a page of the string is missing: to the end of this page, where its NUL may be. */
static __noinline int
string_page(struct scratch *s, struct work *k)
{
	uint32_t at, n = (uint32_t)least(k->n, to_page_end(k->address));
	long got;

	barrier_var(n); /* a compiler knows it bounded, the verifier of 6.1 forgets */
	if (n > PAGE || put(s, k->address, n)) {
		note(s, k->address, 1, SNIPPET_FAULT);
		pop(s);
		return 0;
	}
	/* Where is the NUL? Measured by copying the copy, behind what is used. Without one, all
	 * n bytes are copied and one is made. */
	at = s->used % BPF_RECORD_MAX;
	got = bpf_probe_read_kernel_str(
		s->bytes + at, n + 1, s->bytes + (at - SNIPPET_PAD(n)) % BPF_RECORD_MAX);
	k->address += n;
	k->n -= n;
	if (got >= 0 && got <= n)
		pop(s);
	return 0;
}

static __noinline int
step_string(struct scratch *s, struct work *k)
{
	uint32_t at, n = (uint32_t)least(k->n, PAGE);
	long got = -1;

	bool is_spare = is_spare_row(s);

	if (!n || s->is_cut || (s->room < n && (is_spare || s->may_stop))) {
		if (n && is_spare)
			cut(s);
		else if (n)
			leave_for_later(s, k->address, k->n);
		pop(s);
		return 0;
	}
	make_room(s, PAGE);
	at = s->used % BPF_RECORD_MAX;
	/* One more than is wanted: the last byte is always made a NUL. */
	if (k->address >= PAGE)
		got = read_string(s->bytes + at + sizeof(struct snippet), n + 1, k->address);
	if (got < 0)
		return string_page(s, k);
	if (got > n)
		got = n;
	else
		pop(s);
	snippet_head(s, at, k->address, (uint32_t)got, SNIPPET_OK);
	s->room -= least(s->room, (uint64_t)got + SNIPPET_COST);
	k->address += got;
	k->n -= got;
	return 0;
}

static __noinline int
step_strings(struct scratch *s, struct work *k)
{
	uint64_t pointer = word_at(s, k->address);
	uint64_t start = k->n;

	k->address += s->word;
	if (pointer && k->address - start <= (uint64_t)HINT_STRINGS_MAX * s->word) {
		push(s, STEP_STRING, pointer, k->size, 0);
		return 0;
	}
	pop(s);
	return copy(s, start, k->address - start, 0);
}

static __noinline int
step_pointers(struct scratch *s, struct work *k)
{
	uint64_t pointer = k->n ? word_at(s, k->address) : 0;

	if (!pointer) {
		pop(s);
		return 0;
	}
	k->n--;
	k->address += s->word;
	return copy(s, pointer, k->size, 0);
}

#endif
