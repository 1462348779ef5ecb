/* SPDX-License-Identifier: MIT */
/* fingerprint_test.c - ELF files, scripts, and what differs between two machines */

#include "unit/test.h"

#include "base/file.h"
#include "base/str.h"
#include "gate/elf.h"
#include "gate/fingerprint.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/fingerprint_test-XXXXXX";

static int
enter(void **state)
{
	(void)state;
	fd_close(mkstemp(path));
	return 0;
}

static int
leave(void **state)
{
	(void)state;
	return unlink(path);
}

static void
put(const void *data, size_t n)
{
	struct err err = { 0 };

	assert_int_equal(file_write(path, data, n, 0755, &err), 0);
}

/* A 64-bit file with one note and one interpreter, as small as can be. */
struct image {
	Elf64_Ehdr head;
	Elf64_Phdr segment[2];
	struct {
		uint32_t name, size, type;
		char text[4];
		uint8_t id[4];
	} note;
	char interpreter[16];
};

static struct image
good_image(void)
{
	struct image i = { 0 };

	memcpy(i.head.e_ident, ELFMAG, SELFMAG);
	i.head.e_ident[EI_CLASS] = ELFCLASS64;
	i.head.e_ident[EI_DATA] = ELFDATA2LSB;
	i.head.e_phoff = offsetof(struct image, segment);
	i.head.e_phnum = 2;
	i.head.e_phentsize = sizeof i.segment[0];
	i.segment[0] = (Elf64_Phdr){ .p_type = PT_NOTE,
		.p_offset = offsetof(struct image, note),
		.p_filesz = sizeof i.note };
	i.segment[1] = (Elf64_Phdr){ .p_type = PT_INTERP,
		.p_offset = offsetof(struct image, interpreter),
		.p_filesz = sizeof i.interpreter };
	i.note.name = 4;
	i.note.size = 4;
	i.note.type = NT_GNU_BUILD_ID;
	memcpy(i.note.text, "GNU", 4);
	memcpy(i.note.id, "\x01\xab\x00\xff", 4);
	strcpy(i.interpreter, "/lib/ld-musl.so");
	return i;
}

static void
build_id_and_interpreter_are_read(void **state)
{
	struct image image = good_image();
	struct elf elf;

	(void)state;
	put(&image, sizeof image);
	elf_read(&elf, path);
	assert_true(elf.is_elf && elf.is_64);
	assert_string_equal(elf.build_id, "01ab00ff");
	assert_string_equal(elf.interpreter, "/lib/ld-musl.so");
}

/* Every prefix, and every byte set to 0 and to 255: nothing may crash or read beyond. */
static void
damage_gives_nothing_and_never_crashes(void **state)
{
	struct image image = good_image(), bad;
	struct elf elf;

	(void)state;
	for (size_t n = 0; n < sizeof image; n++) {
		put(&image, n);
		elf_read(&elf, path);
		if (n < sizeof(Elf64_Ehdr))
			assert_string_equal(elf.build_id, "");
	}
	for (size_t i = 0; i < 2 * sizeof image; i++) {
		bad = image;
		((uint8_t *)&bad)[i / 2] = i % 2 ? 255 : 0;
		put(&bad, sizeof bad);
		elf_read(&elf, path);
		assert_true(strlen(elf.build_id) < sizeof elf.build_id);
	}
	elf_read(&elf, "/nowhere");
	assert_false(elf.is_elf);
	elf_read(&elf, "/");
	assert_false(elf.is_elf);
}

static void
a_script_is_what_runs_it(void **state)
{
	static const char *const lines[] = { "#!/bin/sh\n", "#! /bin/sh -e\n",
		"#!/usr/bin/env sh\n", "#!/usr/bin/env -S A=1 sh -e\n", "#!/bin/sh" };
	struct trace_header header = { .exe = path, .machine = "x86_64" };
	AUTO(arena_free) struct arena *arena = arena_new();
	char *sh = realpath("/bin/sh", NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct fingerprint f;

		put(lines[i], strlen(lines[i]));
		f = fingerprint_take(arena, &header, "/nowhere", "/none:/usr/bin:/bin");
		assert_string_equal(f.interpreter, sh);
		assert_true(strlen(f.libc) > 0);
		assert_string_equal(f.arch, "x86_64");
	}
	free(sh);
}

static void
a_script_that_names_nobody_has_no_interpreter(void **state)
{
	static const char *const lines[] = { "#!", "#!\n", "#!/usr/bin/env no-such-program\n",
		"#!/no/such\n", "", "x" };
	struct trace_header header = { .exe = path, .machine = "x86_64" };
	AUTO(arena_free) struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct fingerprint f;

		put(lines[i], strlen(lines[i]));
		f = fingerprint_take(arena, &header, "/tmp", "/usr/bin:/bin");
		assert_string_equal(f.build_id, "");
	}
}

static void
only_what_is_known_on_both_sides_differs(void **state)
{
	struct fingerprint a = { "x86_64", "glibc 2.36", "", "aa" };
	struct fingerprint b = { "aarch64", "glibc 2.36", "/usr/bin/python3.11", "bb" };
	AUTO(arena_free) struct arena *arena = arena_new();
	bool is_rebuilt;

	(void)state;
	assert_null(fingerprint_differences(arena, &a, &a, &is_rebuilt));
	assert_false(is_rebuilt);
	assert_string_equal(fingerprint_differences(arena, &a, &b, &is_rebuilt),
		"architecture was 'x86_64' and is 'aarch64' now");
	assert_true(is_rebuilt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(build_id_and_interpreter_are_read),
		cmocka_unit_test(damage_gives_nothing_and_never_crashes),
		cmocka_unit_test(a_script_is_what_runs_it),
		cmocka_unit_test(a_script_that_names_nobody_has_no_interpreter),
		cmocka_unit_test(only_what_is_known_on_both_sides_differs),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
