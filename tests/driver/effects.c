/* SPDX-License-Identifier: MIT */
/*
 * effects.c - runs a command and prints its golden: effects [-p PROFILE] [-s SANDBOX] -- CMD…
 *
 * For tests and for people who want to see what the effects of a command are.
 */
#include "capture/capture.h"
#include "effects/effects.h"
#include "effects/snapshot.h"
#include "store/golden.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD_LIMIT 65536

struct run {
	struct effects *fx;
	struct arena *arena;
	struct err *err;
	bool is_before;
};

static int
tell(void *arg, const struct path_state *state, struct err *err)
{
	struct run *run = arg;
	struct event event = { .kind = EVENT_PATH, .path = *state };

	event.path.is_before = run->is_before;
	return effects_event(run->fx, &event, err);
}

static void
look(void *arg, const char *path)
{
	struct run *run = arg;
	struct path_state state;

	snapshot_path(&state, run->arena, path, HEAD_LIMIT);
	if (tell(run, &state, run->err) < 0)
		exit(3);
}

/* Paths are collected first: giving states back may add names. */
struct paths {
	char **items;
	size_t n, capacity;
};

static void
collect(void *arg, const char *path)
{
	struct paths *p = arg;

	p->items = mem_grow(p->items, p->n, &p->capacity, sizeof *p->items);
	p->items[p->n++] = mem_strdup(path);
}

static int
finish(struct run *run, const struct trace_footer *footer, const char *sandbox,
	bool with_evidence)
{
	struct golden *g = NULL;
	struct paths paths = { 0 };
	struct str text = { 0 };

	run->is_before = false;
	effects_paths(run->fx, collect, &paths);
	for (size_t i = 0; i < paths.n; i++) {
		look(run, paths.items[i]);
		mem_free(paths.items[i]);
	}
	mem_free(paths.items);
	if (sandbox && snapshot_tree(sandbox, HEAD_LIMIT, tell, run, run->err) < 0)
		return -1;
	if (effects_finish(run->fx, footer, &g, run->err) < 0)
		return -1;
	golden_print(&text, g);
	fwrite(text.data, 1, text.n, stdout);
	for (size_t i = 0; with_evidence && i < g->n_effects; i++)
		if (g->effects[i].evidence)
			printf("# %s %s: %s\n", effect_kind_names[g->effects[i].kind],
				g->effects[i].key, g->effects[i].evidence);
	str_done(&text);
	golden_free(g);
	return 0;
}

static enum profile
profile_of(const char *name)
{
	for (int i = 0; i < N_PROFILES; i++)
		if (strcmp(name, profile_names[i]) == 0)
			return (enum profile)i;
	fprintf(stderr, "no profile '%s'\n", name);
	exit(2);
}

static int
run_it(const struct capture_opts *how, const struct effects_opts *opts, bool with_evidence,
	struct err *err)
{
	AUTO(capture_free) struct capture *c = NULL;
	struct run run = { .arena = arena_new(), .err = err, .is_before = true };
	struct event event;
	int rc;

	if (capture_start(&c, how, err) < 0)
		return -1;
	run.fx = effects_new(capture_header(c), opts);
	if (how->sandbox && snapshot_tree(how->sandbox, HEAD_LIMIT, tell, &run, err) < 0)
		return -1;
	while ((rc = capture_next(c, &event, err)) > 0)
		if (effects_event(run.fx, &event, err) < 0)
			return -1;
	if (rc == 0)
		rc = finish(&run, capture_footer(c), how->sandbox, with_evidence);
	if (rc == 0 && !trace_is_complete(capture_footer(c)))
		fprintf(stderr, "incomplete: %s\n", capture_footer(c)->reason);
	effects_free(run.fx);
	arena_free(run.arena);
	return rc;
}

/* What the target writes goes to pipes that somebody empties, as under the gate. */
static int
drain(const char *command)
{
	FILE *p = popen(command, "w");

	return p ? fileno(p) : -1;
}

int
main(int argc, char **argv)
{
	struct capture_opts how = { .backend = BACKEND_AUTO,
		.stdio = { -1, -1, -1 },
		.follow = true,
		.payload_limit = 4096,
		.home = getenv("HOME"),
		.tmp = "/tmp" };
	struct effects_opts opts = { .profile = PROFILE_EFFECTS };
	struct call_set wanted;
	struct err err = { 0 };
	bool with_evidence = false;
	int option;

	while ((option = getopt(argc, argv, "+p:s:ei")) != -1) {
		if (option == 'p')
			opts.profile = profile_of(optarg);
		else if (option == 's')
			how.sandbox = how.cwd = optarg;
		else if (option == 'e')
			with_evidence = true;
		else if (option != 'i')
			return 2;
	}
	how.argv = (const char *const *)argv + optind;
	how.want_input = opts.profile == PROFILE_IO;
	how.stdio[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	how.stdio[1] = drain("cat >/dev/null");
	how.stdio[2] = drain("cat >/dev/null");
	effects_wanted(&wanted, opts.profile);
	how.wanted = &wanted;
	if (!argv[optind] || run_it(&how, &opts, with_evidence, &err) < 0) {
		err_print(&err, "effects", stderr);
		err_done(&err);
		return 3;
	}
	return 0;
}
