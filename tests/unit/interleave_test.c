/* SPDX-License-Identifier: MIT */
/*
 * interleave_test.c - the same partial order of events, told in many legal orders
 *
 * A plan is a list of steps for each task: files, messages, locks, marks. It is made by walking
 * through one run of it, so that it can be run to its end; any other run of it is another
 * choice of who goes next among those who can. All of them are one program: one golden. Beside
 * it goes a vector clock of the test's own, which the causal order has to agree with.
 */
#include "unit/effects_run.h"

#include "base/mem.h"
#include "store/golden.h"

#include <malloc.h>
#include <sched.h>
#include <sys/file.h>

#define MOST_TASKS 5 /* task 0 is the first one and the parent of all others */
#define MOST_STEPS 24
#define MOST_UNDERWAY 64
#define N_PLANS 40
#define N_RUNS 12
#define THREAD (CLONE_FILES | CLONE_FS | CLONE_THREAD | CLONE_CHILD_CLEARTID)

enum step_kind { STEP_MARK, STEP_FILE, STEP_SEND, STEP_RECEIVE, STEP_LOCKED, STEP_UNLOCK };

struct step {
	enum step_kind kind;
	uint32_t with; /* whom a message goes to or comes from */
};

struct plan {
	uint32_t n_tasks;
	struct step steps[MOST_TASKS][MOST_STEPS];
	size_t n_steps[MOST_TASKS];
};

struct clock {
	uint64_t of[MOST_TASKS];
};

struct marked {
	uint32_t task;
	uint64_t seq;
	struct clock at;
};

struct run {
	struct made m;
	const struct plan *plan;
	size_t next[MOST_TASKS];
	bool has_started[MOST_TASKS], has_ended[MOST_TASKS];
	uint32_t n_started, n_waited;
	bool is_locked;
	struct clock clocks[MOST_TASKS], of_lock;
	struct clock sent[MOST_TASKS][MOST_TASKS][MOST_STEPS];
	size_t n_sent[MOST_TASKS][MOST_TASKS], n_received[MOST_TASKS][MOST_TASKS];
	struct marked marks[MOST_TASKS * MOST_STEPS];
	size_t n_marks;
};

static uint32_t
draw(uint64_t *seed, uint32_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % n;
}

static void
plan_add(struct plan *p, uint32_t task, enum step_kind kind, uint32_t with)
{
	p->steps[task][p->n_steps[task]++] = (struct step){ kind, with };
}

/* A locked section waits for nobody, so no choice of who goes next can end in a deadlock. */
static void
plan_make(struct plan *p, uint64_t *seed)
{
	uint32_t underway[MOST_TASKS][MOST_TASKS] = { 0 };

	*p = (struct plan){ .n_tasks = 2 + draw(seed, MOST_TASKS - 1) };
	for (uint32_t i = 0; i < MOST_UNDERWAY; i++) {
		uint32_t task = draw(seed, p->n_tasks), with = draw(seed, p->n_tasks);

		if (p->n_steps[task] + 3 > MOST_STEPS)
			continue;
		plan_add(p, task, STEP_MARK, 0);
		switch (draw(seed, 4)) {
		case 0:
			plan_add(p, task, STEP_FILE, 0);
			break;
		case 1:
			plan_add(p, task, STEP_LOCKED, 0);
			plan_add(p, task, STEP_UNLOCK, 0);
			break;
		case 2:
			if (with == task)
				break;
			plan_add(p, task, STEP_SEND, with);
			underway[task][with]++;
			break;
		default:
			if (!underway[with][task])
				break;
			plan_add(p, task, STEP_RECEIVE, with);
			underway[with][task]--;
		}
	}
}

static void
learn(struct clock *clock, const struct clock *from)
{
	for (size_t i = 0; i < MOST_TASKS; i++)
		clock->of[i] = MAX(clock->of[i], from->of[i]);
}

static int
pipe_of(uint32_t from, uint32_t to, int end)
{
	return 20 + (int)(from * MOST_TASKS + to) * 2 + end;
}

static void
run_begin(struct run *r, const struct plan *p, enum profile profile, bool clocks)
{
	*r = (struct run){ .plan = p, .n_started = 1 };
	r->m = made_with(profile, (struct effects_opts){ .clocks = clocks, .text_limit = 512 });
	r->has_started[0] = true;
	for (uint32_t from = 0; from < p->n_tasks; from++)
		for (uint32_t to = 0; to < p->n_tasks; to++) {
			const int32_t ends[] = { pipe_of(from, to, 0), pipe_of(from, to, 1) };

			made_call(&r->m, 1, CALL_pipe2, 0, GOT(ends, sizeof ends), N(0));
		}
	made_call(
		&r->m, 1, CALL_openat, 9, CWD, S("/box/w/lock"), N(O_RDWR | O_CREAT), N(0600));
}

static void
start_next(struct run *r)
{
	uint32_t task = r->n_started++;

	made_start(&r->m, task + 1, 1, task + 1, 0);
	made_call(&r->m, task + 1, CALL_openat, 9, CWD, S("/box/w/lock"), N(O_RDWR), N(0));
	r->has_started[task] = true;
	r->clocks[task] = r->clocks[0];
}

static bool
has_steps(const struct run *r, uint32_t task)
{
	return r->next[task] < r->plan->n_steps[task];
}

/* The first task starts all others, in order, then does its steps, then waits for them. */
static bool
can_go(const struct run *r, uint32_t task)
{
	const struct step *s = &r->plan->steps[task][r->next[task]];

	if (!r->has_started[task] || r->has_ended[task])
		return false;
	if (task == 0 && r->n_started < r->plan->n_tasks)
		return true;
	if (!has_steps(r, task))
		return task ||
		       (r->n_waited + 1 < r->plan->n_tasks && r->has_ended[r->n_waited + 1]);
	if (s->kind == STEP_RECEIVE)
		return r->n_received[s->with][task] < r->n_sent[s->with][task];
	return s->kind != STEP_LOCKED || !r->is_locked;
}

static void
end_or_wait(struct run *r, uint32_t task)
{
	int pid;

	if (task) {
		made_exit(&r->m, task + 1, 0);
		r->has_ended[task] = true;
		return;
	}
	pid = 40000 + (int)++r->n_waited + 1;
	made_call(&r->m, 1, CALL_wait4, pid, N(pid), N(0), N(0), N(0));
	learn(&r->clocks[0], &r->clocks[r->n_waited]);
}

static void
do_mark(struct run *r, uint32_t task)
{
	struct marked *mark = &r->marks[r->n_marks++];

	made_call(&r->m, task + 1, CALL_getpid, 40001 + (int)task);
	r->clocks[task].of[task]++;
	*mark = (struct marked){ task, r->m.seq, r->clocks[task] };
}

static void
do_file(struct run *r, uint32_t task)
{
	char path[64];

	snprintf(path, sizeof path, "/box/w/t%u-%zu", task, r->next[task]);
	made_call(
		&r->m, task + 1, CALL_openat, 7, CWD, S(path), N(O_WRONLY | O_CREAT), N(0644));
	made_call(&r->m, task + 1, CALL_write, 2, N(7), OUT("ab"), N(2));
	made_call(&r->m, task + 1, CALL_fsync, 0, N(7));
	made_call(&r->m, task + 1, CALL_close, 0, N(7));
}

static void
do_step(struct run *r, uint32_t task)
{
	const struct step s = r->plan->steps[task][r->next[task]++];
	uint32_t t = task + 1;

	switch (s.kind) {
	case STEP_MARK:
		do_mark(r, task);
		break;
	case STEP_FILE:
		do_file(r, task);
		break;
	case STEP_SEND:
		made_call(
			&r->m, t, CALL_write, 3, N(pipe_of(task, s.with, 1)), OUT("abc"), N(3));
		r->sent[task][s.with][r->n_sent[task][s.with]++] = r->clocks[task];
		break;
	case STEP_RECEIVE:
		made_call(&r->m, t, CALL_read, 3, N(pipe_of(s.with, task, 0)), GOT("abc", 3),
			N(3));
		learn(&r->clocks[task], &r->sent[s.with][task][r->n_received[s.with][task]++]);
		break;
	case STEP_LOCKED:
		made_call(&r->m, t, CALL_flock, 0, N(9), N(LOCK_EX));
		r->is_locked = true;
		learn(&r->clocks[task], &r->of_lock);
		break;
	case STEP_UNLOCK:
		made_call(&r->m, t, CALL_flock, 0, N(9), N(LOCK_UN));
		r->is_locked = false;
		r->of_lock = r->clocks[task];
		break;
	}
}

static void
run_all(struct run *r, uint64_t *seed)
{
	for (;;) {
		uint32_t able[MOST_TASKS], n = 0, task;

		for (uint32_t i = 0; i < r->plan->n_tasks; i++)
			if (can_go(r, i))
				able[n++] = i;
		if (!n)
			break;
		task = able[draw(seed, n)];
		if (task == 0 && r->n_started < r->plan->n_tasks)
			start_next(r);
		else if (has_steps(r, task))
			do_step(r, task);
		else
			end_or_wait(r, task);
	}
	assert_int_equal(r->n_waited + 1, r->plan->n_tasks);
	made_finish(&r->m);
}

static void
want_same_order(const struct run *r)
{
	for (size_t i = 0; i < r->n_marks; i++)
		for (size_t k = 0; k < r->n_marks; k++) {
			const struct marked *a = &r->marks[i], *b = &r->marks[k];
			bool is_before = i != k && b->at.of[a->task] >= a->at.of[a->task];

			assert_int_equal(causal_ordered(r->m.fx, a->seq, b->seq), is_before);
			if (is_before)
				assert_true(effects_lamport(r->m.fx, a->seq) <
					    effects_lamport(r->m.fx, b->seq));
		}
}

static void
every_legal_order_of_one_program_is_one_golden(void **state)
{
	static const enum profile profiles[] = { PROFILE_EFFECTS, PROFILE_IO, PROFILE_STRICT,
		PROFILE_TRANSPILE };
	uint64_t seed = 20;

	(void)state;
	for (int i = 0; i < N_PLANS; i++) {
		enum profile profile = profiles[i % (int)ARRAY_LEN(profiles)];
		AUTO(str_done) struct str first = { 0 };
		struct plan plan;

		plan_make(&plan, &seed);
		for (int k = 0; k < N_RUNS; k++) {
			AUTO(str_done) struct str text = { 0 };
			AUTO(mem_free) struct run *r = mem_alloc(sizeof *r);

			run_begin(r, &plan, profile, k % 2);
			run_all(r, &seed);
			if (k % 2)
				want_same_order(r);
			effects_settle(r->m.golden, NULL);
			golden_print(&text, r->m.golden);
			if (k == 0)
				str_add_n(&first, text.data, text.n);
			assert_string_equal(str_text(&text), str_text(&first));
			made_free(&r->m);
		}
	}
}

/* The sanitizer's allocator does not tell mallinfo2(). */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t
allocated(void)
{
	return __sanitizer_get_current_allocated_bytes
		       ? __sanitizer_get_current_allocated_bytes()
		       : mallinfo2().uordblks + mallinfo2().hblkhd;
}

/* Threads pass one message around, each locks and writes what it wrote before. */
static void
go_round(struct made *m, uint32_t n_tasks, uint32_t n_events)
{
	for (uint32_t i = 0; i < n_events; i += 4) {
		uint32_t task = i / 4 % n_tasks + 1;

		made_call(m, task, CALL_flock, 0, N(9), N(LOCK_EX));
		made_call(m, task, CALL_write, 3, N(21), OUT("abc"), N(3));
		made_call(m, task % n_tasks + 1, CALL_read, 3, N(20), GOT("abc", 3), N(3));
		made_call(m, task, CALL_flock, 0, N(9), N(LOCK_UN));
	}
}

static void
memory_grows_with_threads_and_not_with_events(void **state)
{
	static const uint32_t n_tasks = 1000;
	const int32_t ends[] = { 20, 21 };
	struct made m = made_with(PROFILE_EFFECTS, (struct effects_opts){ .text_limit = 512 });
	size_t at_first, warm, at_last;

	(void)state;
	made_call(&m, 1, CALL_pipe2, 0, GOT(ends, sizeof ends), N(0));
	made_call(&m, 1, CALL_openat, 9, CWD, S("/box/w/lock"), N(O_RDWR | O_CREAT), N(0600));
	at_first = allocated();
	if (!at_first) {
		print_message("this allocator does not say what it gave out (valgrind's)\n");
		made_free(&m);
		skip();
	}
	for (uint32_t task = 2; task <= n_tasks; task++)
		made_start(&m, task, 1, 1, THREAD);
	go_round(&m, n_tasks, 20000);
	warm = allocated();
	go_round(&m, n_tasks, 200000);
	at_last = allocated();
	/* Each thread may know of each other one, and the message under way of all: 16 bytes
	 * for a chain and a tick, twice, with room. */
	assert_true(warm - at_first < (size_t)n_tasks * n_tasks * 48);
	assert_true(at_last < warm + 65536);
	made_finish(&m);
	made_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_legal_order_of_one_program_is_one_golden),
		cmocka_unit_test(memory_grows_with_threads_and_not_with_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
