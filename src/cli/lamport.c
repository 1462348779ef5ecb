/* SPDX-License-Identifier: MIT */
/* lamport.c - events in causal order with their Lamport clocks, and what is handed to the
 * target */
#include "cli/lamport.h"

#include "base/context.h"
#include "cli/cli.h"
#include "effects/effects.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct lamport {
	struct effects *effects;
	lamport_fn give;
	void *arg;
	struct err err;
	bool has_failed;
};

static void
visit(void *arg, const struct event *event, uint64_t clock)
{
	struct lamport *l = arg;

	if (!l->has_failed)
		l->has_failed = l->give(l->arg, event, clock, &l->err) < 0;
}

struct lamport *
lamport_new(const struct trace_header *header, uint64_t start, lamport_fn give, void *arg)
{
	struct lamport *l = mem_alloc(sizeof *l);
	const struct effects_opts opts = {
		.profile = PROFILE_COUNTS, .lamport = start, .visit = visit, .visit_arg = l
	};

	l->give = give;
	l->arg = arg;
	l->effects = effects_new(header, &opts);
	return l;
}

static int
how_it_went(struct lamport *l, struct err *err)
{
	if (!l->has_failed)
		return 0;
	*err = l->err;
	return -1;
}

int
lamport_event(struct lamport *l, const struct event *event, struct err *err)
{
	if (event->kind == EVENT_PATH)
		return 0;
	if (effects_event(l->effects, event, err) < 0)
		return -1;
	return how_it_went(l, err);
}

static void
ignore_path(void *arg, const char *path)
{
	(void)arg;
	(void)path;
}

int
lamport_end(struct lamport *l, struct err *err)
{
	effects_paths(l->effects, ignore_path, NULL); /* which lets go of all that waits */
	return how_it_went(l, err);
}

void
lamport_free(struct lamport *l)
{
	if (!l)
		return;
	effects_free(l->effects);
	mem_free(l);
}

int
lamport_ours(uint64_t *out, struct err *err)
{
	const char *text = getenv(LAMPORT_VARIABLE);

	*out = 0;
	if (!text || lamport_read(out, text))
		return 0;
	return cli_usage(err, "unset " LAMPORT_VARIABLE,
		"the variable " LAMPORT_VARIABLE " holds '%s', which is not a clock", text);
}

static const char *
in_environment(void)
{
	const char *text = getenv("TRACEPARENT");

	return text ? text : getenv("OTEL_TRACEPARENT");
}

int
lamport_trace_parent(struct trace_parent *out, const char *text, struct err *err)
{
	const char *value = strcmp(text, "env") == 0 ? in_environment() : text;

	if (!value)
		return cli_usage(err, "give the value: --trace-parent 00-TRACEID-PARENTID-01",
			"there is no TRACEPARENT in the environment");
	if (trace_parent_read(out, value, strlen(value)))
		return 0;
	return cli_usage(err,
		"it is 00-, 32 hex digits, -, 16 hex digits, -, 2 hex digits, all in lower "
		"case",
		"'%s' is not a W3C traceparent", value);
}

static bool
is_variable(const char *pair, const char *name)
{
	size_t n = strlen(name);

	return strncmp(pair, name, n) == 0 && pair[n] == '=';
}

int
lamport_environment(const char *const **out, struct arena *arena, const char *trace_parent,
	bool has_clock, struct err *err)
{
	AUTO(str_done) struct str parent = { 0 };
	struct trace_parent p;
	const char **envp;
	uint64_t clock = 0;
	size_t n = 0, k = 0;

	if (trace_parent && lamport_trace_parent(&p, trace_parent, err) < 0)
		return -1;
	if (has_clock && lamport_ours(&clock, err) < 0)
		return -1;
	while (environ[n])
		n++;
	envp = arena_array(arena, n + 3, sizeof *envp);
	for (size_t i = 0; i < n; i++)
		if (!(trace_parent && is_variable(environ[i], "TRACEPARENT")) &&
			!(has_clock && is_variable(environ[i], LAMPORT_VARIABLE)))
			envp[k++] = environ[i];
	if (trace_parent) {
		str_add(&parent, "TRACEPARENT=");
		trace_parent_put(&parent, &p);
		envp[k++] = arena_strdup(arena, parent.data);
	}
	if (has_clock)
		envp[k++] = arena_printf(
			arena, LAMPORT_VARIABLE "=%llu", (unsigned long long)clock + 1);
	*out = envp;
	return 0;
}
