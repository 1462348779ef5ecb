/* SPDX-License-Identifier: MIT */
/*
 * fuzz_ebpf.c - whatever lies in the rings, events come out of it in order, and nothing breaks
 *
 * The input is a row of records, each behind two bytes of its length and one that says how much
 * of it is to be put right: its kind, its size, its task.
 */

#include "base/mem.h"
#include "capture/ebpf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FIRST 1000000000 /* above all numbers of tasks: nobody is asked about it */
#define N_TASKS 4

static void
mend(struct record *rec, size_t n, uint8_t how)
{
	if (how & 1)
		rec->size = (uint32_t)n;
	if (how & 2)
		rec->kind %= N_RECORD_KINDS;
	if (how & 4)
		rec->tid = FIRST + (int32_t)((uint32_t)rec->tid % N_TASKS);
	if ((how & 8) && rec->kind == RECORD_FORK && n >= sizeof(struct record_fork)) {
		struct record_fork *fork = (struct record_fork *)rec;

		fork->child_tid = FIRST + (int32_t)((uint32_t)fork->child_tid % N_TASKS);
		fork->child_pid = how & 16 ? FIRST : fork->child_tid;
		fork->how = 1 + fork->how % 4;
	}
	if ((how & 8) && rec->kind == RECORD_EXEC && n >= sizeof(struct record_exec)) {
		struct record_exec *exec = (struct record_exec *)rec;

		exec->former_tid = FIRST + (int32_t)((uint32_t)exec->former_tid % N_TASKS);
		exec->has_path = 1;
		exec->arch %= HINT_ARCHES;
	}
}

static void
take(struct drain *d, const uint8_t *data, size_t n, uint8_t how)
{
	struct record *rec = malloc(n ? n : 1); /* ends with it */

	memcpy(rec, data, n);
	if (n >= sizeof *rec) {
		mend(rec, n, how);
		if (rec->kind != RECORD_EXEC || how & 8) /* /proc is not asked */
			drain_take(d, rec, n, rec->time_ns % 1000000);
	}
	free(rec);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct capture_opts opts = {
		.follow = true, .payload_limit = 64, .want_input = size % 2
	};
	struct bpf_session session = { 0 };
	struct drain *d = drain_new(&opts, &session, NULL, NULL);
	uint64_t last = 0;

	d->first_pid = FIRST;
	task_add(&d->tasks, FIRST)->phase = TASK_LIVE;
	while (size >= 3) {
		size_t n = MIN((size_t)(data[0] | data[1] << 8), size - 3);
		struct event event;

		take(d, data + 3, n, data[2]);
		data += 3 + n;
		size -= 3 + n;
		while (drain_pop(d, &event)) {
			if (event.seq <= last ||
				(event.kind == EVENT_CALL && event.call.enter_seq >= event.seq))
				abort();
			last = event.seq;
		}
	}
	drain_free(d);
	return 0;
}
