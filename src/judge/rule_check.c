/* SPDX-License-Identifier: MIT */
/* rule_check.c - whether calls can fall into the clusters that a rule speaks of */

#include "judge/rule_own.h"

/* A rule about all clusters is one about nothing when no call falls into any. */
static int
check_any(const struct rule *rule, const struct call_groups *groups, struct err *err)
{
	bool is_grouped = rule->kind == RULE_CLUSTER || rule->kind == RULE_TIME_ATTRIBUTION;

	for (size_t i = 0; i < groups->n; i++)
		if (group_has_calls(&groups->items[i]))
			return 0;
	if (!is_grouped)
		return 0;
	err_at(err, rule->at,
		"[[assertion]] '%s': nothing can fall into any cluster: none of their names is "
		"a system call",
		rule->name);
	return err_hint(err, "'%s' is one of them", groups->items[0].calls[0]);
}

int
rule_check_groups(const struct rule *rule, const struct call_groups *groups, struct err *err)
{
	const struct call_group *group;

	if (!groups)
		groups = &groups_default;
	if (!rule->group)
		return check_any(rule, groups, err);
	group = group_by_name(groups, rule->group);
	if (!group) {
		err_at(err, rule->at, "[[assertion]] '%s': there is no cluster '%s'",
			rule->name, rule->group);
		return err_hint(err,
			"the first is '%s'; 'clusters' in [gate] names a file of "
			"others",
			groups->items[0].name);
	}
	if (!group_has_calls(group)) {
		err_at(err, rule->at,
			"[[assertion]] '%s': nothing can fall into the cluster '%s': none of "
			"its names is a system call",
			rule->name, rule->group);
		return err_hint(err, "'%s' is one of them", group->calls[0]);
	}
	return 0;
}
