/* SPDX-License-Identifier: MIT */
/*
 * conform.c - runs a command in one way of several, and leaves beside it all that must not
 * depend on the way
 *
 *   conform [-w] [-u CPU] -b native|BACKEND -d DIR -- CMD [ARG]...
 *   conform -p BACKEND                 whether it works here; says why not
 *
 * The command runs in DIR/box, without addresses at random; DIR then holds its stdout and
 * stderr, how it ended (status), and of a traced run: its events a line each (trace), how often
 * each process made which call with which end, what signals it got and what it executed
 * (counts), and its goldens of three profiles. -w: only the calls that effects and io need are
 * asked for.
 *
 * Exit status: 0; 1: the machine or the backend failed, see stderr.
 */
#include "capture/capture.h"
#include "effects/effects.h"
#include "effects/snapshot.h"
#include "lines.h"
#include "store/golden.h"

#include "base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD_LIMIT 65536
#define N_JUDGED 3

static const enum profile judged[N_JUDGED] = { PROFILE_EFFECTS, PROFILE_IO, PROFILE_STRICT };

/* Of one process: what the counts call it, and how many children it had. */
struct process {
	char *name;
	uint32_t n_children, leader;
};

struct run {
	struct capture_opts how;
	const char *dir;
	bool is_native, is_subset;
	int n_profiles;
	struct effects *fx[N_JUDGED];
	struct arena *arena;
	struct str sandbox;
	bool is_before;
	FILE *trace;
	struct map *counts;    /* line: how often, as a number */
	struct map *processes; /* task: struct process */
};

static FILE *
make(const struct run *r, const char *name)
{
	AUTO(str_done) struct str path = { 0 };
	FILE *file;

	str_addf(&path, "%s/%s", r->dir, name);
	file = fopen(str_text(&path), "we");
	if (!file) {
		perror(str_text(&path));
		exit(1);
	}
	return file;
}

/* A pipe that somebody who is no child of ours empties into the file; `alive` is closed when
 * all have done so. */
static int
outlet(const struct run *r, const char *name, int alive)
{
	int ends[2], status;
	char buf[65536];
	ssize_t n;
	pid_t pid;
	FILE *file = make(r, name);

	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		exit(1);
	if (pid) {
		fclose(file);
		close(ends[0]);
		waitpid(pid, &status, 0);
		return ends[1];
	}
	if (fork())
		_exit(0);
	close(ends[1]);
	while ((n = read(ends[0], buf, sizeof buf)) > 0)
		fwrite(buf, 1, (size_t)n, file);
	fclose(file);
	close(alive);
	_exit(0);
}

static void
tell_status(const struct run *r, int status)
{
	FILE *file = make(r, "status");

	if (WIFSIGNALED(status))
		fprintf(file, "signal %d\n", WTERMSIG(status));
	else
		fprintf(file, "exit %d\n", WEXITSTATUS(status));
	fclose(file);
}

static int
run_native(struct run *r)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		for (int fd = 0; fd < 3; fd++)
			dup2(r->how.stdio[fd], fd);
		close_range(3, ~0u, CLOSE_RANGE_CLOEXEC); /* as under a tracer */
		personality(ADDR_NO_RANDOMIZE);
		if (chdir(r->how.cwd) == 0)
			execvp(r->how.argv[0], (char *const *)r->how.argv);
		perror(r->how.argv[0]);
		_exit(125);
	}
	while (pid < 0 || waitpid(pid, &status, 0) < 0)
		if (pid < 0 || errno != EINTR)
			return -1;
	tell_status(r, status);
	return 0;
}

static void
count(struct run *r, const struct process *p, const char *what)
{
	AUTO(str_done) struct str line = { 0 };
	uintptr_t *n;

	str_addf(&line, "%s %s", p->name, what);
	n = (uintptr_t *)map_text(r->counts, str_text(&line));
	++*n;
}

static struct process *
process_of(struct run *r, uint32_t task)
{
	struct process *p = map_get_number(r->processes, task);

	return p && p->leader != task ? map_get_number(r->processes, p->leader) : p;
}

/* Children are numbered per parent, in the order of their births: two processes that fork at
 * the same time do not change each other's numbers. */
static void
born(struct run *r, const struct event *e)
{
	struct process *p = mem_alloc(sizeof *p), *parent;
	AUTO(str_done) struct str name = { 0 };

	*p = (struct process){ .leader = e->start.process };
	parent = e->start.parent ? process_of(r, e->start.parent) : NULL;
	if (p->leader == e->task && parent)
		str_addf(&name, "%s.%u", parent->name, ++parent->n_children);
	else
		str_add(&name, p->leader == e->task ? "1" : "");
	p->name = str_take(&name);
	*map_number(r->processes, e->task) = p;
	if (p->leader != e->task)
		count(r, process_of(r, e->task), "thread");
}

static void
count_call(struct run *r, const struct process *p, const struct call *c)
{
	AUTO(str_done) struct str line = { 0 };
	char room[32];

	str_addf(&line, "%s%s", decode_name(c->arch, c->nr, room), line_states[c->state]);
	if (c->is_error && c->state != CALL_RESTARTED)
		str_addf(&line, " %s", decode_errno((int)-c->ret) ?: "?");
	count(r, p, str_text(&line));
}

static void
count_event(struct run *r, const struct event *e)
{
	AUTO(str_done) struct str line = { 0 };
	struct process *p;

	if (e->kind == EVENT_START)
		born(r, e);
	p = process_of(r, e->task);
	if (!p) {
		fprintf(stderr, "conform: task %u was never born\n", e->task);
		exit(1);
	}
	if (e->kind == EVENT_CALL)
		count_call(r, p, &e->call);
	else if (e->kind == EVENT_SIGNAL)
		str_addf(&line, "signal %d code %d%s", e->signal.signal, e->signal.code,
			e->signal.is_stop ? " stop" : "");
	else if (e->kind == EVENT_EXEC)
		str_addf(&line, "exec %s %s%s", decode_arch_name(e->exec.arch), e->exec.path,
			e->exec.is_secure ? " secure" : "");
	else if (e->kind == EVENT_EXIT && e->exit.is_process)
		str_addf(&line, "ended %x", e->exit.status & ~0x80);
	if (line.n)
		count(r, p, str_text(&line));
}

static int
tell(void *arg, const struct path_state *state, struct err *err)
{
	struct run *r = arg;
	struct event event = { .kind = EVENT_PATH, .path = *state };

	event.path.is_before = r->is_before;
	for (int i = 0; i < r->n_profiles; i++)
		if (effects_event(r->fx[i], &event, err) < 0)
			return -1;
	return 0;
}

/* Paths are collected first: giving states back may add names. */
static void
collect(void *arg, const char *path)
{
	map_text(arg, path);
}

static int
states_after(struct run *r, struct err *err)
{
	AUTO(map_free) struct map *paths = map_new();
	struct path_state state;
	const void *path;
	size_t at = 0;

	r->is_before = false;
	for (int i = 0; i < r->n_profiles; i++)
		effects_paths(r->fx[i], collect, paths);
	while (map_next(paths, &at, &path, NULL, NULL)) {
		snapshot_path(&state, r->arena, path, HEAD_LIMIT);
		if (tell(r, &state, err) < 0)
			return -1;
	}
	return snapshot_tree(r->how.sandbox, HEAD_LIMIT, tell, r, err);
}

static int
write_golden(struct run *r, int which, const struct trace_footer *footer, struct err *err)
{
	AUTO(str_done) struct str text = { 0 };
	AUTO(str_done) struct str name = { 0 };
	struct golden *g = NULL;
	FILE *file;

	if (effects_finish(r->fx[which], footer, &g, err) < 0)
		return -1;
	golden_print(&text, g);
	golden_free(g);
	str_addf(&name, "golden.%s", profile_names[judged[which]]);
	file = make(r, str_text(&name));
	fwrite(text.data, 1, text.n, file);
	fclose(file);
	return 0;
}

static void
write_counts(struct run *r)
{
	FILE *file = make(r, "counts");
	const void *line;
	void *n;
	size_t at = 0;

	while (map_next(r->counts, &at, &line, NULL, &n))
		fprintf(file, "%s %" PRIuPTR "\n", (const char *)line, (uintptr_t)n);
	fclose(file);
}

static int
follow(struct run *r, struct capture *c, struct err *err)
{
	struct event event;
	uint64_t seq = 0;
	int rc;

	while ((rc = capture_next(c, &event, err)) > 0) {
		if (event.seq <= seq)
			fprintf(r->trace, "BROKEN seq %" PRIu64 " after %" PRIu64 "\n",
				event.seq, seq);
		seq = event.seq;
		line_event(r->trace, &event, true);
		count_event(r, &event);
		for (int i = 0; i < r->n_profiles; i++)
			if (effects_event(r->fx[i], &event, err) < 0)
				return -1;
	}
	return rc;
}

static int
run_traced(struct run *r, struct err *err)
{
	AUTO(capture_free) struct capture *c = NULL;
	struct call_set wanted[N_JUDGED];

	r->n_profiles = r->is_subset ? 2 : N_JUDGED;
	for (int i = 0; i < 2; i++)
		effects_wanted(&wanted[i], judged[i]);
	for (size_t i = 0; i < ARRAY_LEN(wanted[0].bits); i++)
		wanted[0].bits[i] |= wanted[1].bits[i];
	r->how.wanted = r->is_subset ? &wanted[0] : NULL;
	if (capture_start(&c, &r->how, err) < 0)
		return -1;
	for (int i = 0; i < r->n_profiles; i++)
		r->fx[i] = effects_new(
			capture_header(c), &(struct effects_opts){ .profile = judged[i] });
	r->is_before = true;
	if (snapshot_tree(r->how.sandbox, HEAD_LIMIT, tell, r, err) < 0 ||
		follow(r, c, err) < 0 || states_after(r, err) < 0)
		return -1;
	line_footer(r->trace, capture_footer(c));
	tell_status(r, capture_status(c));
	write_counts(r);
	for (int i = 0; i < r->n_profiles; i++)
		if (write_golden(r, i, capture_footer(c), err) < 0)
			return -1;
	return 0;
}

static int
number_of(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	fprintf(stderr, "conform: unknown word '%s'\n", name);
	exit(1);
}

/* Exits. */
static void
probe(const char *name)
{
	struct backend_state state = { 0 };

	for (int i = 0; i < N_BACKENDS; i++) {
		if (strcmp(capture_backend_names[i], name) == 0) {
			capture_probe(&state, (enum capture_backend)i, NULL);
			fprintf(stderr, "%s\n", state.text);
			exit(state.works ? 0 : 1);
		}
	}
	fprintf(stderr, "not built in\n");
	exit(1);
}

static void
read_options(struct run *r, int argc, char **argv)
{
	static const char *const cpus[] = { "auto", "pin", "spread" };
	int option;

	while ((option = getopt(argc, argv, "+b:d:p:u:w")) != -1) {
		if (option == 'b' && strcmp(optarg, "native") == 0)
			r->is_native = true;
		else if (option == 'b')
			r->how.backend = (enum capture_backend)number_of(
				capture_backend_names, N_BACKENDS, optarg);
		else if (option == 'u')
			r->how.cpu = (enum capture_cpu)number_of(cpus, ARRAY_LEN(cpus), optarg);
		else if (option == 'd')
			r->dir = optarg;
		else if (option == 'p')
			probe(optarg);
		else if (option == 'w')
			r->is_subset = true;
		else
			exit(1);
	}
	r->how.argv = (const char *const *)argv + optind;
	if (!r->dir || !argv[optind])
		exit(1);
}

int
main(int argc, char **argv)
{
	struct run r = { .how = { .stdio = { -1, -1, -1 },
				 .follow = true,
				 .payload_limit = 4096,
				 .want_input = true,
				 .home = getenv("HOME"),
				 .tmp = "/tmp" } };
	struct err err = { 0 };
	int alive[2], rc;
	char c;

	read_options(&r, argc, argv);
	str_addf(&r.sandbox, "%s/box", r.dir);
	r.how.sandbox = r.how.cwd = str_text(&r.sandbox);
	r.arena = arena_new();
	r.counts = map_new();
	r.processes = map_new();
	if (!r.is_native)
		r.trace = make(&r, "trace");
	if (pipe2(alive, O_CLOEXEC) < 0)
		return 1;
	r.how.stdio[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	r.how.stdio[1] = outlet(&r, "stdout", alive[1]);
	r.how.stdio[2] = outlet(&r, "stderr", alive[1]);
	close(alive[1]);
	rc = r.is_native ? run_native(&r) : run_traced(&r, &err);
	if (rc < 0) {
		err_print(&err, "conform", stderr);
		err_done(&err);
	}
	if (r.trace)
		fclose(r.trace);
	/* Who outlived the command and writes still is waited for. */
	close(r.how.stdio[1]);
	close(r.how.stdio[2]);
	if (read(alive[0], &c, 1) != 0)
		return 1;
	return rc < 0;
}
