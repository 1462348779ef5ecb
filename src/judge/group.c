/* SPDX-License-Identifier: MIT */
/* group.c - clusters of system calls: which calls mean the same kind of work */

#include "judge/group.h"

#include "base/digest.h"
#include "effects/choice.h"

#include <stdlib.h>
#include <string.h>

const char *const severity_names[N_SEVERITIES + 1] = {
	[SEVERITY_LOW] = "low",
	[SEVERITY_MEDIUM] = "medium",
	[SEVERITY_HIGH] = "high",
	[SEVERITY_CRITICAL] = "critical",
	NULL,
};

#define CALLS(...) ((const char *const[]){ __VA_ARGS__ })
static const struct call_group defaults[] = {
#define GROUP(name_, about_, expected_, threshold_, severity_, path_, ...)                     \
	{ .name = name_,                                                                       \
		.description = about_,                                                         \
		.calls = CALLS(__VA_ARGS__),                                                   \
		.n_calls = ARRAY_LEN(CALLS(__VA_ARGS__)),                                      \
		.is_expected = expected_,                                                      \
		.threshold = threshold_,                                                       \
		.severity = SEVERITY_##severity_,                                              \
		.path = path_ },
#include "judge/groups.def"
#undef GROUP
};
const struct call_groups groups_default = { defaults, ARRAY_LEN(defaults) };

const struct call_group *
group_by_name(const struct call_groups *groups, const char *name)
{
	for (size_t i = 0; i < groups->n; i++)
		if (strcmp(groups->items[i].name, name) == 0)
			return &groups->items[i];
	return NULL;
}

static bool
is_call(const char *name)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct call_choice *choice;
	struct err err = { 0 };
	bool is = call_choice_new(&choice, arena, name, &err) == 0;

	err_done(&err);
	return is && call_choice_has(choice, name);
}

bool
group_has_calls(const struct call_group *group)
{
	for (size_t i = 0; i < group->n_calls; i++)
		if (is_call(group->calls[i]))
			return true;
	return false;
}

uint64_t
groups_of(const struct call_groups *groups, const char *call)
{
	uint64_t set = 0;

	for (size_t i = 0; i < groups->n; i++)
		for (size_t k = 0; k < groups->items[i].n_calls; k++)
			if (strcmp(groups->items[i].calls[k], call) == 0)
				set |= UINT64_C(1) << i;
	return set;
}

static int
compare_texts(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

const char *
group_imprint(struct arena *arena, const struct call_group *group, const char *where)
{
	const char **calls = arena_array(arena, group->n_calls + 1, sizeof *calls);
	char hex[SHA256_HEX];
	struct sha256 s;

	sha256_init(&s);
	for (size_t i = 0; i < group->n_calls; i++)
		calls[i] = group->calls[i];
	if (group->n_calls)
		qsort(calls, group->n_calls, sizeof *calls, compare_texts);
	for (size_t i = 0; i < group->n_calls; i++)
		if (!i || strcmp(calls[i], calls[i - 1]) != 0)
			sha256_add(&s, calls[i], strlen(calls[i]) + 1);
	sha256_add(&s, "", 1);
	if (group->path)
		sha256_add(&s, group->path, strlen(group->path));
	sha256_add(&s, "", 1);
	if (where)
		sha256_add(&s, where, strlen(where));
	sha256_done(&s, hex);
	return arena_strndup(arena, hex, 8);
}
