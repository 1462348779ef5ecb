/* SPDX-License-Identifier: MIT */
/*
 * store.c - records, copies, counts and exports traces; for tests and measurements
 *
 *   store record FILE CMD [ARG]...   runs CMD, writes its trace
 *   store copy FILE OUT              reads a trace and writes it again: the same bytes
 *   store size FILE                  events, calls, bytes, bytes a call
 *   store write FILE N               N made-up events; how much memory that took
 *   store counts|durations|csv|calls|time FILE
 *   store golden FILE                loads a golden and prints it
 *
 * Exit status: 0; 1: see stderr; 3: the trace has no footer.
 */

#include "analyze/counts.h"
#include "base/file.h"
#include "capture/capture.h"
#include "decode/decode.h"
#include "export/csv.h"
#include "export/folded.h"
#include "store/golden.h"
#include "store/trace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void
name_call(void *arg, const struct call *call, struct str *out)
{
	char room[32];

	(void)arg;
	str_add(out, decode_name(call->arch, call->nr, room));
}

static void
name_arguments(void *arg, const struct call *call, struct str *out)
{
	const struct decode_text how = { .string_limit = 4096, .list_limit = 32 };
	AUTO(str_done) struct str text = { 0 };
	const char *open;

	(void)arg;
	decode_call(&text, call, &how);
	open = strchr(str_text(&text), '(');
	if (open && text.n && text.data[text.n - 1] == ')')
		str_add_n(out, open + 1, (size_t)(text.data + text.n - 1 - (open + 1)));
}

static void
name_error(void *arg, int number, struct str *out)
{
	const char *name = decode_errno(number);

	(void)arg;
	str_add(out, name ? name : "");
}

static void
name_signal(void *arg, int number, struct str *out)
{
	char room[16];

	(void)arg;
	str_add(out, decode_signal_name(number, room));
}

static const struct export_names names = { .call = name_call,
	.arguments = name_arguments,
	.error = name_error,
	.signal = name_signal };

static int
record(char **args, struct err *err)
{
	AUTO(capture_free) struct capture *c = NULL;
	AUTO(trace_writer_free) struct trace_writer *w = NULL;
	struct capture_opts opts = { .argv = (const char *const *)(args + 1),
		.stdio = { -1, -1, -1 },
		.follow = true,
		.payload_limit = 4096 };
	struct event event;
	int rc;

	if (capture_start(&c, &opts, err) < 0 ||
		trace_writer_open(&w, args[0], capture_header(c), err) < 0)
		return -1;
	while ((rc = capture_next(c, &event, err)) > 0)
		if (trace_write(w, &event, err) < 0)
			return -1;
	return rc < 0 ? -1 : trace_writer_end(w, capture_footer(c), err);
}

static int
copy(char **args, struct err *err)
{
	AUTO(trace_reader_free) struct trace_reader *r = NULL;
	AUTO(trace_writer_free) struct trace_writer *w = NULL;
	struct event event;
	int rc;

	if (trace_reader_open(&r, args[0], err) < 0 ||
		trace_writer_open(&w, args[1], trace_reader_header(r), err) < 0)
		return -1;
	while ((rc = trace_read(r, &event, err)) > 0)
		if (trace_write(w, &event, err) < 0)
			return -1;
	if (rc < 0 || !trace_reader_footer(r))
		return rc < 0 ? -1 : 3;
	return trace_writer_end(w, trace_reader_footer(r), err);
}

/* Something like a program that reads directories and small files. */
static void
make_up(struct event *e, struct area *area, char path[64], uint64_t i)
{
	static const uint32_t numbers[] = { 257, 0, 0, 3, 262, 1 };
	int n = snprintf(path, 64, "/usr/lib/python3/dist-packages/module-%d/file-%d.py",
		(int)(i / 600 % 50), (int)(i / 6));

	*area = (struct area){ .arg = 1,
		.kind = i % 6 == 5 ? AREA_DATA_OUT : AREA_STRING,
		.kept = (uint32_t)n,
		.size = (uint64_t)n,
		.address = 0x7f1234560000 + i % 1000 * 64,
		.bytes = (const uint8_t *)path };
	*e = (struct event){ .kind = EVENT_CALL,
		.task = 1 + (uint32_t)(i / 1000 % 4),
		.seq = 2 * i + 2,
		.time_ns = i * 6000 + i * i % 701,
		.call = { .nr = numbers[i % 6],
			.arg = { 3 + i % 7, area->address, i % 4096, 0, 0, 0 },
			.ret = (int64_t)(i * 31 % 5000),
			.enter_ns = i * 6000 + i * i % 701 - 900 - i % 97,
			.enter_seq = 2 * i + 1,
			.ip = 0x7f0000001000 + numbers[i % 6] * 32,
			.n_areas = i % 6 == 0 || i % 6 >= 4,
			.areas = area } };
}

static int
write_made_up(char **args, struct err *err)
{
	AUTO(trace_writer_free) struct trace_writer *w = NULL;
	const char *const argv[] = { "made-up", NULL };
	uint64_t n = strtoull(args[1], NULL, 10);
	struct rusage early = { 0 }, late;

	if (trace_writer_open(&w, args[0], &(struct trace_header){ .argv = argv }, err) < 0)
		return -1;
	for (uint64_t i = 0; i < n; i++) {
		struct event event;
		struct area area;
		char path[64];

		make_up(&event, &area, path, i);
		if (trace_write(w, &event, err) < 0)
			return -1;
		if (i == n / 50)
			getrusage(RUSAGE_SELF, &early);
	}
	if (trace_writer_end(w, &(struct trace_footer){ .reason = "" }, err) < 0)
		return -1;
	getrusage(RUSAGE_SELF, &late);
	printf("%" PRIu64 " events, peak rss %ld KiB, after a fiftieth %ld KiB, %ld ms\n", n,
		late.ru_maxrss, early.ru_maxrss,
		late.ru_utime.tv_sec * 1000 + late.ru_utime.tv_usec / 1000);
	return 0;
}

struct view {
	uint64_t n_events, n_calls;
	struct counts *counts;
	struct folded *folded;
	struct str out;
	bool is_csv;
};

static int
read_into(struct view *v, const char *path, struct err *err)
{
	AUTO(trace_reader_free) struct trace_reader *r = NULL;
	struct event event;
	char room[32];
	int rc;

	if (trace_reader_open(&r, path, err) < 0)
		return -1;
	while ((rc = trace_read(r, &event, err)) > 0) {
		v->n_events++;
		v->n_calls += event.kind == EVENT_CALL;
		if (v->counts && event.kind == EVENT_CALL)
			counts_event(v->counts, &event,
				decode_name(event.call.arch, event.call.nr, room));
		if (v->folded)
			folded_event(v->folded, &event, &names);
		if (v->is_csv)
			csv_event(&v->out, &event, &names);
	}
	return rc < 0 ? -1 : trace_reader_footer(r) ? 0 : 3;
}

static int
show(const char *what, const char *path, struct err *err)
{
	AUTO(counts_free) struct counts *counts = counts_new();
	AUTO(folded_free)
	struct folded *folded =
		folded_new(strcmp(what, "time") == 0 ? FOLDED_TIME : FOLDED_CALLS);
	struct view v = {
		.counts = counts, .folded = folded, .is_csv = *what == 'c' && what[1] == 's'
	};
	struct stat st = { 0 };
	int rc;

	if (v.is_csv)
		csv_header(&v.out);
	rc = read_into(&v, path, err);
	if (rc >= 0 && strcmp(what, "size") == 0 && stat(path, &st) == 0)
		str_addf(&v.out,
			"%" PRIu64 " events, %" PRIu64 " calls, %lld bytes, %.1f a call\n",
			v.n_events, v.n_calls, (long long)st.st_size,
			(double)st.st_size / (double)MAX(v.n_calls, 1u));
	if (strcmp(what, "counts") == 0)
		counts_print(&v.out, counts, SORT_TIME);
	if (strcmp(what, "durations") == 0)
		counts_print_durations(&v.out, counts, SORT_TIME);
	if (strcmp(what, "calls") == 0 || strcmp(what, "time") == 0)
		folded_print(&v.out, folded);
	fwrite(str_text(&v.out), 1, v.out.n, stdout);
	str_done(&v.out);
	return rc;
}

static int
show_golden(const char *path, struct err *err)
{
	AUTO(golden_free) struct golden *g = NULL;
	AUTO(str_done) struct str text = { 0 };

	if (golden_load(&g, path, err) < 0)
		return -1;
	golden_print(&text, g);
	fwrite(text.data, 1, text.n, stdout);
	return 0;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	int rc = 2;

	if (argc >= 4 && strcmp(argv[1], "record") == 0)
		rc = record(argv + 2, &err);
	else if (argc == 4 && strcmp(argv[1], "copy") == 0)
		rc = copy(argv + 2, &err);
	else if (argc == 4 && strcmp(argv[1], "write") == 0)
		rc = write_made_up(argv + 2, &err);
	else if (argc == 3 && strcmp(argv[1], "golden") == 0)
		rc = show_golden(argv[2], &err);
	else if (argc == 3)
		rc = show(argv[1], argv[2], &err);
	err_print(&err, "store", stderr);
	err_done(&err);
	return rc < 0 ? 1 : rc;
}
