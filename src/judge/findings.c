/* SPDX-License-Identifier: MIT */
/* findings.c - what is said of each cluster of differences, and of each that was accepted */

#include "judge/findings.h"

#include "judge/known.h"

#include <string.h>

static const char *
subject_of(struct arena *arena, const struct difference *d)
{
	const struct effect *e = d->golden ? d->golden : d->run;
	const char *kind = effect_kind_names[e->kind], *field = d->field ? d->field : "";
	bool is_plain = e->kind == EFFECT_STREAM || e->kind == EFFECT_EXIT;

	return arena_printf(arena, "%s%s%s%s%s", is_plain ? "" : kind, is_plain ? "" : " ",
		e->key, *field ? " " : "", field);
}

static struct pos
place_of(const struct verdict *v, const struct difference *d)
{
	if (!v->golden_path)
		return v->at;
	return (struct pos){ .file = v->golden_path, .row = d->golden_line, .column = 1 };
}

struct maker {
	struct arena *arena;
	const struct verdict *v;
	const struct verdict_parts *parts;
	const char *accept;
	bool is_complete;
	struct findings *out;
};

/* A difference counts for less when the trace has holes: the hole may have made it. */
static struct finding
finding_of(const struct maker *m, const struct difference *d)
{
	return (struct finding){
		.level = m->is_complete ? FINDING_ERROR : FINDING_WARNING,
		.rule_id =
			arena_printf(m->arena, "renacer/%s", difference_class_names[d->class]),
		.subject = subject_of(m->arena, d),
		.text = d->sentence,
		.wanted = d->wanted,
		.found = d->found,
		.detail = d->detail,
		.evidence = d->evidence,
		.seq = d->seq,
		.call = d->evidence,
		.at = place_of(m->v, d),
	};
}

static void
add_members(const struct maker *m, struct finding *f, const struct cluster *c)
{
	f->members = arena_array(m->arena, c->n_members + 1, sizeof *f->members);
	f->n_members = c->n_members;
	for (size_t i = 0; i < c->n_members; i++) {
		f->members[i] = finding_of(m, c->members[i]);
		f->members[i].level = f->level;
	}
}

static void
add_cluster(const struct maker *m, const struct cluster *c)
{
	struct findings *out = m->out;
	struct finding *f = &out->items[out->n++];

	*f = finding_of(m, c->first);
	f->text = c->sentence;
	f->evidence = f->call = c->earliest->evidence;
	f->seq = c->earliest->seq;
	f->hint = m->accept;
	if (m->is_complete && m->v->target && *m->v->target && m->v->config_path &&
		m->parts->today)
		f->known = known_snippet(m->arena, m->v->target, c->line, m->parts->today);
	add_members(m, f, c);
	out->n_clusters++;
	out->n_differences++;
	for (size_t i = 0; i < c->n_members; i++)
		out->n_differences += !c->members[i]->is_derived;
}

/* "stdout: line 1 differs: …, by write(1, …) = 3, by /usr/bin/x (task 1)" */
static const char *
first_words(struct arena *arena, const struct clusters *all)
{
	const char *call = all->n ? all->items[0].earliest->evidence : NULL;

	if (!all->n)
		return NULL;
	if (!call)
		return all->items[0].sentence;
	return arena_printf(arena, "%s, %s%s", all->items[0].sentence,
		strncmp(call, "by ", 3) == 0 ? "" : "by ", call);
}

static void
add_used(const struct maker *m, const struct known_match *match)
{
	const struct known *k = match->known;
	struct finding *f = &m->out->items[m->out->n++];

	*f = finding_of(m, match->cluster->first);
	f->level = FINDING_NOTE;
	f->rule_id = FINDINGS_KNOWN;
	f->text = arena_printf(m->arena, "known until %s (%s: %s): %s", k->expires, k->owner,
		k->reason, match->cluster->sentence);
	f->at = k->at;
	add_members(m, f, match->cluster);
	m->out->n_known++;
}

static void
add_stale(const struct maker *m, const struct known_match *match)
{
	const struct known *k = match->known;
	struct finding *f = &m->out->items[m->out->n++];
	bool is_expired = match->state == KNOWN_EXPIRED;

	*f = (struct finding){ .level = FINDING_ERROR,
		.rule_id = FINDINGS_STALE,
		.subject = k->difference,
		.at = k->at };
	if (is_expired)
		f->text = arena_printf(m->arena,
			"a [[known]] difference expired on %s (%s: %s): %s", k->expires,
			k->owner, k->reason, match->cluster->sentence);
	else
		f->text = arena_printf(m->arena,
			"a [[known]] difference no longer occurs (%s: %s): %s", k->owner,
			k->reason, k->difference);
	f->hint = arena_printf(m->arena,
		is_expired ? "repair it, or agree with %s on another date"
			   : "remove the [[known]] of %s",
		is_expired ? k->owner : arena_printf(m->arena, "%s:%u", k->at.file, k->at.row));
	m->out->n_stale++;
}

/* The words of an entry are for those who read the file: that they are still true is said. */
static void
check_words(const struct maker *m, const struct known_match *match)
{
	const char *text = match->known->difference, *now = match->cluster->line;

	if (strcmp(text, now) == 0)
		return;
	m->out->items[m->out->n++] = (struct finding){ .level = FINDING_WARNING,
		.rule_id = FINDINGS_KNOWN,
		.subject = text,
		.text = arena_printf(
			m->arena, "the words of a [[known]] difference are now: %s", now),
		.at = match->known->at };
}

static void
add_matches(const struct maker *m, const struct known_result *result)
{
	for (size_t i = 0; i < result->n_matches; i++) {
		const struct known_match *match = &result->matches[i];

		if (match->state == KNOWN_USED) {
			add_used(m, match);
			check_words(m, match);
		} else if (m->is_complete) {
			add_stale(m, match); /* of a trace with holes nothing is known */
		}
	}
}

void
findings_make(struct findings *out, struct arena *arena, const struct verdict *v,
	const struct verdict_parts *parts, bool is_complete)
{
	struct maker m = { arena, v, parts, parts->accept, is_complete, out };
	struct known_result result;

	*out = (struct findings){ 0 };
	if (!parts->differences)
		return;
	if (m.accept && !*m.accept)
		m.accept = NULL;
	else if (!m.accept && v->target && *v->target)
		m.accept = arena_printf(arena, "renacer-gate record %s", v->target);
	known_apply(&result, arena, parts->knowns, v->target ? v->target : "",
		parts->today ? parts->today : "", parts->differences);
	out->items = arena_array(
		arena, result.left.n + 2 * result.n_matches + 1, sizeof *out->items);
	for (size_t i = 0; i < result.left.n; i++)
		add_cluster(&m, &result.left.items[i]);
	out->first = first_words(arena, &result.left);
	add_matches(&m, &result);
}
