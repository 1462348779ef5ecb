/* SPDX-License-Identifier: MIT */
/*
 * run.c - one run of one target under control
 *
 * The order matters: what setup makes may be a fixture; the states before the run are taken
 * when the target is loaded but has not run its first instruction; those after it before the
 * sandbox goes.
 */

#include "gate/run.h"

#include "base/clock.h"
#include "base/str.h"
#include "effects/critical.h"
#include "effects/snapshot.h"
#include "gate/copy.h"
#include "gate/environ.h"
#include "gate/fingerprint.h"
#include "gate/outlet.h"
#include "gate/output_maps.h"
#include "gate/paths.h"
#include "gate/perturb.h"
#include "gate/ready.h"
#include "gate/watch.h"
#include "judge/origin.h"
#include "store/trace.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define TICK_MS 5
#define STACK_DEPTH 32
#define DRAIN_EVERY 32       /* events, so that a writer seldom finds the pipe full */
#define PAYLOAD_LIMIT 65536u /* of one call: enough to make a stream's text whole */
#define TAIL_LIMIT 4000      /* of the output, for people */

struct runner {
	const struct config *config;
	const struct target *target;
	const struct run_opts *opts;
	struct run *run;
	struct arena *arena;
	struct ready ready;
	struct call_set wanted;
	size_t text_limit; /* of one stream or file, kept as text */
	struct outlet *out, *err_out;
	struct capture *capture;
	struct watch watch;
	struct effects *effects;
	struct trace_writer *writer;
	uint64_t end_ns, seq, time_ns, next_pause;
	struct perturb_cpus cpus;
	bool is_before; /* of the states that are being taken */
};

static bool
tick(void *arg)
{
	struct runner *r = arg;

	outlet_drain(r->out);
	outlet_drain(r->err_out);
	if (r->opts->is_interrupted && r->opts->is_interrupted(r->opts->arg))
		r->run->interrupted = true;
	else if (clock_monotonic_ns() > r->end_ns)
		r->run->timed_out = true;
	return r->run->interrupted || r->run->timed_out;
}

/* Everything, or what the effects of this profile and the rules need. */
static const struct call_set *
wanted_calls(struct runner *r)
{
	static const enum call_id memory[] = { CALL_mmap, CALL_mmap2, CALL_brk, CALL_mremap,
		CALL_munmap };

	if (r->opts->all_calls || r->watch.needs.all_calls)
		return NULL;
	effects_wanted(&r->wanted, r->target->profile);
	for (size_t i = 0; r->watch.needs.memory_calls && i < ARRAY_LEN(memory); i++)
		call_set_add(&r->wanted, memory[i]);
	if (r->watch.needs.critical)
		critical_wanted(&r->wanted);
	return &r->wanted;
}

/* A slow machine is played by whoever holds tasks still: not ebpf. */
static enum capture_backend
backend_of(const struct run_opts *opts)
{
	bool is_slowed = opts->perturbed & PERTURB_SLOW;

	return is_slowed && opts->backend == BACKEND_EBPF ? BACKEND_AUTO : opts->backend;
}

static int
start(struct runner *r, struct err *err)
{
	const struct target *t = r->target;
	mode_t mask;
	int rc;

	if (outlet_open(&r->out, r->opts->stdout_path, r->text_limit, err) < 0 ||
		outlet_open(&r->err_out, r->opts->stderr_path, r->text_limit, err) < 0)
		return -1;
	struct capture_opts opts = {
		.backend = backend_of(r->opts),
		.grant = r->opts->grant,
		.grant_nr = r->opts->grant_nr,
		.argv = r->ready.argv,
		.envp = r->ready.envp,
		.cwd = r->ready.cwd,
		.stdio = { r->ready.in, outlet_fd(r->out), outlet_fd(r->err_out) },
		.follow = true,
		.wanted = wanted_calls(r),
		.payload_limit = PAYLOAD_LIMIT,
		.want_busy = r->watch.needs.busy,
		.want_input = t->profile == PROFILE_IO || t->profile == PROFILE_STRICT ||
			      r->opts->listings,
		.aslr = t->aslr || (r->opts->perturbed & PERTURB_ASLR),
		.deny_io_uring = t->deny_io_uring,
		.stack_depth = r->watch.needs.stacks ? STACK_DEPTH : 0,
		.needs_still = r->opts->perturbed & PERTURB_SLOW,
		.is_apart = true,
		.home = environ_get(r->ready.envp, "HOME"),
		.tmp = environ_get(r->ready.envp, "TMPDIR"),
		.sandbox = r->ready.sandbox->root,
		.tick = tick,
		.tick_arg = r,
		.tick_ms = TICK_MS,
		.linger_ms =
			(uint32_t)MIN((t->linger_ns + NS_PER_MS - 1) / NS_PER_MS, UINT32_MAX),
	};
	if (perturb_begin(r->opts->perturbed, &r->cpus, err) < 0)
		return -1;
	copy_stamp(r->ready.sandbox->root); /* "ls -la" in a sandbox shows ".." */
	r->end_ns = clock_monotonic_ns() + t->timeout_ns;
	mask = umask(022);
	rc = capture_start(&r->capture, &opts, err);
	if (rc < 0 && err->sys == EACCES && r->ready.argv != t->argv && !err->hint)
		err_hint(err, "'%s' must not be mounted noexec", r->ready.sandbox->root);
	umask(mask);
	outlet_close_writer(r->out);
	outlet_close_writer(r->err_out);
	return rc;
}

struct effects_opts
run_effects_opts(const struct config *config, const struct target *t)
{
	return (struct effects_opts){
		.keep_names = true,
		.profile = t->profile,
		.target = config->path[0] ? t->name : NULL,
		.ignore_paths = t->ignore_paths,
		.n_ignore_paths = t->n_ignore_paths,
		.redactions = t->redactions,
		.n_redactions = t->n_redactions,
		.text_limit = output_maps_text_limit(config, t),
	};
}

static int
begin_effects(struct runner *r, struct err *err)
{
	const struct trace_header *header = capture_header(r->capture);
	struct effects_opts opts = run_effects_opts(r->config, r->target);

	opts.listings = r->opts->listings;
	r->effects = watch_begin(&r->watch, header, &opts);
	if (r->opts->tape)
		tape_header(r->opts->tape, header);
	if (!r->opts->trace_path)
		return 0;
	return trace_writer_open(&r->writer, r->opts->trace_path, header, err);
}

static int
pass_on(struct runner *r, const struct event *event, struct err *err)
{
	if (r->writer && trace_write(r->writer, event, err) < 0)
		return -1;
	if (r->opts->tape && tape_event(r->opts->tape, event, err) < 0)
		return -1;
	return effects_event(r->effects, event, err);
}

static int
pass_state(void *arg, const struct path_state *state, struct err *err)
{
	struct runner *r = arg;
	struct event event = { .kind = EVENT_PATH, .time_ns = r->time_ns, .path = *state };

	event.seq = r->is_before ? 0 : ++r->seq;
	event.path.is_before = r->is_before;
	return pass_on(r, &event, err);
}

static int
follow(struct runner *r, struct err *err)
{
	struct event event;
	unsigned n = 0;
	int rc;

	while ((rc = capture_next(r->capture, &event, err)) > 0) {
		if (r->opts->perturbed & PERTURB_SLOW)
			perturb_hold_up(event.seq, &r->next_pause);
		r->seq = event.seq;
		r->time_ns = event.time_ns;
		if (pass_on(r, &event, err) < 0)
			return -1;
		if (++n % DRAIN_EVERY == 0) {
			outlet_drain(r->out);
			outlet_drain(r->err_out);
		}
	}
	return rc;
}

/* Paths outside the sandbox, whose states the walk over the sandbox does not give. */
struct outside {
	struct runner *runner;
	const char **paths;
	size_t n, room;
};

static void
note_path(void *arg, const char *path)
{
	struct outside *o = arg;

	if (paths_below(o->runner->ready.sandbox->root, path))
		return;
	o->paths = mem_grow(o->paths, o->n, &o->room, sizeof *o->paths);
	o->paths[o->n++] = arena_strdup(o->runner->arena, path);
}

static int
take_states_after(struct runner *r, struct err *err)
{
	struct outside outside = { .runner = r };
	struct path_state state;
	int rc;

	r->is_before = false;
	effects_paths(r->effects, note_path, &outside);
	rc = snapshot_tree(r->ready.sandbox->root, r->text_limit, pass_state, r, err);
	for (size_t i = 0; rc == 0 && i < outside.n; i++) {
		snapshot_path(&state, r->arena, outside.paths[i], r->text_limit);
		rc = pass_state(r, &state, err);
	}
	mem_free(outside.paths);
	return rc;
}

static struct received
received_by(struct outlet *o)
{
	struct received received = { 0 };

	outlet_drain(o);
	received.digest = outlet_digest(o);
	received.head = outlet_head(o, &received.n_head);
	return received;
}

static int
watch(struct runner *r, struct err *err)
{
	struct received out, err_out;

	r->is_before = true;
	if (snapshot_tree(r->ready.sandbox->root, r->text_limit, pass_state, r, err) < 0 ||
		follow(r, err) < 0 || take_states_after(r, err) < 0)
		return -1;
	r->run->footer = *capture_footer(r->capture);
	r->run->backend = capture_backend(r->capture);
	r->run->why = mem_strdup(capture_why(r->capture));
	r->run->status = capture_status(r->capture);
	if (r->writer && trace_writer_end(r->writer, &r->run->footer, err) < 0)
		return -1;
	out = received_by(r->out);
	err_out = received_by(r->err_out);
	effects_received(r->effects, "stdout", &out);
	effects_received(r->effects, "stderr", &err_out);
	if (r->opts->tape) {
		tape_received(r->opts->tape, TAPE_STDOUT, &out);
		tape_received(r->opts->tape, TAPE_STDERR, &err_out);
		tape_footer(r->opts->tape, &r->run->footer);
	}
	return watch_end(&r->watch, r->effects, &r->run->footer, &r->run->golden, err);
}

/* What left through a pipe of ours and what the trace saw leave must be the same number of
 * bytes: the pipe is a witness of its own. */
static void
compare_stream(struct runner *r, const char *key, uint64_t n)
{
	uint64_t seen = effects_written(r->effects, key);
	struct str s = { 0 };

	if (r->run->disagreement || seen == n)
		return;
	str_addf(&s, "the trace saw %llu bytes go to %s, and %llu came out of it",
		(unsigned long long)seen, key, (unsigned long long)n);
	r->run->disagreement = str_take(&s);
}

static int
finish(struct runner *r, struct err *err)
{
	struct run *run = r->run;

	if (outlet_finish(r->out, err) < 0 || outlet_finish(r->err_out, err) < 0)
		return -1;
	run->stdout_bytes = outlet_bytes(r->out);
	run->stderr_bytes = outlet_bytes(r->err_out);
	run->stdout_tail = outlet_tail(r->out, TAIL_LIMIT);
	run->stderr_tail = outlet_tail(r->err_out, TAIL_LIMIT);
	if (!run->footer.was_cut) {
		compare_stream(r, "stdout", run->stdout_bytes);
		compare_stream(r, "stderr", run->stderr_bytes);
	}
	run->golden->fingerprint = fingerprint_take(run->golden->arena,
		capture_header(r->capture), r->config->dir, environ_get(r->ready.envp, "PATH"));
	run->facts = effects_facts(r->effects);
	run->effects = TAKE(r->effects);
	run->columns = TAKE(r->watch.columns);
	return 0;
}

static int
run_in(struct runner *r, struct err *err)
{
	if (ready_make(&r->ready, r->arena, r->config, r->target, r->opts, &r->run->stderr_tail,
		    err) < 0 ||
		start(r, err) < 0 || begin_effects(r, err) < 0 || watch(r, err) < 0)
		return -1;
	return finish(r, err);
}

int
run_target(struct run *out, const struct config *config, const struct target *target,
	const struct run_opts *opts, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct runner r = {
		.config = config,
		.target = target,
		.opts = opts,
		.run = out,
		.arena = arena,
		.text_limit = output_maps_text_limit(config, target),
	};
	uint64_t began_ns = clock_monotonic_ns();
	int rc;

	*out = (struct run){ .status = -1 };
	watch_needs(&r.watch, config, target);
	if (opts->stacks) {
		r.watch.needs.stacks = true;
		r.watch.needs.columns |= origin_columns;
	}
	rc = run_in(&r, err);
	capture_free(r.capture); /* first: nothing may write into the sandbox any more */
	perturb_end(&r.cpus);
	trace_writer_free(r.writer);
	columns_free(r.watch.columns);
	effects_free(r.effects);
	outlet_free(r.out);
	outlet_free(r.err_out);
	if (r.ready.sandbox && opts->keep_sandbox)
		out->sandbox = mem_strdup(r.ready.sandbox->root);
	if (rc < 0)
		ready_done(&r.ready);
	else
		rc = ready_remove(&r.ready, err);
	out->time_ns = clock_monotonic_ns() - began_ns;
	if (rc < 0) {
		char *printed = TAKE(out->stderr_tail);

		run_done(out);
		out->stderr_tail = printed;
	}
	return rc;
}

void
run_done(struct run *r)
{
	golden_free(r->golden);
	columns_free(r->columns);
	effects_free(r->effects);
	mem_free(r->disagreement);
	mem_free(r->stdout_tail);
	mem_free(r->stderr_tail);
	mem_free(r->sandbox);
	mem_free(r->why);
	mem_free(r->again);
	*r = (struct run){ .status = -1 };
}

int
run_exit(const struct run *r)
{
	if (r->status < 0)
		return -1;
	return WIFEXITED(r->status) ? WEXITSTATUS(r->status) : 128 + WTERMSIG(r->status);
}

const char *
run_end_words(struct arena *arena, const struct run *r)
{
	const char *name;

	if (r->status < 0 || WIFEXITED(r->status))
		return arena_printf(arena, "it exited %d", run_exit(r));
	name = sigabbrev_np(WTERMSIG(r->status));
	return name ? arena_printf(arena, "it was killed by SIG%s (%d)", name, run_exit(r))
		    : arena_printf(arena, "it was killed by signal %d (%d)",
			      WTERMSIG(r->status), run_exit(r));
}
