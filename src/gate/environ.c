/* SPDX-License-Identifier: MIT */
/* environ.c - the environment that a target sees */

#include "gate/environ.h"

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
