/* SPDX-License-Identifier: MIT */
/* ebpf_test.c - records of the kernel half become the events that ptrace(2) would give */
#include "unit/test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "capture/ebpf.h"
#include "capture/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST 100

struct run {
	struct bpf_session session;
	struct drain *drain;
	uint64_t now;
};

static struct run
run_new(void)
{
	struct run r = { .now = 1000 };
	struct capture_opts opts = {
		.follow = true, .payload_limit = 4096, .want_input = true
	};

	r.drain = drain_new(&opts, &r.session, NULL, NULL);
	r.drain->first_pid = FIRST;
	task_add(&r.drain->tasks, FIRST)->phase = TASK_LIVE;
	return r;
}

static void
run_done(struct run *r)
{
	drain_free(r->drain);
}

/* In memory that ends with it, so that a reader that goes too far is noticed. */
static void
give(struct run *r, void *record, size_t size)
{
	struct record *exact = malloc(size);

	memcpy(exact, record, size);
	exact->size = (uint32_t)size;
	exact->time_ns = r->now += 10;
	drain_take(r->drain, exact, size, exact->time_ns);
	free(exact);
}

static struct event
want(struct run *r, enum event_kind kind, uint32_t task)
{
	struct event event;

	assert_int_equal(drain_pop(r->drain, &event), 1);
	assert_int_equal(event.kind, kind);
	assert_int_equal(event.task, task);
	return event;
}

static void
want_none(struct run *r)
{
	struct event event;

	assert_int_equal(drain_pop(r->drain, &event), 0);
}

struct call_text {
	struct record_call call;
	uint8_t bytes[512];
	size_t n;
};

static void
add(struct call_text *t, uint64_t address, uint8_t state, const void *bytes, uint32_t size)
{
	struct snippet s = { .address = address, .size = size, .state = state };

	memcpy(t->bytes + t->n, &s, sizeof s);
	t->n += sizeof s;
	t->call.n_snippets++;
	if (state != SNIPPET_OK)
		return;
	memcpy(t->bytes + t->n, bytes, size);
	t->n += (size + 7) & ~7u;
}

static struct call_text
call_of(int32_t tid, uint16_t kind, uint32_t nr, int64_t ret)
{
	return (struct call_text){ .call = {
					   .head = { .kind = kind, .pid = tid, .tid = tid },
					   .nr = nr,
					   .arch = ARCH_X86_64,
					   .ret = ret,
				   } };
}

static void
give_call(struct run *r, struct call_text *t)
{
	t->call.enter_ns = t->call.enter_ns ? t->call.enter_ns : r->now + 1;
	give(r, t, sizeof t->call + t->n);
}

static void
simple_call(struct run *r, int32_t tid, uint32_t nr, int64_t ret)
{
	struct call_text t = call_of(tid, RECORD_CALL, nr, ret);

	give_call(r, &t);
}

static void
fork_of(struct run *r, int32_t parent, int32_t pid, int32_t tid, enum start_how how)
{
	struct record_fork rec = {
		.head = { .kind = RECORD_FORK, .pid = parent, .tid = parent },
		.child_pid = pid,
		.child_tid = tid,
		.flags = 17,
		.how = how
	};

	give(r, &rec, sizeof rec);
}

static void
exit_of(struct run *r, int32_t pid, int32_t tid, int32_t status, bool is_process)
{
	struct record_exit rec = { .head = { .kind = RECORD_EXIT, .pid = pid, .tid = tid },
		.status = status,
		.is_process = is_process,
		.peak_rss_bytes = is_process ? 4096 : 0 };

	give(r, &rec, sizeof rec);
}

static void
started(struct run *r)
{
	simple_call(r, FIRST, SYS_getppid, 1);
	assert_int_equal(want(r, EVENT_START, 1).start.how, START_FIRST);
	want(r, EVENT_CALL, 1);
	want_none(r);
}

static void
a_call_carries_what_was_copied(void **state)
{
	struct call_text t = call_of(FIRST, RECORD_CALL, SYS_openat, -ENOENT);
	struct run r = run_new();
	struct event event;
	const char *path;
	size_t n;
	(void)state;

	started(&r);
	t.call.arg[1] = 0x5000;
	add(&t, 0x5000, SNIPPET_OK, "/etc/none", 10);
	give_call(&r, &t);
	event = want(&r, EVENT_CALL, 1);
	path = decode_string(&event.call, 1, &n);
	assert_int_equal(n, 9);
	assert_memory_equal(path, "/etc/none", 9);
	assert_int_equal(event.call.ret, -ENOENT);
	assert_true(event.call.is_error);
	assert_true(event.call.enter_seq < event.seq);
	assert_int_equal(event.time_ns, r.now);
	assert_int_equal(r.drain->n_lost, 0);
	run_done(&r);
}

static void
a_payload_ends_with_what_was_moved(void **state)
{
	struct call_text t = call_of(FIRST, RECORD_CALL, SYS_write, 3);
	struct run r = run_new();
	struct event event;
	(void)state;

	started(&r);
	t.call.arg[1] = 0x5000;
	t.call.arg[2] = 8;
	add(&t, 0x5000, SNIPPET_OK, "abc", 3);
	give_call(&r, &t);
	event = want(&r, EVENT_CALL, 1);
	assert_int_equal(event.call.n_areas, 2); /* before the call, and what went out */
	assert_int_equal(event.call.areas[0].size, 3);
	assert_int_equal(event.call.areas[0].kept, 3);
	assert_int_equal(r.drain->n_lost, 0);
	run_done(&r);
}

static void
what_was_not_copied_is_lost_and_named(void **state)
{
	static const struct {
		uint8_t state;
		int64_t ret;
		bool is_lost;
		const char *reason;
	} rows[] = {
		{ SNIPPET_CUT, 8, true, "4 bytes of write were not copied" },
		{ SNIPPET_FAULT, 8, true, "4 bytes of write could not be read" },
		{ SNIPPET_LATER, 8, true, "4 bytes of write could not be read later" },
		{ SNIPPET_UNSEEN, 8, false, "" },
		{ SNIPPET_FAULT, -EFAULT, false, "" },
		{ SNIPPET_CUT, -EPIPE, false, "" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct call_text t = call_of(FIRST, RECORD_CALL, SYS_write, rows[i].ret);
		struct run r = run_new();

		started(&r);
		t.call.arg[1] = 0x5000;
		t.call.arg[2] = 8;
		add(&t, 0x5000, SNIPPET_OK, "abcd", 4);
		add(&t, 0x5004, rows[i].state, NULL, 4);
		give_call(&r, &t);
		want(&r, EVENT_CALL, 1);
		assert_int_equal(r.drain->n_lost, rows[i].is_lost);
		assert_string_equal(r.drain->footer.reason, rows[i].reason);
		run_done(&r);
	}
}

static void
memory_before_a_call_comes_from_its_entry(void **state)
{
	struct call_text entry = call_of(FIRST, RECORD_ENTRY, SYS_poll, 0);
	struct call_text more = call_of(FIRST, RECORD_MORE, SYS_poll, 0);
	struct call_text exit = call_of(FIRST, RECORD_CALL, SYS_poll, 1);
	struct run r = run_new();
	struct event event;
	(void)state;

	started(&r);
	entry.call.arg[0] = exit.call.arg[0] = 0x5000;
	entry.call.arg[1] = exit.call.arg[1] = 2;
	entry.call.enter_ns = exit.call.enter_ns = 2000;
	add(&more, 0x5000, SNIPPET_OK, "BEFORE--", 8);
	add(&entry, 0x5008, SNIPPET_OK, "before--", 8);
	add(&exit, 0x5000, SNIPPET_OK, "AFTER---after---", 16);
	give_call(&r, &more);
	give_call(&r, &entry);
	want_none(&r);
	give_call(&r, &exit);
	event = want(&r, EVENT_CALL, 1);
	assert_int_equal(event.call.n_areas, 2);
	assert_memory_equal(event.call.areas[0].bytes, "BEFORE--before--", 16);
	assert_memory_equal(event.call.areas[1].bytes, "AFTER---after---", 16);
	assert_int_equal(r.drain->n_lost, 0);
	/* The entry of a call whose end was lost is not taken for that of the next one. */
	give_call(&r, &entry);
	exit.call.enter_ns = 0;
	give_call(&r, &exit);
	event = want(&r, EVENT_CALL, 1);
	assert_memory_equal(event.call.areas[0].bytes, "AFTER---", 8);
	run_done(&r);
}

static void
an_interrupted_call_is_told_with_what_follows(void **state)
{
	static const struct {
		int64_t ret;
		int32_t status; /* of the end that follows; -1: a call does */
		enum call_state state;
	} rows[] = {
		{ -512, -1, CALL_RESTARTED },
		{ -EINTR, -1, CALL_DONE },
		{ -512, 9, CALL_UNFINISHED },
		{ -EINTR, 0x300, CALL_UNFINISHED },
		{ -512, SIGTERM, CALL_RESTARTED },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct run r = run_new();
		struct event event;

		started(&r);
		simple_call(&r, FIRST, SYS_pause, rows[i].ret);
		want_none(&r);
		if (rows[i].status < 0)
			simple_call(&r, FIRST, SYS_getppid, 1);
		else
			exit_of(&r, FIRST, FIRST, rows[i].status, true);
		event = want(&r, EVENT_CALL, 1);
		assert_int_equal(event.call.state, rows[i].state);
		assert_true(event.time_ns < r.now);
		want(&r, rows[i].status < 0 ? EVENT_CALL : EVENT_EXIT, 1);
		run_done(&r);
	}
}

/* A child that waits, until a hold has attached to it and let it go again at once. */
static pid_t
interrupted_child(struct hold **hold, uint64_t *before_ns, uint64_t *after_ns)
{
	const struct timespec moment = { .tv_nsec = NS_PER_MS };
	pid_t pid = fork();

	assert_true(pid >= 0);
	while (!pid)
		pause();
	*hold = hold_new(pid);
	hold_born(*hold, pid, pid);
	while (proc_state(pid) != 'S')
		nanosleep(&moment, NULL);
	hold_pass(*hold, 25, 100);
	*before_ns = clock_monotonic_ns();
	hold_part(*hold, pid);
	*after_ns = clock_monotonic_ns();
	assert_true(hold_cut(*hold, pid, *before_ns, *after_ns));
	assert_false(hold_cut(*hold, pid, *after_ns, UINT64_MAX));
	assert_false(hold_cut(*hold, pid, 0, *before_ns));
	return pid;
}

static void
a_call_that_we_alone_interrupted_is_told_once(void **state)
{
	static const struct {
		int64_t ret;
		uint32_t next_nr;
		bool is_later, has_signal, is_once;
	} rows[] = {
		/* SYS_pause is none of those that the kernel makes again so. */
		{ -516, SYS_restart_syscall, false, false, false },
		{ -512, SYS_pause, false, false, true },
		{ -EINTR, SYS_pause, false, false, true },
		{ -512, SYS_pause, true, false, false },
		{ -512, SYS_getppid, false, false, false },
		{ -512, SYS_pause, false, true, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct run r = run_new();
		uint64_t before, after;
		struct event event;
		struct hold *hold;
		pid_t pid = interrupted_child(&hold, &before, &after);
		struct call_text entry = call_of(pid, RECORD_CALL, SYS_pause, rows[i].ret);
		struct call_text again = call_of(pid, RECORD_CALL, rows[i].next_nr, 5);
		struct record_signal signal = { .head = { RECORD_SIGNAL, 0, 0, 0, pid, pid },
			.signal = SIGUSR1 };

		r.drain->first_pid = pid;
		task_add(&r.drain->tasks, pid)->phase = TASK_LIVE;
		r.drain->hold = hold;
		entry.call.enter_ns = before - 100;
		r.now = rows[i].is_later ? after + NS_PER_MS : before;
		give_call(&r, &entry);
		want(&r, EVENT_START, 1);
		want_none(&r);
		r.now += after - before;
		if (rows[i].has_signal)
			give(&r, &signal, sizeof signal);
		again.call.enter_ns = r.now + 1;
		give_call(&r, &again);
		event = want(&r, EVENT_CALL, 1);
		if (rows[i].is_once) {
			assert_int_equal(event.call.ret, 5);
			assert_int_equal(event.call.enter_ns, before - 100);
		} else {
			assert_int_equal(event.call.state, CALL_RESTARTED);
			event = want(&r, rows[i].has_signal ? EVENT_SIGNAL : EVENT_CALL, 1);
		}
		kill(pid, SIGKILL);
		run_done(&r);
		assert_true(waitpid(pid, NULL, 0) == pid || errno == ECHILD);
	}
}

static void
a_birth_that_we_alone_interrupted_is_told_once(void **state)
{
	struct run r = run_new();
	uint64_t before, after;
	struct hold *hold;
	pid_t pid = interrupted_child(&hold, &before, &after);
	struct call_text entry = call_of(pid, RECORD_CALL, SYS_clone, -513);
	struct call_text again = call_of(pid, RECORD_CALL, SYS_clone, pid + 1);
	struct event event;
	(void)state;

	r.drain->first_pid = pid;
	task_add(&r.drain->tasks, pid)->phase = TASK_LIVE;
	r.drain->hold = hold;
	entry.call.enter_ns = before - 100;
	r.now = before;
	give_call(&r, &entry);
	want(&r, EVENT_START, 1);
	want_none(&r);
	r.now += after - before;
	again.call.enter_ns = r.now;
	fork_of(&r, pid, pid, pid + 1, START_FORK);
	want(&r, EVENT_START, 2);
	give_call(&r, &again);
	event = want(&r, EVENT_CALL, 1);
	assert_int_equal(event.call.ret, pid + 1);
	assert_int_equal(event.call.enter_ns, before - 100);
	want_none(&r);
	kill(pid, SIGKILL);
	run_done(&r);
	assert_true(waitpid(pid, NULL, 0) == pid || errno == ECHILD);
}

static void
a_process_ends_with_its_leader_whoever_was_last(void **state)
{
	struct run r = run_new();
	struct event event;
	(void)state;

	started(&r);
	fork_of(&r, FIRST, FIRST, 101, START_THREAD);
	fork_of(&r, FIRST, FIRST, 102, START_THREAD);
	event = want(&r, EVENT_START, 2);
	assert_int_equal(event.start.process, 1);
	assert_int_equal(event.start.how, START_THREAD);
	want(&r, EVENT_START, 3);
	exit_of(&r, FIRST, FIRST, 0, false);
	want_none(&r);
	/* The record of the last but one may come behind that of the last. */
	exit_of(&r, FIRST, 102, 0x700, true);
	assert_false(want(&r, EVENT_EXIT, 3).exit.is_process);
	want_none(&r);
	exit_of(&r, FIRST, 101, 0, false);
	want(&r, EVENT_EXIT, 2);
	event = want(&r, EVENT_EXIT, 1);
	assert_true(event.exit.is_process);
	assert_int_equal(event.exit.status, 0x700);
	assert_int_equal(event.exit.peak_rss_bytes, 4096);
	want_none(&r);
	assert_int_equal(r.drain->tasks.n, 0);
	run_done(&r);
}

static void
a_thread_that_executes_becomes_the_leader(void **state)
{
	struct {
		struct record_exec exec;
		char path[8], filename[8], args[16];
	} rec = { .exec = { .head = { .kind = RECORD_EXEC, .pid = FIRST, .tid = FIRST },
			  .former_tid = 101,
			  .has_path = 1,
			  .n_path = 7,
			  .n_filename = 5,
			  .n_args = 10 },
		.path = "/bin/t",
		.filename = "./tt",
		.args = "./tt\0more" };
	struct call_text entry = call_of(101, RECORD_ENTRY, SYS_execve, 0);
	struct call_text exit = call_of(FIRST, RECORD_CALL, SYS_execve, 0);
	uint64_t pointers[3] = { 0x6000, 0x6010, 0 };
	struct run r = run_new();
	struct event event;
	const char *path;
	size_t n;
	(void)state;

	started(&r);
	fork_of(&r, FIRST, FIRST, 101, START_THREAD);
	want(&r, EVENT_START, 2);
	entry.call.arg[0] = exit.call.arg[0] = 0x5000;
	entry.call.arg[1] = exit.call.arg[1] = 0x5100;
	entry.call.enter_ns = exit.call.enter_ns = 5000;
	add(&entry, 0x5000, SNIPPET_FAULT, NULL, 64);
	add(&entry, 0x5100, SNIPPET_OK, pointers, sizeof pointers);
	add(&entry, 0x6000, SNIPPET_FAULT, NULL, 16);
	add(&entry, 0x6010, SNIPPET_OK, "more", 5);
	give_call(&r, &entry);
	exit_of(&r, FIRST, FIRST, 0, false);
	want_none(&r);
	give(&r, &rec, sizeof rec);
	want(&r, EVENT_EXIT, 2);
	event = want(&r, EVENT_EXEC, 1);
	assert_int_equal(event.exec.from, 2);
	assert_string_equal(event.exec.path, "/bin/t");
	want_none(&r);
	give_call(&r, &exit);
	event = want(&r, EVENT_CALL, 1);
	path = decode_string(&event.call, 0, &n);
	assert_int_equal(n, 4);
	assert_memory_equal(path, "./tt", 4);
	assert_int_equal(event.call.n_areas, 4);
	assert_memory_equal(event.call.areas[2].bytes, "./tt", 4);
	assert_memory_equal(event.call.areas[3].bytes, "more", 4);
	assert_int_equal(r.drain->n_lost, 0);
	exit_of(&r, FIRST, FIRST, 0, true);
	assert_true(want(&r, EVENT_EXIT, 1).exit.is_process);
	assert_int_equal(r.drain->tasks.n, 0);
	run_done(&r);
}

static void
a_path_below_a_descriptor_comes_from_what_the_kernel_names(void **state)
{
	static const struct {
		const char *filename, *path;
	} rows[] = { { "/dev/fd/7", "" }, { "/dev/fd/7/a/b", "a/b" }, { "/bin/t", "/bin/t" },
		{ "/dev/fd/70", "/dev/fd/70" } };
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct {
			struct record_exec exec;
			char path[8], filename[16];
		} rec = { .exec = { .head = { .kind = RECORD_EXEC, .pid = FIRST, .tid = FIRST },
				  .former_tid = FIRST,
				  .has_path = 1,
				  .n_path = 7,
				  .n_filename = (uint32_t)strlen(rows[i].filename) + 1 },
			.path = "/bin/t" };
		struct call_text entry = call_of(FIRST, RECORD_ENTRY, SYS_execveat, 0);
		struct call_text exit = call_of(FIRST, RECORD_CALL, SYS_execveat, 0);
		struct run r = run_new();
		struct event event;
		const char *path;
		size_t n;

		started(&r);
		memcpy(rec.filename, rows[i].filename, rec.exec.n_filename);
		entry.call.arg[0] = exit.call.arg[0] = 7;
		entry.call.arg[1] = exit.call.arg[1] = 0x5000;
		entry.call.arg[4] = exit.call.arg[4] = AT_EMPTY_PATH;
		entry.call.enter_ns = exit.call.enter_ns = 5000;
		add(&entry, 0x5000, SNIPPET_FAULT, NULL, 1);
		give_call(&r, &entry);
		give(&r, &rec, sizeof rec);
		want(&r, EVENT_EXEC, 1);
		give_call(&r, &exit);
		event = want(&r, EVENT_CALL, 1);
		path = decode_string(&event.call, 1, &n);
		assert_int_equal(n, strlen(rows[i].path));
		assert_memory_equal(path, rows[i].path, n);
		assert_int_equal(r.drain->n_lost, 0);
		run_done(&r);
	}
}

static void
a_refused_call_is_told_as_denied_and_once(void **state)
{
	struct call_text t = call_of(FIRST, RECORD_CALL, SYS_getppid, -EPERM);
	struct run r = run_new();
	(void)state;

	started(&r);
	t.call.how = CALL_HOW_NO_ENTRY;
	give_call(&r, &t);
	assert_int_equal(want(&r, EVENT_CALL, 1).call.state, CALL_DENIED);
	t.call.how = CALL_HOW_STRANGE;
	give_call(&r, &t);
	want_none(&r);
	run_done(&r);
}

static void
a_stop_is_told_of_each_task_and_ours_are_not(void **state)
{
	struct record_signal rec = {
		.head = { .kind = RECORD_SIGNAL, .pid = FIRST, .tid = FIRST },
		.signal = SIGSTOP,
		.code = SI_USER,
		.sender_pid = 7
	};
	struct run r = run_new();
	(void)state;

	started(&r);
	fork_of(&r, FIRST, FIRST, 101, START_THREAD);
	want(&r, EVENT_START, 2);
	give(&r, &rec, sizeof rec);
	assert_false(want(&r, EVENT_SIGNAL, 1).signal.is_stop);
	assert_true(want(&r, EVENT_SIGNAL, 2).signal.is_stop);
	assert_true(want(&r, EVENT_SIGNAL, 1).signal.is_stop);
	rec.code = SI_KERNEL;
	give(&r, &rec, sizeof rec);
	want_none(&r);
	run_done(&r);
}

static void
signal_of(struct run *r, int signal)
{
	struct record_signal rec = {
		.head = { .kind = RECORD_SIGNAL, .pid = FIRST, .tid = FIRST },
		.signal = signal,
		.sender_pid = FIRST
	};

	give(r, &rec, sizeof rec);
}

static void
a_signal_that_ends_a_task_comes_behind_the_call_it_was_sent_in(void **state)
{
	struct call_text kill = call_of(FIRST, RECORD_CALL, SYS_kill, 0);
	struct run r = run_new();
	(void)state;

	started(&r);
	kill.call.enter_ns = r.now + 1;
	signal_of(&r, SIGTERM);
	want_none(&r);
	give_call(&r, &kill);
	want(&r, EVENT_CALL, 1);
	assert_int_equal(want(&r, EVENT_SIGNAL, 1).signal.signal, SIGTERM);
	exit_of(&r, FIRST, FIRST, SIGTERM, true);
	want(&r, EVENT_EXIT, 1);
	run_done(&r);
}

static void
a_signal_that_ends_a_wait_comes_behind_it(void **state)
{
	struct call_text wait = call_of(FIRST, RECORD_CALL, SYS_pause, -514);
	struct run r = run_new();
	(void)state;

	started(&r);
	wait.call.enter_ns = r.now + 1;
	signal_of(&r, SIGALRM);
	give_call(&r, &wait);
	want_none(&r); /* whether it goes on, the next record says */
	exit_of(&r, FIRST, FIRST, SIGALRM, true);
	assert_int_equal(want(&r, EVENT_CALL, 1).call.state, CALL_RESTARTED);
	want(&r, EVENT_SIGNAL, 1);
	want(&r, EVENT_EXIT, 1);
	run_done(&r);
}

static void
a_signal_outside_of_calls_comes_before_what_follows(void **state)
{
	struct run r = run_new();
	(void)state;

	started(&r);
	signal_of(&r, SIGUSR1);
	signal_of(&r, SIGSEGV);
	simple_call(&r, FIRST, SYS_getppid, 1);
	assert_int_equal(want(&r, EVENT_SIGNAL, 1).signal.signal, SIGUSR1);
	assert_int_equal(want(&r, EVENT_SIGNAL, 1).signal.signal, SIGSEGV);
	want(&r, EVENT_CALL, 1);
	signal_of(&r, SIGTERM);
	exit_of(&r, FIRST, FIRST, SIGTERM, true);
	want(&r, EVENT_SIGNAL, 1);
	want(&r, EVENT_EXIT, 1);
	run_done(&r);
}

static void
signals_that_are_ignored_all_come_behind_the_call_and_stop_nobody(void **state)
{
	struct call_text call = call_of(FIRST, RECORD_CALL, SYS_getppid, 1);
	struct record_signal rec = {
		.head = { .kind = RECORD_SIGNAL, .pid = FIRST, .tid = FIRST },
		.sender_pid = FIRST,
		.fate = SIGNAL_IGNORED
	};
	static const int signals[] = { SIGTSTP, SIGCHLD, SIGCHLD, SIGCONT };
	struct run r = run_new();
	(void)state;

	started(&r);
	call.call.enter_ns = r.now + 1;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		rec.signal = signals[i];
		give(&r, &rec, sizeof rec);
	}
	want_none(&r);
	give_call(&r, &call);
	want(&r, EVENT_CALL, 1);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		assert_int_equal(want(&r, EVENT_SIGNAL, 1).signal.signal, signals[i]);
	want_none(&r);
	run_done(&r);
}

/* More than are kept: none is lost, and they come in their order. */
static void
a_storm_of_ignored_signals_in_one_call_is_told(void **state)
{
	struct record_signal rec = {
		.head = { .kind = RECORD_SIGNAL, .pid = FIRST, .tid = FIRST },
		.signal = SIGURG,
		.fate = SIGNAL_IGNORED
	};
	struct call_text call = call_of(FIRST, RECORD_CALL, SYS_getppid, 1);
	struct run r = run_new();
	struct event event;
	int n = 0;
	(void)state;

	started(&r);
	call.call.enter_ns = r.now + 1;
	for (int i = 0; i < 1000; i++) {
		rec.sender_pid = i;
		give(&r, &rec, sizeof rec);
		while (drain_pop(r.drain, &event))
			assert_int_equal(event.signal.pid, n++);
	}
	give_call(&r, &call);
	while (drain_pop(r.drain, &event)) {
		if (event.kind == EVENT_SIGNAL)
			assert_int_equal(event.signal.pid, n++);
	}
	assert_int_equal(n, 1000);
	run_done(&r);
}

/* Whoever has just ended is not asked whether he would have ignored it. */
static void
an_ignored_signal_of_who_is_gone_is_no_loss(void **state)
{
	struct record_signal rec = { .head = { .kind = RECORD_SIGNAL, .pid = 999, .tid = 999 },
		.signal = SIGCHLD,
		.fate = SIGNAL_IGNORED };
	struct run r = run_new();
	(void)state;

	started(&r);
	give(&r, &rec, sizeof rec);
	want_none(&r);
	assert_int_equal(r.drain->n_strange, 0);
	rec.fate = SIGNAL_HANDLED;
	give(&r, &rec, sizeof rec);
	assert_int_equal(r.drain->n_strange, 1);
	run_done(&r);
}

static void
records_that_make_no_sense_are_counted(void **state)
{
	struct record_exec exec = { .head = { .kind = RECORD_EXEC, .pid = FIRST, .tid = FIRST },
		.former_tid = FIRST,
		.n_path = UINT32_MAX,
		.n_args = 1 };
	struct call_text call = call_of(FIRST, RECORD_CALL, SYS_getppid, 0);
	struct record rec = { .kind = N_RECORD_KINDS, .pid = FIRST, .tid = FIRST };
	struct run r = run_new();
	(void)state;

	started(&r);
	give(&r, &rec, sizeof rec);
	rec.kind = RECORD_NONE;
	give(&r, &rec, sizeof rec);
	rec.kind = RECORD_EXIT; /* too short */
	give(&r, &rec, sizeof rec);
	give(&r, &exec, sizeof exec);
	fork_of(&r, FIRST, 0, 0, START_FORK);
	fork_of(&r, FIRST, 5, 5, START_FIRST);
	call.call.arch = HINT_ARCHES;
	give_call(&r, &call);
	want_none(&r);
	assert_int_equal(r.drain->n_unsound, 7);
	simple_call(&r, 999, SYS_getppid, 1);
	want_none(&r);
	assert_int_equal(r.drain->n_strange, 1);
	/* Too many snippets: the call is told, what it carries is not known. */
	call.call.arch = ARCH_X86_64;
	call.call.n_snippets = 3;
	give_call(&r, &call);
	want(&r, EVENT_CALL, 1);
	assert_int_equal(r.drain->n_unsound, 8);
	run_done(&r);
}

static void
sequence_numbers_grow_when_times_do_not(void **state)
{
	struct run r = run_new();
	uint64_t last = 0;
	struct event event;
	(void)state;

	started(&r);
	for (int i = 0; i < 50; i++) {
		r.now -= 10;
		simple_call(&r, FIRST, SYS_getppid, 1);
		event = want(&r, EVENT_CALL, 1);
		assert_true(event.seq > last);
		assert_true(event.call.enter_seq < event.seq);
		last = event.seq;
	}
	run_done(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_carries_what_was_copied),
		cmocka_unit_test(a_payload_ends_with_what_was_moved),
		cmocka_unit_test(what_was_not_copied_is_lost_and_named),
		cmocka_unit_test(memory_before_a_call_comes_from_its_entry),
		cmocka_unit_test(an_interrupted_call_is_told_with_what_follows),
		cmocka_unit_test(a_call_that_we_alone_interrupted_is_told_once),
		cmocka_unit_test(a_birth_that_we_alone_interrupted_is_told_once),
		cmocka_unit_test(a_process_ends_with_its_leader_whoever_was_last),
		cmocka_unit_test(a_thread_that_executes_becomes_the_leader),
		cmocka_unit_test(a_path_below_a_descriptor_comes_from_what_the_kernel_names),
		cmocka_unit_test(a_refused_call_is_told_as_denied_and_once),
		cmocka_unit_test(a_stop_is_told_of_each_task_and_ours_are_not),
		cmocka_unit_test(
			a_signal_that_ends_a_task_comes_behind_the_call_it_was_sent_in),
		cmocka_unit_test(a_signal_that_ends_a_wait_comes_behind_it),
		cmocka_unit_test(a_signal_outside_of_calls_comes_before_what_follows),
		cmocka_unit_test(
			signals_that_are_ignored_all_come_behind_the_call_and_stop_nobody),
		cmocka_unit_test(a_storm_of_ignored_signals_in_one_call_is_told),
		cmocka_unit_test(an_ignored_signal_of_who_is_gone_is_no_loss),
		cmocka_unit_test(records_that_make_no_sense_are_counted),
		cmocka_unit_test(sequence_numbers_grow_when_times_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
