/* SPDX-License-Identifier: MIT */
/* fuzz_json_trace.c - any bytes as a trace of the older tool: read or refused, in order */

#include "store/json_trace.h"

#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO(json_trace_free) struct json_trace *t = NULL;
	struct err err = { 0 };
	struct event event;
	uint64_t seq = 0, n_calls = 0;
	char path[40];
	int fd = memfd_create("fuzz", MFD_CLOEXEC), rc = -1;

	assert(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (json_trace_open(&t, path, &err) == 0) {
		while ((rc = json_trace_read(t, &event, &err)) > 0) {
			assert(event.seq > seq && event.task == 1);
			seq = event.seq;
			n_calls += event.kind == EVENT_CALL;
			for (uint32_t i = 0; event.kind == EVENT_CALL && i < event.call.n_areas;
				i++)
				assert(event.call.areas[i].kept == event.call.areas[i].size);
		}
		assert(rc == (err_is_set(&err) ? -1 : 0));
		assert(rc < 0 || json_trace_footer(t)->n_calls == n_calls);
	}
	close(fd);
	err_done(&err);
	return 0;
}
