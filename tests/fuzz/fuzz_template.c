/* SPDX-License-Identifier: MIT */
/*
 * fuzz_template.c - a hole takes a value of its type and nothing beside it
 *
 * The input is a byte that chooses a type, then two texts, apart at the first NUL: what stands
 * around the hole (before and behind, apart at the first \x01), and a text.
 */

#include "effects/template.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct part {
	const char *text;
	size_t n;
};

static struct part
part_until(const char **p, const char *end, char mark)
{
	const char *hit = memchr(*p, mark, (size_t)(end - *p));
	struct part part = { *p, (size_t)((hit ? hit : end) - *p) };

	*p = hit ? hit + 1 : end;
	return part;
}

static bool
is_at(struct part whole, size_t at, struct part what)
{
	return whole.n >= at && whole.n - at >= what.n &&
	       (!what.n || memcmp(whole.text + at, what.text, what.n) == 0);
}

/* Without a hole only the text itself matches. */
static void
check_literal(const struct template_of *of, struct part a, struct part b)
{
	AUTO(str_done) struct str t = { 0 };
	bool same = a.n == b.n && is_at(a, 0, b);

	template_put_literal(&t, a.text, a.n);
	assert(template_count(str_text(&t)) == 0);
	assert(template_matches(of, str_text(&t), t.n, a.text, a.n));
	assert(template_matches(of, str_text(&t), t.n, b.text, b.n) == same);
}

/* What matched is before, a value of the type, behind; and with another byte at either side it
 * matches no more. */
static void
check_match(const struct template_of *of, const struct str *t, struct part before,
	struct part behind, struct part text, size_t row)
{
	size_t n_value = text.n - before.n - behind.n;
	AUTO(str_done) struct str other = { 0 };

	assert(text.n > before.n + behind.n && is_at(text, 0, before) &&
		is_at(text, text.n - behind.n, behind));
	assert(hole_length(of->set, row, text.text, text.n, before.n) == n_value);
	assert(!memchr(text.text + before.n, '\n', n_value));
	for (size_t i = 0; i < text.n; i++) {
		if (i >= before.n && i < before.n + n_value)
			continue;
		str_clear(&other);
		str_add_n(&other, text.text, text.n);
		other.data[i] ^= 0x20;
		assert(!template_matches(of, str_text(t), t->n, other.data, other.n));
	}
}

/* Line by line: the template of a text that matches it is itself. */
static void
check_apply(const struct template_of *of, const struct str *t, struct part text)
{
	AUTO(str_done) struct str out = { 0 }, one = { 0 };

	str_add_n(&one, text.text, text.n);
	template_apply(of, &out, str_text(t), str_text(&one));
	assert(template_count(str_text(&out)) >= 0);
	if (!memchr(str_text(t), '\n', t->n) &&
		template_matches(of, str_text(t), t->n, text.text, text.n))
		assert(strcmp(str_text(&out), str_text(t)) == 0);
	/* Equal to a template without holes: only the text itself. */
	if (template_count(str_text(t)) == 0 && strcmp(str_text(&out), str_text(t)) == 0)
		assert(template_matches(of, str_text(t), t->n, text.text, text.n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct hole_set *set;
	AUTO(mem_free) char *copy = NULL;
	AUTO(str_done) struct str t = { 0 };
	struct template_of of = { 0 };
	struct part before, behind, text;
	const char *p, *end;
	struct hole hole = { 0 };

	if (n < 2)
		return 0;
	if (!set)
		set = hole_set_new();
	of.set = set;
	copy = mem_alloc(n + 1);
	memcpy(copy, data, n);
	p = copy + 1;
	end = copy + n;
	before = part_until(&p, end, '\x01');
	behind = part_until(&p, end, '\0');
	text = (struct part){ p, (size_t)(end - p) };
	if (memchr(before.text, '\0', before.n) || memchr(text.text, '\0', text.n))
		return 0;
	check_literal(&of, before, text);
	hole.row = data[0] % n_hole_rows;
	if (hole_rows[hole.row].bits & HOLE_SIZED)
		hole.size = (uint32_t)MAX(text.n, before.n + behind.n + 1) -
			    (uint32_t)(before.n + behind.n);
	template_put_literal(&t, before.text, before.n);
	template_put_hole(&t, &hole);
	template_put_literal(&t, behind.text, behind.n);
	assert(template_count(str_text(&t)) == 1);
	if (template_matches(&of, str_text(&t), t.n, text.text, text.n))
		check_match(&of, &t, before, behind, text, hole.row);
	check_apply(&of, &t, text);
	return 0;
}
