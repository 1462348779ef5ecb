/* SPDX-License-Identifier: MIT */
/* probe_ebpf.c - whether ebpf works here: a program is run under it, and its calls must be seen
 */

#include "capture/probe.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "capture/choice.h"
#include "capture/grant.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* It must be seen to start, to make a call and to end. */
struct seen {
	bool exec, exit;
	uint64_t n_calls;
};

static int
watch(struct seen *seen, struct capture *c, struct err *err)
{
	struct event event;
	int rc;

	while ((rc = capture_next(c, &event, err)) > 0) {
		seen->exec = seen->exec || event.kind == EVENT_EXEC;
		seen->exit = seen->exit || event.kind == EVENT_EXIT;
		seen->n_calls += event.kind == EVENT_CALL;
	}
	return rc;
}

static bool
cut_short(void *arg)
{
	return clock_monotonic_ns() > *(uint64_t *)arg;
}

static int
run(struct backend_state *out, const struct capture_grant *grant, const char *program,
	struct err *err)
{
	const char *const argv[] = { program, NULL }, *const envp[] = { NULL };
	AUTO(fd_close) int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	AUTO(capture_free) struct capture *c = NULL;
	uint64_t end_ns = clock_monotonic_ns() + 10 * NS_PER_S;
	struct capture_opts opts = { .backend = BACKEND_EBPF,
		.grant = grant,
		.argv = argv,
		.envp = envp,
		.cwd = "/",
		.stdio = { null, null, null },
		.follow = true,
		.aslr = true,
		.tick = cut_short,
		.tick_arg = &end_ns,
		.tick_ms = 50 };
	struct seen seen = { 0 };

	if (capture_start(&c, &opts, err) < 0 || watch(&seen, c, err) < 0)
		return -1;
	if (!trace_is_complete(capture_footer(c)))
		return err_set(err, "a trace of '%s' is not complete: %s", program,
			capture_footer(c)->reason);
	if (!seen.exec || !seen.exit || !seen.n_calls || capture_status(c) != 0)
		return err_set(err, "it loads, but '%s' was not seen as it is", program);
	snprintf(out->text, sizeof out->text,
		"loaded and attached in %" PRIu64 " ms; '%s' made %" PRIu64 " calls, all seen",
		grant_opening_ns(grant) / NS_PER_MS, program, seen.n_calls);
	return 0;
}

/* It works when it is named; whether it is taken when it is not, is more. */
static void
ask_auto(struct backend_state *out, const struct capture_grant *grant, const char *program)
{
	const char *const argv[] = { program, NULL }, *const envp[] = { NULL };
	const struct capture_opts opts = { .backend = BACKEND_AUTO,
		.grant = grant,
		.argv = argv,
		.envp = envp,
		.cwd = "/",
		.follow = true };
	struct err err = { 0 };
	struct choice choice;

	if (choice_make(&choice, &opts, &err) < 0)
		snprintf(out->but, sizeof out->but, "%s", err.text);
	else if (choice.backend != BACKEND_EBPF)
		snprintf(out->but, sizeof out->but, "%s", choice.why);
	choice_done(&choice);
	err_drop(&err); /* said */
}

void
probe_ebpf(struct backend_state *out, const struct capture_grant *lent)
{
	AUTO(capture_grant_free)
	struct capture_grant *own = lent ? NULL : capture_grant_new(1, BACKEND_EBPF);
	const struct capture_grant *grant = lent ? lent : own;
	static const char *const programs[] = { "/bin/true", "/usr/bin/true" };
	static const char known[] = "backend ebpf: ";
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(programs) && !out->works; i++) {
		err_done(&err);
		out->works = run(out, grant, programs[i], &err) == 0;
		if (out->works)
			ask_auto(out, grant, programs[i]);
		if (err.sys != ENOENT)
			break;
	}
	if (out->works)
		return;
	snprintf(out->text, sizeof out->text, "%s",
		err.text + (str_has_prefix(err.text, known) ? strlen(known) : 0));
	snprintf(out->remedy, sizeof out->remedy, "%s",
		err.hint ? err.hint : "use backend ptrace, and tell us what this says");
	err_drop(&err); /* said */
}
