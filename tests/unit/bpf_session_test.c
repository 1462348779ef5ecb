/* SPDX-License-Identifier: MIT */
/* bpf_session_test.c - what the kernel half tells of the life of a child of ours */

#include "bpf_told.h"

#include "base/file.h"
#include "capture/bpf_load.h"

#include <limits.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>

static void
write_hello(void)
{
	char text[] = "hello"; /* present: on the stack */

	if (write(-1, text, 5) >= 0)
		_exit(1);
}

static void
a_call_is_told_with_what_it_points_to(void **state)
{
	const struct hint rows[] = { { HINT_DATA_OUT, 1, 2, HINT_AT_EXIT, 0, 0 } };
	const struct record_call *c;
	const struct snippet *s;
	const void *bytes;
	struct told t;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_write, rows, ARRAY_LEN(rows));
	trace(&t, write_hello);
	c = find_call(&t, RECORD_CALL, SYS_write, &at);
	assert_non_null(c);
	assert_int_equal(c->head.pid, t.pid);
	assert_int_equal(c->head.tid, t.pid);
	assert_int_equal(c->arg[2], 5);
	assert_int_equal(c->ret, -EBADF);
	assert_int_equal(c->how, CALL_HOW_RETURNED);
	assert_true(c->enter_ns < c->head.time_ns);
	assert_int_equal(c->n_snippets, 1);
	s = snippet(c, 0, &bytes);
	assert_int_equal(s->address, c->arg[1]);
	assert_int_equal(s->state, SNIPPET_OK);
	assert_int_equal(s->size, 5);
	assert_memory_equal(bytes, "hello", 5);
	assert_int_equal(t.n_lost, 0);
	forget(&t);
}

static void
the_end_is_told_with_the_call_that_does_not_return(void **state)
{
	const struct record_call *c;
	const struct record_exit *e;
	struct told t;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_write, NULL, 0);
	trace(&t, write_hello);
	c = find_call(&t, RECORD_CALL, SYS_exit_group, &at);
	assert_non_null(c);
	assert_int_equal(c->how, CALL_HOW_UNFINISHED);
	e = find(&t, RECORD_EXIT, &at);
	assert_non_null(e);
	assert_int_equal(e->status, t.status);
	assert_true(e->is_process);
	assert_true(e->peak_rss_bytes > 100000);
	assert_null(find(&t, RECORD_EXIT, &at));
	forget(&t);
}

static void
run_true(void)
{
	execl("/bin/sh", "sh", "-c", "exit 3", NULL);
}

static void
an_exec_is_told_with_path_and_arguments(void **state)
{
	const struct record_exec *e;
	struct told t;
	char path[PATH_MAX];
	const char *text;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_write, NULL, 0);
	trace(&t, run_true);
	e = find(&t, RECORD_EXEC, &at);
	assert_non_null(e);
	assert_int_equal(e->former_tid, e->head.tid);
	assert_int_equal(e->is_secure, 0);
	assert_true(e->has_path);
	text = (const char *)(e + 1);
	assert_non_null(realpath("/bin/sh", path));
	assert_int_equal(e->n_path, strlen(path));
	assert_memory_equal(text, path, e->n_path);
	text += (e->n_path + 7) & ~7u;
	assert_string_equal(text, "/bin/sh");
	text += (e->n_filename + 7) & ~7u;
	assert_int_equal(e->n_args, sizeof "sh\0-c\0exit 3");
	assert_memory_equal(text, "sh\0-c\0exit 3", e->n_args);
	assert_int_equal(WEXITSTATUS(t.status), 3);
	forget(&t);
}

/* --- births --- */

static void
fork_once(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(getppid() > 0 ? 5 : 6);
	if (waitpid(pid, NULL, 0) != pid)
		_exit(1);
}

static void
a_child_is_tracked_from_its_first_own_call(void **state)
{
	const struct record_fork *f;
	const struct record_exit *e;
	struct told t;
	size_t at = 0, first = 0;

	(void)state;
	need_session();
	want(SYS_write, NULL, 0);
	trace(&t, fork_once);
	f = find(&t, RECORD_FORK, &at);
	assert_non_null(f);
	assert_int_equal(f->head.tid, t.pid);
	assert_int_equal(f->child_pid, f->child_tid);
	assert_int_equal(f->how, 1); /* START_FORK */
	while (first < t.n && t.records[first]->tid != f->child_tid)
		first++;
	assert_true(first < t.n && first >= at);
	assert_int_equal(t.records[first]->kind, RECORD_CALL);
	/* Not the clone: that one is its parent's. */
	assert_true(((const struct record_call *)t.records[first])->nr != SYS_clone);
	while ((e = find(&t, RECORD_EXIT, &at)) && e->head.tid != f->child_tid)
		continue;
	assert_non_null(e);
	assert_int_equal(e->status, 5 << 8);
	forget(&t);
}

static void
children_are_left_alone_when_asked(void **state)
{
	struct told t;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_write, NULL, 0);
	session->control->follow = 0;
	trace(&t, fork_once);
	assert_null(find(&t, RECORD_FORK, &at));
	for (size_t i = 0; i < t.n; i++)
		assert_int_equal(t.records[i]->tid, t.pid);
	forget(&t);
}

static void *
exec_here(void *arg)
{
	(void)arg;
	execl("/bin/true", "true", NULL);
	_exit(1);
}

static void
exec_in_a_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exec_here, NULL))
		_exit(1);
	pause();
}

static void
a_thread_that_execs_takes_the_id_of_its_leader(void **state)
{
	const struct record_fork *f;
	const struct record_exec *e;
	const struct record_exit *x;
	struct told t;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_write, NULL, 0);
	trace(&t, exec_in_a_thread);
	f = find(&t, RECORD_FORK, &at);
	assert_non_null(f);
	assert_int_equal(f->how, 4); /* START_THREAD */
	assert_int_equal(f->child_pid, t.pid);
	x = find(&t, RECORD_EXIT, &at); /* of the leader that was */
	assert_non_null(x);
	assert_int_equal(x->head.tid, t.pid);
	assert_false(x->is_process);
	e = find(&t, RECORD_EXEC, &at);
	assert_non_null(e);
	assert_int_equal(e->head.tid, t.pid);
	assert_int_equal(e->former_tid, f->child_tid);
	x = find(&t, RECORD_EXIT, &at);
	assert_non_null(x);
	assert_true(x->is_process);
	forget(&t);
}

/* --- calls that do not come back as they went --- */

static void
be_killed(void)
{
	setitimer(ITIMER_REAL, &(struct itimerval){ .it_value.tv_usec = 20000 }, NULL);
	pause();
}

static void
a_signal_that_ends_the_process_is_told_before_the_end(void **state)
{
	const struct record_signal *g;
	const struct record_exit *e;
	struct told t;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_write, NULL, 0);
	trace(&t, be_killed);
	assert_true(WIFSIGNALED(t.status));
	g = find(&t, RECORD_SIGNAL, &at);
	assert_non_null(g);
	assert_int_equal(g->signal, SIGALRM);
	assert_int_equal(g->head.tid, t.pid);
	assert_int_equal(g->fate, SIGNAL_PLAIN);
	e = find(&t, RECORD_EXIT, &at);
	assert_non_null(e);
	assert_int_equal(e->status, SIGALRM);
	forget(&t);
}

static void
kill_self(void)
{
	kill(getpid(), SIGKILL);
}

static void
a_call_that_ends_in_a_kill_is_unfinished(void **state)
{
	const struct record_call *c;
	struct told t;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_write, NULL, 0);
	trace(&t, kill_self);
	c = find_call(&t, RECORD_CALL, SYS_kill, &at);
	assert_non_null(c);
	assert_int_equal(c->how, CALL_HOW_UNFINISHED);
	assert_int_equal(c->arg[1], SIGKILL);
	assert_null(find_call(&t, RECORD_CALL, SYS_kill, &at));
	forget(&t);
}

static void
deny_getppid(void)
{
	struct sock_filter lines[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpriority, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { ARRAY_LEN(lines), lines };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		_exit(1);
	syscall(SYS_getpriority, 7, 8);
}

static void
a_call_that_a_filter_refused_is_told_from_the_registers(void **state)
{
	const struct record_call *c;
	struct told t;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_write, NULL, 0);
	trace(&t, deny_getppid);
	c = find_call(&t, RECORD_CALL, SYS_getpriority, &at);
	assert_non_null(c);
	assert_int_equal(c->how, CALL_HOW_NO_ENTRY);
	assert_int_equal(c->ret, -EXDEV);
	assert_int_equal(c->arg[0], 7);
	assert_int_equal(c->arg[1], 8);
	forget(&t);
}

static void
run_memfd(void)
{
	char name[] = "house", *const argv[] = { name, NULL };
	int from = open("/bin/true", O_RDONLY), fd = memfd_create("house", MFD_CLOEXEC);
	char bytes[4096];
	ssize_t n;

	while ((n = read(from, bytes, sizeof bytes)) > 0) {
		if (write(fd, bytes, (size_t)n) != n)
			_exit(1);
	}
	fexecve(fd, argv, argv + 1);
	_exit(1);
}

static void
a_program_without_a_place_in_any_tree_has_its_name(void **state)
{
	const struct record_exec *e;
	struct told t;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_write, NULL, 0);
	trace(&t, run_memfd);
	e = find(&t, RECORD_EXEC, &at);
	assert_non_null(e);
	assert_true(e->has_path);
	assert_int_equal(e->n_path, strlen("/memfd:house (deleted)"));
	assert_memory_equal(e + 1, "/memfd:house (deleted)", e->n_path);
	forget(&t);
}

static void
no_program_of_ours_ran_inside_another(void **state)
{
	(void)state;
	need_session();
	assert_int_equal(bpf_session_misses(session), 0);
}

/* A kernel that describes its types in a way that is new to us, or describes none of ours. */
static void
types_that_we_do_not_know_are_left_to_libbpf(void **state)
{
	static const struct btf_header none = {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof none, .str_len = 1
	};
	static const char other[] = "no types at all";
	const struct {
		const void *data;
		size_t n;
	} rows[] = { { &none, sizeof none + 1 }, { other, sizeof other } };
	char path[64];

	(void)state;
	need_session();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(bpf_session_free) struct bpf_session *s = NULL;
		AUTO(fd_close) int fd = memfd_create("types", 0);
		uint8_t bytes[64] = { 0 };
		struct err err = { 0 };

		memcpy(bytes, rows[i].data, MIN(rows[i].n, sizeof none));
		assert_int_equal(write(fd, bytes, rows[i].n), rows[i].n);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		setenv("RENACER_TEST_TYPES", path, true);
		assert_int_equal(bpf_session_open(&s, 65536, &err), 0);
		unsetenv("RENACER_TEST_TYPES");
	}
}

/* What tells programs apart: their instructions, once they are fitted to this kernel. */
static void
tags_of(uint8_t tags[BPF_PROGRAMS][BPF_TAG_SIZE], const char *types)
{
	AUTO(bpf_session_free) struct bpf_session *s = NULL;
	struct err err = { 0 };
	int status;

	setenv("RENACER_TEST_TYPES", types, true);
	status = bpf_session_open(&s, 65536, &err);
	unsetenv("RENACER_TEST_TYPES");
	err_print(&err, "session", stderr);
	err_done(&err);
	assert_int_equal(status, 0);
	for (size_t i = 0; i < BPF_PROGRAMS; i++) {
		struct bpf_prog_info info = { 0 };
		union bpf_attr attr = { .info = {
						.bpf_fd = (uint32_t)s->fds[BPF_FD_PROGRAMS + i],
						.info_len = sizeof info,
						.info = (uint64_t)(uintptr_t)&info } };

		assert_int_equal(
			syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr), 0);
		memcpy(tags[i], info.tag, BPF_TAG_SIZE);
	}
}

static void
an_excerpt_of_the_types_leads_to_the_same_programs_as_all_of_them(void **state)
{
	uint8_t own[BPF_PROGRAMS][BPF_TAG_SIZE], all[BPF_PROGRAMS][BPF_TAG_SIZE];

	(void)state;
	need_session();
	tags_of(own, "must");
	tags_of(all, "/dev/null");
	assert_memory_equal(own, all, sizeof own);
	assert_memory_not_equal(own[0], own[1], BPF_TAG_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_told_with_what_it_points_to),
		cmocka_unit_test(the_end_is_told_with_the_call_that_does_not_return),
		cmocka_unit_test(an_exec_is_told_with_path_and_arguments),
		cmocka_unit_test(a_child_is_tracked_from_its_first_own_call),
		cmocka_unit_test(children_are_left_alone_when_asked),
		cmocka_unit_test(a_thread_that_execs_takes_the_id_of_its_leader),
		cmocka_unit_test(a_signal_that_ends_the_process_is_told_before_the_end),
		cmocka_unit_test(a_call_that_ends_in_a_kill_is_unfinished),
		cmocka_unit_test(a_call_that_a_filter_refused_is_told_from_the_registers),
		cmocka_unit_test(a_program_without_a_place_in_any_tree_has_its_name),
		cmocka_unit_test(no_program_of_ours_ran_inside_another),
		cmocka_unit_test(
			an_excerpt_of_the_types_leads_to_the_same_programs_as_all_of_them),
		cmocka_unit_test(types_that_we_do_not_know_are_left_to_libbpf),
	};

	return cmocka_run_group_tests(tests, open_session, close_session) +
	       cmocka_run_group_tests(tests, open_without_loop, close_session);
}
