/* SPDX-License-Identifier: MIT */
/* learn.c - recordings of one text, aligned line by line; how much may differ */
#include "effects/learn.h"

#include "effects/learn_own.h"

#include "base/mem.h"

#include <string.h>

#define MOST_HOLES 50
#define MOST_WEAK 10
#define SMALL_TEXT 400 /* bytes: below this a share says nothing */
#define MOST_SHARE_PCT 50
#define MOST_WEAK_SHARE_PCT 5

void
learning_done(struct learning *l)
{
	mem_free(l->items);
	l->items = NULL;
}

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		n++;
	return n;
}

static bool
have_as_many_lines(const struct learning *l, const char *const *texts, struct unlearned *why)
{
	size_t n = count_lines(texts[0]);

	for (size_t r = 1; r < l->n_runs; r++) {
		size_t m = count_lines(texts[r]);

		if (m == n)
			continue;
		why->other = (uint32_t)r;
		why->reason = arena_printf(
			l->arena, "has %zu line%s and %zu", n, n == 1 ? "" : "s", m);
		return false;
	}
	return true;
}

static struct piece
next_piece(const char **at)
{
	struct piece p = { *at, strcspn(*at, "\n") };

	p.n += p.at[p.n] == '\n';
	*at += p.n;
	return p;
}

static bool
pieces_are_same(const struct piece *in, size_t n, uint32_t *other)
{
	for (size_t r = 1; r < n; r++)
		if (in[r].n != in[0].n || memcmp(in[r].at, in[0].at, in[0].n) != 0) {
			*other = (uint32_t)r;
			return false;
		}
	return true;
}

static const char *
quoted(struct arena *arena, struct piece p)
{
	AUTO(str_done) struct str s = { 0 };

	p.n -= p.n && p.at[p.n - 1] == '\n';
	str_add_quoted(&s, p.at, p.n, 60);
	return arena_strdup(arena, str_text(&s));
}

static bool
may_be_faint(const struct piece *p)
{
	return memmem(p->at, p->n, "0.0", 3) != NULL;
}

bool
learn_text(struct learning *l, const char *thing, const char *const *texts, struct str *out,
	struct unlearned *why)
{
	AUTO(mem_free) const char **at = mem_array(l->n_runs, sizeof *at);
	AUTO(mem_free) struct piece *in = mem_array(l->n_runs, sizeof *in);
	bool has_lines = strchr(texts[0], '\n'), is_faint_text = learn_is_faint(texts[0]);
	struct learning was = *l;
	size_t n_out = out->n;

	*why = (struct unlearned){ 0 };
	if (!have_as_many_lines(l, texts, why))
		return false;
	memcpy(at, texts, l->n_runs * sizeof *at);
	for (size_t row = 1; *at[0]; row++) {
		const char *where = has_lines
					    ? arena_printf(l->arena, "%s line %zu", thing, row)
					    : arena_strdup(l->arena, thing);

		for (size_t r = 0; r < l->n_runs; r++)
			in[r] = next_piece(&at[r]);
		if (pieces_are_same(in, l->n_runs, &why->other) &&
			!(is_faint_text && may_be_faint(&in[0]))) {
			template_put_literal(out, in[0].at, in[0].n);
		} else if (!learn_line(l, where, in, out)) {
			why->row = row;
			why->reason = has_lines
					      ? arena_printf(l->arena, "line %zu is %s and %s",
							row, quoted(l->arena, in[0]),
							quoted(l->arena, in[why->other]))
					      : arena_printf(l->arena, "is %s and %s",
							quoted(l->arena, in[0]),
							quoted(l->arena, in[why->other]));
			str_cut(out, n_out);
			l->n = was.n;
			l->n_weak = was.n_weak;
			l->n_bytes = was.n_bytes;
			l->n_weak_bytes = was.n_weak_bytes;
			return false;
		}
	}
	return true;
}

const char *
learn_excess(const struct learning *l, uint64_t n_text)
{
	bool is_small = n_text < SMALL_TEXT;

	if (l->n > MOST_HOLES)
		return arena_printf(l->arena,
			"%zu spans of its output differ each time; %d may", l->n, MOST_HOLES);
	if (l->n_weak > MOST_WEAK)
		return arena_printf(l->arena,
			"%zu plain numbers in its output differ each time; %d may", l->n_weak,
			MOST_WEAK);
	if (!is_small && l->n_bytes * 100 > n_text * MOST_SHARE_PCT)
		return arena_printf(l->arena,
			"%llu of %llu bytes of its output differ each time; half of them may",
			(unsigned long long)l->n_bytes, (unsigned long long)n_text);
	if (!is_small && l->n_weak_bytes * 100 > n_text * MOST_WEAK_SHARE_PCT)
		return arena_printf(l->arena,
			"%llu of %llu bytes of its output are numbers that differ each time; "
			"one in "
			"twenty may",
			(unsigned long long)l->n_weak_bytes, (unsigned long long)n_text);
	return NULL;
}
