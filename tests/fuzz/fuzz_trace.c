/* SPDX-License-Identifier: MIT */
/*
 * fuzz_trace.c - any bytes as a trace file, and (past the checksums, which no fuzzer guesses)
 * as a block of records, a header, a footer: read or refused, and a block read is written and
 * read again as the same events
 *
 * The first byte says which: 'f' a file, 'h' a header, 'e' a footer, anything else a block.
 */

#include "store/header.h"
#include "store/record.h"
#include "store/trace.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NO_COUNT 0xffff /* of records: the sentence about it is not what is tested */

static void
read_file(const uint8_t *data, size_t n)
{
	AUTO(trace_reader_free) struct trace_reader *r = NULL;
	struct err err = { 0 };
	struct event event;
	char path[40];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	assert(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (trace_reader_open(&r, path, &err) == 0)
		while (trace_read(r, &event, &err) > 0)
			;
	close(fd);
	err_done(&err);
}

/* The bytes of the events of a block, written anew. */
static void
copy_block(struct record_out *out, const uint8_t *block, size_t n)
{
	AUTO(record_in_free) struct record_in *in = record_in_new();
	struct err err = { 0 };
	struct event event;

	record_in_begin(in, block, n, NO_COUNT);
	while (record_get(in, &event, &err) > 0) {
		err_done(&err);
		if (record_put(out, &event, &err) < 0)
			assert(!"what was read cannot be written");
	}
	err_done(&err);
}

static void
read_block(const uint8_t *data, size_t n)
{
	AUTO(record_out_free) struct record_out *first = record_out_new();
	AUTO(record_out_free) struct record_out *second = record_out_new();
	const uint8_t *a, *b;
	uint32_t n_records, n_again;
	size_t n_a, n_b;

	copy_block(first, data, n);
	a = record_block(first, &n_a, &n_records);
	copy_block(second, a, n_a);
	b = record_block(second, &n_b, &n_again);
	assert(n_a == n_b && n_records == n_again && (n_a == 0 || memcmp(a, b, n_a) == 0));
}

static void
read_header(const uint8_t *data, size_t n)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str again = { 0 };
	struct trace_header header;
	struct err err = { 0 };

	if (header_get(&header, arena, data, n, &err) == 0) {
		header_put(&again, &header);
		assert(again.n == n && memcmp(again.data, data, n) == 0);
	}
	err_done(&err);
}

static void
read_footer(const uint8_t *data, size_t n)
{
	AUTO(str_done) struct str again = { 0 };
	struct trace_footer footer;
	struct err err = { 0 };
	uint64_t n_records;

	if (footer_get(&footer, &n_records, data, n, &err) == 0) {
		footer_put(&again, &footer, n_records);
		assert(again.n == n && memcmp(again.data, data, n) == 0);
	}
	err_done(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n == 0)
		return 0;
	if (data[0] == 'f')
		read_file(data + 1, n - 1);
	else if (data[0] == 'h')
		read_header(data + 1, n - 1);
	else if (data[0] == 'e')
		read_footer(data + 1, n - 1);
	else
		read_block(data + 1, n - 1);
	return 0;
}
