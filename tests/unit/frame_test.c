/* SPDX-License-Identifier: MIT */
/* frame_test.c - files whose checksums are right and whose frames lie */

#include "unit/test.h"

#include "store/frame.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/crc32c.h"
#include "store/header.h"
#include "store/trace.h"
#include "store/wire.h"
#include "store/zstd.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAD_SIZE 32

static int
new_file(char path[32])
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	assert_true(fd >= 0);
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

static void
put(struct frame_out *out, enum frame_kind kind, const void *content, size_t n,
	uint32_t n_records)
{
	struct frame frame = { kind, n_records, content, n, 0 };
	struct err err = { 0 };

	assert_int_equal(frame_put(out, &frame, &err), 0);
}

static void
put_header(struct frame_out *out)
{
	AUTO(str_done) struct str content = { 0 };
	struct trace_header header = { .argv = (const char *const[]){ "x", NULL } };

	header_put(&content, &header);
	put(out, FRAME_HEADER, content.data, content.n, 0);
}

static void
put_footer(struct frame_out *out, uint64_t n_records)
{
	AUTO(str_done) struct str content = { 0 };

	footer_put(&content, &(struct trace_footer){ .reason = "" }, n_records);
	put(out, FRAME_FOOTER, content.data, content.n, 0);
}

/* Reads all of it: events, or -1 with err. */
static int
read_all(const char *path, struct err *err, bool *has_footer)
{
	AUTO(trace_reader_free) struct trace_reader *r = NULL;
	struct event event;
	int rc = trace_reader_open(&r, path, err), n = 0;

	while (rc >= 0 && (rc = trace_read(r, &event, err)) > 0)
		n++;
	*has_footer = r && trace_reader_footer(r);
	return rc < 0 ? -1 : n;
}

#define AN_EXIT "\x05\x08\x01\x02\x02\0\0\0\0\0"

enum step {
	HEADER,
	BLOCK,
	EMPTY_BLOCK,
	WRONG_COUNT,
	FOOTER_0,
	FOOTER_1,
	FOOTER_9,
	JUNK,
	N_STEPS
};

static void
do_step(struct frame_out *out, enum step step)
{
	switch (step) {
	case HEADER:
		put_header(out);
		break;
	case BLOCK:
		put(out, FRAME_EVENTS, AN_EXIT, 10, 1);
		break;
	case EMPTY_BLOCK:
		put(out, FRAME_EVENTS, "", 0, 0);
		break;
	case WRONG_COUNT:
		put(out, FRAME_EVENTS, AN_EXIT, 10, 2);
		break;
	case FOOTER_0:
	case FOOTER_1:
	case FOOTER_9:
		put_footer(out, step == FOOTER_0 ? 0 : step == FOOTER_1 ? 1 : 9);
		break;
	case JUNK:
		put(out, FRAME_FOOTER, "junk", 4, 0);
		break;
	case N_STEPS:
		break;
	}
}

static void
frames_in_an_order_that_makes_no_sense_are_refused(void **state)
{
	static const struct {
		enum step steps[5];
		int n_events;
		bool has_footer;
		const char *wanted;
	} rows[] = {
		{ { HEADER, BLOCK, FOOTER_1, N_STEPS }, 1, true, NULL },
		{ { HEADER, EMPTY_BLOCK, BLOCK, FOOTER_1, N_STEPS }, 1, true, NULL },
		{ { HEADER, BLOCK, N_STEPS }, 1, false, NULL },
		{ { HEADER, FOOTER_0, N_STEPS }, 0, true, NULL },
		{ { N_STEPS }, -1, false, "cut before its header" },
		{ { BLOCK, FOOTER_1, N_STEPS }, -1, false, "the first frame is not a header" },
		{ { FOOTER_0, N_STEPS }, -1, false, "the first frame is not a header" },
		{ { HEADER, HEADER, N_STEPS }, -1, false, "a second header" },
		{ { HEADER, BLOCK, FOOTER_0, N_STEPS }, -1, false,
			"1 events, the footer says 0" },
		{ { HEADER, BLOCK, FOOTER_9, N_STEPS }, -1, false,
			"1 events, the footer says 9" },
		{ { HEADER, WRONG_COUNT, FOOTER_1, N_STEPS }, -1, false, "its frame says 2" },
		{ { HEADER, FOOTER_0, FOOTER_0, N_STEPS }, -1, false,
			"bytes behind the footer" },
		{ { HEADER, FOOTER_0, BLOCK, N_STEPS }, -1, false, "bytes behind the footer" },
		{ { HEADER, JUNK, N_STEPS }, -1, false, "of the footer" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char path[32];
		AUTO(fd_close) int fd = new_file(path);
		AUTO(frame_out_free) struct frame_out *out = NULL;
		struct err err = { 0 };
		bool has_footer;

		assert_int_equal(frame_out_new(&out, fd, &err), 0);
		for (size_t k = 0; rows[i].steps[k] != N_STEPS; k++)
			do_step(out, rows[i].steps[k]);
		assert_int_equal(read_all(path, &err, &has_footer), rows[i].n_events);
		assert_int_equal(has_footer, rows[i].has_footer);
		assert_int_equal(err.text != NULL, rows[i].wanted != NULL);
		if (rows[i].wanted && !strstr(err.text, rows[i].wanted)) {
			print_message("row %zu: %s\n", i, err.text);
			fail();
		}
		err_done(&err);
	}
	(void)state;
}

/* A file of a preamble and one frame made by hand, every checksum right. */
struct lie {
	const char *magic;
	uint32_t kind, sequence;
	int64_t stored, content; /* -1: as it is */
	const char *bytes;       /* instead of a zstd frame */
	size_t n;
	const char *wanted;
};

static void
write_lie(int fd, const struct lie *lie, const struct str *packed)
{
	uint8_t file[16 + HEAD_SIZE] = FRAME_MAGIC;
	uint8_t *head = file + 16, *p;
	const char *bytes = lie->bytes ? lie->bytes : packed->data;
	size_t n = lie->bytes ? lie->n : packed->n;
	struct err err = { 0 };
	uint32_t chain;

	wire_put_fixed(file + 8, FRAME_VERSION, 2);
	chain = crc32c(0, file, 12);
	wire_put_fixed(file + 12, chain, 4);
	p = wire_put_bytes(head, lie->magic, 4);
	p = wire_put_fixed(p, lie->kind, 4);
	p = wire_put_fixed(p, lie->sequence, 4);
	p = wire_put_fixed(p, lie->stored < 0 ? n : (uint64_t)lie->stored, 4);
	p = wire_put_fixed(p, lie->content < 0 ? 10 : (uint64_t)lie->content, 4);
	p = wire_put_fixed(p, 1, 4);
	p = wire_put_fixed(p, crc32c(0, bytes, n), 4);
	wire_put_fixed(p, crc32c(chain, head, HEAD_SIZE - 4), 4);
	assert_int_equal(fd_write(fd, file, sizeof file, &err), 0);
	assert_int_equal(fd_write(fd, bytes, n, &err), 0);
}

static void
frames_that_lie_about_their_sizes_are_refused(void **state)
{
	static const struct lie lies[] = {
		{ "RtFr", FRAME_EVENTS, 0, -1, -1, NULL, 0, NULL },
		{ "RtFx", FRAME_EVENTS, 0, -1, -1, NULL, 0, "byte 16: damaged (no frame" },
		{ "RtFr", 0, 0, -1, -1, NULL, 0,
			"byte 20: damaged (a frame of an unknown kind" },
		{ "RtFr", 4, 0, -1, -1, NULL, 0, "a frame of an unknown kind" },
		{ "RtFr", 0x102, 0, -1, -1, NULL, 0, "a frame of an unknown kind" },
		{ "RtFr", FRAME_EVENTS, 1, -1, -1, NULL, 0,
			"byte 24: damaged (a frame out of" },
		{ "RtFr", FRAME_EVENTS, 0, UINT32_MAX, -1, NULL, 0, "larger than any may be" },
		{ "RtFr", FRAME_EVENTS, 0, -1, UINT32_MAX, NULL, 0, "larger than any may be" },
		{ "RtFr", FRAME_EVENTS, 0, -1, 11, NULL, 0, "does not hold 11 bytes" },
		{ "RtFr", FRAME_EVENTS, 0, -1, FRAME_CONTENT_MAX, NULL, 0, "does not hold" },
		{ "RtFr", FRAME_EVENTS, 0, -1, -1, "no zstd at all", 14,
			"not one whole frame" },
		{ "RtFr", FRAME_EVENTS, 0, -1, -1, "", 0, "not one whole frame" },
	};

	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		char path[32];
		AUTO(fd_close) int fd = new_file(path);
		AUTO(zstd_free) struct zstd *z = zstd_new();
		AUTO(str_done) struct str packed = { 0 };
		AUTO(frame_in_free) struct frame_in *in = NULL;
		struct err err = { 0 };
		struct frame frame;
		bool is_cut;
		int rc;

		assert_int_equal(zstd_pack(z, &packed, AN_EXIT, 10, 1, &err), 0);
		write_lie(fd, &lies[i], &packed);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(frame_in_new(&in, fd, &err), 0);
		rc = frame_get(in, &frame, &is_cut, &err);
		assert_int_equal(rc, lies[i].wanted ? -1 : 1);
		if (rc < 0 && !strstr(err.text, lies[i].wanted)) {
			print_message("row %zu: %s\n", i, err.text);
			fail();
		}
		err_done(&err);
	}
	(void)state;
}

static void
a_frame_that_claims_more_than_the_file_has_is_cut(void **state)
{
	static const struct lie lie = { "RtFr", FRAME_EVENTS, 0, 60 << 20, -1, "x", 1, NULL };
	char path[32];
	AUTO(fd_close) int fd = new_file(path);
	AUTO(frame_in_free) struct frame_in *in = NULL;
	struct err err = { 0 };
	struct frame frame;
	bool is_cut;

	write_lie(fd, &lie, NULL);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(frame_in_new(&in, fd, &err), 0);
	assert_int_equal(frame_get(in, &frame, &is_cut, &err), 0);
	assert_true(is_cut);
	(void)state;
}

static void
another_version_and_foreign_files_are_refused(void **state)
{
	struct {
		const char *bytes;
		size_t n;
		bool has_checksum;
		const char *wanted;
	} rows[] = {
		{ "", 0, false, "byte 0: the file is empty" },
		{ "#!/bin/sh\necho a long enough text", 33, false, "byte 0: not a trace" },
		{ "\x7f"
		  "ELF",
			4, false, "byte 0: not a trace" },
		{ "\x89RT", 3, false, "byte 3: cut inside its first 16 bytes" },
		{ "\x89RTRC\r\n\x1a\1\0\0\0", 12, true,
			"byte 8: trace format 1, this program" },
		{ "\x89RTRC\r\n\x1a\2\0\1\0", 12, true, "this program reads format 2" },
		{ "\x89RTRC\r\n\x1a\2\0\0\0zzzz", 16, false, "byte 0: damaged (checksum" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char path[32];
		AUTO(fd_close) int fd = new_file(path);
		AUTO(trace_reader_free) struct trace_reader *r = NULL;
		struct err err = { 0 };
		uint8_t sum[4];

		assert_int_equal(fd_write(fd, rows[i].bytes, rows[i].n, &err), 0);
		wire_put_fixed(sum, crc32c(0, rows[i].bytes, rows[i].n), 4);
		if (rows[i].has_checksum)
			assert_int_equal(fd_write(fd, sum, 4, &err), 0);
		assert_int_equal(trace_reader_open(&r, path, &err), -1);
		if (!strstr(err.text, rows[i].wanted)) {
			print_message("row %zu: %s\n", i, err.text);
			fail();
		}
		err_done(&err);
	}
	(void)state;
}

static void
a_frame_missing_or_twice_or_from_another_file_is_noticed(void **state)
{
	/* Offsets of the frames are found by their magic, which their packed bytes do not hold.
	 */
	char path[32];
	AUTO(fd_close) int fd = new_file(path);
	AUTO(frame_out_free) struct frame_out *out = NULL;
	AUTO(str_done) struct str file = { 0 };
	struct err err = { 0 };
	size_t at[6], n = 0;
	bool has_footer;

	assert_int_equal(frame_out_new(&out, fd, &err), 0);
	put_header(out);
	for (int i = 0; i < 3; i++)
		put(out, FRAME_EVENTS, AN_EXIT, 10, 1);
	put_footer(out, 3);
	assert_int_equal(file_read(&file, path, 0, &err), 0);
	for (size_t i = 0; i + 4 <= file.n; i++)
		if (memcmp(file.data + i, "RtFr", 4) == 0)
			at[n++] = i;
	assert_int_equal(n, 5);
	at[5] = file.n;
	for (size_t from = 0; from < 5; from++)
		for (size_t to = 0; to <= 5; to++) {
			if (to == from + 1)
				continue; /* nothing changes */
			/* to < from: frames come twice; to > from: some are missing. */
			assert_int_equal(ftruncate(fd, 0), 0);
			assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
			assert_int_equal(fd_write(fd, file.data, at[from], &err), 0);
			assert_int_equal(
				fd_write(fd, file.data + at[to], file.n - at[to], &err), 0);
			if (to == 5 || to == from) {
				/* Only the end is missing, or all is as it was. */
				read_all(path, &err, &has_footer);
				assert_int_equal(has_footer, to == from);
			} else {
				assert_int_equal(read_all(path, &err, &has_footer), -1);
				assert_non_null(strstr(err.text, "damaged"));
			}
			err_done(&err);
			err = (struct err){ 0 };
		}
	(void)state;
}

static void
the_checksum_is_that_of_rfc_3720(void **state)
{
	uint8_t bytes[32];

	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
	memset(bytes, 0, sizeof bytes);
	assert_int_equal(crc32c(0, bytes, sizeof bytes), 0x8a9136aa);
	memset(bytes, 0xff, sizeof bytes);
	assert_int_equal(crc32c(0, bytes, sizeof bytes), 0x62a8ab43);
	for (int i = 0; i < 32; i++)
		bytes[i] = (uint8_t)i;
	assert_int_equal(crc32c(0, bytes, sizeof bytes), 0x46dd794e);
	assert_int_equal(crc32c(crc32c(0, bytes, 7), bytes + 7, 25), 0x46dd794e);
	(void)state;
}

/* A bit at a time, as the polynomial says. */
static uint32_t
crc_by_bits(uint32_t before, const uint8_t *bytes, size_t n)
{
	uint32_t crc = ~before;

	for (size_t i = 0; i < n; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void
checksum_of_every_length_is_that_of_the_polynomial(void **state)
{
	uint8_t bytes[70];
	uint32_t chain = 0, wanted = 0;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * i * 37 + 11);
	for (size_t n = 0; n <= sizeof bytes - 3; n++) {
		chain = crc32c(chain, bytes + n % 3, n);
		wanted = crc_by_bits(wanted, bytes + n % 3, n);
		assert_int_equal(chain, wanted);
	}
}

static void
a_decompression_bomb_is_found_before_it_goes_off(void **state)
{
	AUTO(zstd_free) struct zstd *z = zstd_new();
	AUTO(str_done) struct str packed = { 0 };
	AUTO(str_done) struct str out = { 0 };
	AUTO(mem_free) uint8_t *zeros = mem_alloc(8u << 20);
	uint8_t room[100];
	struct err err = { 0 };

	assert_int_equal(zstd_pack(z, &packed, zeros, 8u << 20, 1, &err), 0);
	assert_in_range(packed.n, 1, 2000);
	assert_int_equal(zstd_unpack_all(z, &out, 1000, packed.data, packed.n, &err), -1);
	assert_string_equal(err.text, "decompress: more than 1000 bytes");
	assert_int_equal(zstd_unpack(z, room, sizeof room, packed.data, packed.n, &err), -1);
	assert_int_equal(zstd_unpack_all(z, &out, 8u << 20, packed.data, packed.n, &err), 0);
	assert_int_equal(out.n, 8u << 20);
	assert_int_equal(
		zstd_unpack_all(z, &out, 8u << 20, packed.data, packed.n - 1, &err), -1);
	str_add_char(&packed, 'x');
	assert_int_equal(zstd_unpack_all(z, &out, 8u << 20, packed.data, packed.n, &err), -1);
	assert_non_null(strstr(err.text, "1 bytes behind the frame"));
	err_done(&err);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_in_an_order_that_makes_no_sense_are_refused),
		cmocka_unit_test(frames_that_lie_about_their_sizes_are_refused),
		cmocka_unit_test(a_frame_that_claims_more_than_the_file_has_is_cut),
		cmocka_unit_test(another_version_and_foreign_files_are_refused),
		cmocka_unit_test(a_frame_missing_or_twice_or_from_another_file_is_noticed),
		cmocka_unit_test(the_checksum_is_that_of_rfc_3720),
		cmocka_unit_test(checksum_of_every_length_is_that_of_the_polynomial),
		cmocka_unit_test(a_decompression_bomb_is_found_before_it_goes_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
