/* SPDX-License-Identifier: MIT */
/* carry.c - a verdict copied whole */

#include "gate/carry.h"

#include <string.h>

static void *
take_from_arena(void *arg, size_t n)
{
	return arena_alloc(arg, n);
}

struct luggage
luggage_in_arena(struct arena *arena)
{
	return (struct luggage){ take_from_arena, arena };
}

static void *
carry(const struct luggage *to, const void *data, size_t n, size_t size)
{
	void *copy;

	if (!n)
		return NULL;
	copy = to->take(to->arg, n * size);
	return memcpy(copy, data, n * size);
}

static void
carry_text(const struct luggage *to, const char **text)
{
	if (*text)
		*text = carry(to, *text, strlen(*text) + 1, 1);
}

static void
carry_pos(const struct luggage *to, struct pos *at)
{
	carry_text(to, &at->file);
	carry_text(to, &at->line);
}

static void
carry_origin(const struct luggage *to, struct origin *origin)
{
	carry_text(to, &origin->function);
	carry_pos(to, &origin->at);
}

static void
carry_findings(const struct luggage *to, struct finding **findings, size_t n)
{
	*findings = carry(to, *findings, n, sizeof **findings);
	for (size_t i = 0; i < n; i++) {
		struct finding *f = &(*findings)[i];
		const char **texts[] = { &f->rule_id, &f->subject, &f->text, &f->wanted,
			&f->found, &f->detail, &f->evidence, &f->call, &f->hint, &f->known };

		for (size_t j = 0; j < ARRAY_LEN(texts); j++)
			carry_text(to, texts[j]);
		carry_pos(to, &f->at);
		carry_origin(to, &f->origin);
		carry_findings(to, &f->members, f->n_members);
	}
}

static void
carry_basis(const struct luggage *to, struct basis *b)
{
	carry_text(to, &b->backend);
	carry_text(to, &b->why);
	carry_text(to, &b->again);
	b->unseen = carry(to, b->unseen, b->n_unseen, sizeof *b->unseen);
	for (size_t i = 0; i < b->n_unseen; i++) {
		carry_text(to, &b->unseen[i].key);
		carry_text(to, &b->unseen[i].words);
	}
}

static void
carry_outcomes(const struct luggage *to, struct verdict *v)
{
	v->outcomes = carry(to, v->outcomes, v->n_outcomes, sizeof *v->outcomes);
	for (size_t i = 0; i < v->n_outcomes; i++) {
		struct outcome *o = &v->outcomes[i];

		carry_text(to, &o->name);
		carry_text(to, &o->type);
		carry_text(to, &o->text);
		carry_text(to, &o->wanted);
		carry_text(to, &o->found);
		carry_text(to, &o->evidence);
		carry_text(to, &o->call);
		carry_text(to, &o->detail);
		carry_pos(to, &o->at);
		carry_origin(to, &o->origin);
	}
}

static struct call_count *
carry_counts(const struct luggage *to, const struct call_count *counts, size_t n)
{
	struct call_count *copy = carry(to, counts, n, sizeof *counts);

	for (size_t i = 0; i < n; i++)
		carry_text(to, &copy[i].name);
	return copy;
}

static const struct facts *
carry_facts(const struct luggage *to, const struct facts *facts)
{
	struct facts *copy = carry(to, facts, 1, sizeof *facts);

	copy->calls = carry_counts(to, facts->calls, facts->n_names);
	copy->processes =
		carry(to, facts->processes, facts->n_processes, sizeof *copy->processes);
	for (size_t i = 0; i < copy->n_processes; i++) {
		struct process_facts *p = &copy->processes[i];

		carry_text(to, &p->program);
		carry_text(to, &p->runtime);
		p->calls = carry_counts(to, p->calls, p->n_calls);
	}
	return copy;
}

void
verdict_carry(struct verdict *v, const struct luggage *to)
{
	const char **texts[] = { &v->target, &v->text, &v->golden_path, &v->config_path,
		&v->command, &v->output, &v->first, &v->performance.golden_name, &v->sum.hole };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		carry_text(to, texts[i]);
	carry_findings(to, &v->findings, v->n_findings);
	carry_basis(to, &v->basis);
	carry_outcomes(to, v);
	carry_pos(to, &v->at);
	if (v->facts)
		v->facts = carry_facts(to, v->facts);
}
