/* SPDX-License-Identifier: MIT */
/* environ.c - the environment that a target sees */

#include "gate/environ.h"

#include "base/context.h"
#include "base/map.h"
#include "gate/perturb.h"

#include <stdlib.h>
#include <string.h>

/* Together a few kilobytes: enough to move the stack by pages. */
#define N_PADDING 20
static const char padding[] =
	"a variable that is here so that the environment is longer, and its "
	"end is somewhere else: no program asks for it, and what a program "
	"does must not depend on how long its environment is";

#define USUAL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const char *
environ_get(const char *const *environment, const char *name)
{
	size_t n = strlen(name);

	for (; *environment; environment++)
		if (strncmp(*environment, name, n) == 0 && (*environment)[n] == '=')
			return *environment + n + 1;
	return NULL;
}

static void
put(struct map *all, const char *pair)
{
	*map_slot(all, pair, strcspn(pair, "=")) = (void *)pair;
}

static void
put_value(struct map *all, struct arena *arena, const char *name, const char *value)
{
	put(all, arena_printf(arena, "%s=%s", name, value));
}

static int
compare_names(const void *x, const void *y)
{
	const char *a = *(const char *const *)x, *b = *(const char *const *)y;
	size_t n = strcspn(a, "="), m = strcspn(b, "=");
	int c = memcmp(a, b, MIN(n, m));

	return c ? c : (n > m) - (n < m);
}

/* What we were told, by the name of the configuration or by the usual one. */
static const char *
our_clock(const struct config *config, const char *const *ours)
{
	const char *text =
		config->clock_variable ? environ_get(ours, config->clock_variable) : NULL;

	if (config->clock_variable && !text)
		text = environ_get(ours, LAMPORT_VARIABLE);
	return text;
}

int
environ_check(const struct config *config, const char *const *ours, struct err *err)
{
	const char *text = our_clock(config, ours);
	uint64_t clock;

	if (!text || lamport_read(&clock, text))
		return 0;
	err_set(err, "the variable %s holds '%s', which is not a clock",
		environ_get(ours, config->clock_variable) ? config->clock_variable
							  : LAMPORT_VARIABLE,
		text);
	return err_hint(err, "unset it, or set enabled = false in [lamport_clock]");
}

static void
put_clock(struct map *all, struct arena *arena, const struct config *config,
	const char *const *ours)
{
	const char *text = our_clock(config, ours);
	uint64_t clock = 0;

	if (!config->clock_variable)
		return;
	if (text && !lamport_read(&clock, text))
		clock = 0; /* environ_check() told */
	put_value(all, arena, config->clock_variable,
		arena_printf(arena, "%llu", (unsigned long long)clock + 1));
}

const char *const *
environ_make(struct arena *arena, const struct config *config, const struct target *target,
	const struct sandbox *sandbox, const char *cwd, const char *const *ours)
{
	AUTO(map_free) struct map *all = map_new();
	const char **list, *value;
	void *pair;
	size_t n = 0, at = 0;

	put_value(all, arena, "HOME", sandbox->home);
	put_value(all, arena, "TMPDIR", sandbox->tmp);
	for (size_t i = 0; i < config->n_inherit; i++) {
		value = environ_get(ours, config->inherit[i]);
		if (!value && strcmp(config->inherit[i], "PATH") == 0)
			value = USUAL_PATH;
		if (value)
			put_value(all, arena, config->inherit[i], value);
	}
	for (size_t i = 0; i < config->n_set; i++)
		put(all, config->set[i]);
	put_clock(all, arena, config, ours);
	for (size_t i = 0; i < target->n_env; i++)
		put(all, target->env[i]);
	put_value(all, arena, "PWD", cwd);
	for (int i = 0; sandbox->perturbed & PERTURB_ENV && i < N_PADDING; i++)
		put_value(all, arena, arena_printf(arena, "RENACER_PADDING_%d", i), padding);
	list = arena_array(arena, map_count(all) + 1, sizeof *list);
	while (map_next(all, &at, NULL, NULL, &pair))
		list[n++] = pair;
	qsort(list, n, sizeof *list, compare_names);
	return list;
}
