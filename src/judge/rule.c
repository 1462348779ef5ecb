/* SPDX-License-Identifier: MIT */
/* rule.c - what is asked of a rule before it is judged */

#include "judge/rule.h"

#include "base/str.h"

#include <string.h>

void
rule_done(struct rule *rule)
{
	if (!rule)
		return;
	expr_free(TAKE(rule->where.expr));
	expr_free(TAKE(rule->other.expr));
	expr_free(TAKE(rule->third.expr));
	regex_free(rule->compiled);
	rule->compiled = NULL;
}

const char *
rule_name(const struct rule *rule)
{
	return rule->name;
}

const char *
rule_type(const struct rule *rule)
{
	return rule->type;
}

struct pos
rule_at(const struct rule *rule)
{
	return rule->at;
}

static bool
is_any(const struct rule_targets *targets, const char *name)
{
	for (size_t i = 0; i < targets->n; i++)
		if (glob_matches(targets->globs[i], name))
			return true;
	return false;
}

bool
rule_applies(const struct rule *rule, const char *target)
{
	for (const struct rule_targets *t = rule->reach; t; t = t->outer)
		if (!is_any(t, target))
			return false;
	return !rule->target || glob_matches(rule->target, target);
}

void
rule_confine(struct rule *rule, const struct rule_targets *targets)
{
	rule->reach = targets;
}

bool
rule_is_enabled(const struct rule *rule)
{
	return rule->is_enabled;
}

bool
rule_has(const struct rule *rule, const char *key)
{
	const struct rule_key *k = rule_key_find(rule->kind, key);

	assert(k);
	return (rule->given >> (k - rule_keys)) & 1;
}

bool
rule_matches_call(const struct rule *rule, const char *name, bool *gave_up)
{
	static const char prefix[] = "syscall:";
	AUTO(str_done) struct str span = { 0 };

	*gave_up = false;
	if (!rule->compiled)
		return true;
	str_add(&span, prefix);
	str_add(&span, name);
	return regex_find(rule->compiled, name, strlen(name), 0, NULL, NULL, gave_up) ||
	       (!*gave_up &&
		       regex_find(rule->compiled, span.data, span.n, 0, NULL, NULL, gave_up));
}
