/* SPDX-License-Identifier: MIT */
/* btf_excerpt_test.c - the types that a program names, taken out of a kernel's */

#include "unit/test.h"

#include "base/file.h"
#include "base/mem.h"
#include "capture/btf.h"
#include "capture/btf_excerpt.h"
#include "capture/kernel_types.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A BTF that is being written. */
struct made {
	struct str types, names, all;
	uint32_t n;
};

static void
made_init(struct made *m)
{
	*m = (struct made){ .n = 0 };
	str_add_n(&m->names, "", 1);
}

static void
made_done(struct made *m)
{
	str_done(&m->types);
	str_done(&m->names);
	str_done(&m->all);
}

static uint32_t
put_name(struct made *m, const char *name)
{
	size_t at = m->names.n;

	if (!*name)
		return 0;
	str_add_n(&m->names, name, strlen(name) + 1);
	return (uint32_t)at;
}

/* n: members, values; word: size or type. Its number. */
static uint32_t
put_type(struct made *m, uint32_t kind, const char *name, uint32_t n, uint32_t word)
{
	struct btf_type type = {
		.name_off = put_name(m, name), .info = kind << 24 | n, .size = word
	};

	str_add_n(&m->types, &type, sizeof type);
	return ++m->n;
}

static void
put_member(struct made *m, const char *name, uint32_t type, uint32_t offset)
{
	struct btf_member member = {
		.name_off = put_name(m, name), .type = type, .offset = offset
	};

	str_add_n(&m->types, &member, sizeof member);
}

static void
put_words(struct made *m, const uint32_t *words, size_t n)
{
	str_add_n(&m->types, words, n * sizeof *words);
}

static const struct str *
made_all(struct made *m)
{
	struct btf_header head = { .magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof head,
		.type_len = (uint32_t)m->types.n,
		.str_off = (uint32_t)m->types.n,
		.str_len = (uint32_t)m->names.n };

	str_clear(&m->all);
	str_add_n(&m->all, &head, sizeof head);
	str_add_n(&m->all, str_text(&m->types), m->types.n);
	str_add_n(&m->all, m->names.data, m->names.n);
	return &m->all;
}

/* A BTF in words: "struct:task 16 pid>int@0 …", a line a type, from 1. */
static void
describe(struct str *out, const struct str *btf)
{
	struct err err = { 0 };
	struct btf_source s;
	struct btf_type type;
	size_t next;
	uint32_t n = 0;

	assert_int_equal(btf_open(&s, btf->data, btf->n, &err), 0);
	for (size_t at = 0; at < s.n_types; at = next) {
		const uint8_t *parts = s.types + at + sizeof type;

		next = btf_read(&s, at, &type);
		assert_true(next > at);
		str_addf(out, "%u:%u '%s' %u", ++n, BTF_INFO_KIND(type.info),
			s.strings + type.name_off, type.size);
		for (uint32_t i = 0; i < BTF_INFO_VLEN(type.info); i++) {
			struct btf_member member;

			if (btf_parts(&type)->form != BTF_FORM_MEMBERS)
				break;
			memcpy(&member, parts + i * sizeof member, sizeof member);
			str_addf(out, " %s>%u@%u", s.strings + member.name_off, member.type,
				member.offset);
		}
		str_add(out, "\n");
	}
}

/* A kernel's: what a program asks for lies between other things. */
static void
put_kernel(struct made *m)
{
	uint32_t number, pointer, other;

	number = put_type(m, BTF_KIND_INT, "int", 0, 4); /* 1 */
	put_words(m, &(uint32_t){ 32 }, 1);
	other = put_type(m, BTF_KIND_STRUCT, "other", 1, 4); /* 2 */
	put_member(m, "pid", number, 0);
	pointer = put_type(m, BTF_KIND_PTR, "", 0, other);        /* 3 */
	put_type(m, BTF_KIND_TYPEDEF, "btf_trace_x", 0, pointer); /* 4 */
	put_type(m, BTF_KIND_UNION, "", 2, 8);                    /* 5 */
	put_member(m, "inner", number, 0);
	put_member(m, "hidden", pointer, 0);
	put_type(m, BTF_KIND_FUNC_PROTO, "", 1, 0); /* 6 */
	put_words(m, (uint32_t[]){ 0, 1 }, 2);
	put_type(m, BTF_KIND_FUNC, "task", 0, 6); /* 7: of a name asked for, but no type */
	put_type(m, BTF_KIND_ARRAY, "", 0, 0);    /* 8 */
	put_words(m, (uint32_t[]){ 10, 1, 3 }, 3);
	put_type(m, BTF_KIND_STRUCT, "task", 5, 64); /* 9 */
	put_member(m, "padding", number, 0);
	put_member(m, "pid", number, 32);
	put_member(m, "", 5, 64);
	put_member(m, "next", pointer, 128);
	put_member(m, "many", 8, 192);
	put_type(m, BTF_KIND_TYPEDEF, "id_t", 0, number); /* 10 */
	put_type(m, BTF_KIND_ENUM, "task", 1, 4);         /* 11 */
	put_words(m, (uint32_t[]){ put_name(m, "FIRST"), 7 }, 2);
}

static void
put_program(struct made *m)
{
	uint32_t number = put_type(m, BTF_KIND_INT, "int", 0, 4);

	put_words(m, &(uint32_t){ 32 }, 1);
	put_type(m, BTF_KIND_STRUCT, "task___new", 4, 8);
	put_member(m, "pid", number, 0);
	put_member(m, "inner", number, 32);
	put_member(m, "next", number, 32);
	put_member(m, "many", number, 32);
}

/* A kernel, and a program whose names are looked for in it. The caller is done with both. */
static void
put_both(struct made *kernel, struct made *program, struct btf_names *names)
{
	const struct str *btf;
	struct err err = { 0 };

	made_init(kernel);
	made_init(program);
	put_kernel(kernel);
	put_program(program);
	btf = made_all(program);
	assert_int_equal(btf_names_add(names, btf->data, btf->n, &err), 0);
}

static void
an_excerpt_holds_what_a_program_names_at_its_true_place(void **state)
{
	AUTO(btf_names_free) struct btf_names *names = btf_names_new();
	AUTO(str_done) struct str out = { 0 }, text = { 0 };
	struct made kernel, program;
	struct err err = { 0 };
	const struct str *btf;
	uint32_t trace, none;

	(void)state;
	put_both(&kernel, &program, names);
	btf_names_ask(names, "btf_trace_x", &trace);
	btf_names_ask(names, "btf_trace_y", &none);
	btf = made_all(&kernel);
	assert_int_equal(btf_excerpt(&out, btf->data, btf->n, names, &err), 0);
	assert_int_equal(trace, 4);
	assert_int_equal(none, 0);
	describe(&text, &out);
	assert_string_equal(str_text(&text),
		"1:4 'task' 64 pid>3@32 >4@64 next>5@128 many>6@192\n"
		"2:6 'task' 4\n"
		"3:1 'int' 4\n"
		"4:5 '' 8 inner>3@0\n"
		"5:2 '' 0\n"
		"6:3 '' 0\n"
		"7:8 'id_t' 3\n");
	made_done(&kernel);
	made_done(&program);
}

static void
a_name_ends_where_a_program_tells_forms_apart(void **state)
{
	static const struct {
		const char *name;
		size_t n;
	} rows[] = { { "task", 4 }, { "task___old", 4 }, { "a___b", 1 }, { "___a", 4 },
		{ "a___", 4 }, { "a____b", 6 }, { "a__b", 4 }, { "", 0 }, { "a___b___c", 5 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(btf_essential(rows[i].name), rows[i].n);
}

/* The bytes end where a page does that cannot be read. */
static int
excerpt_at_guard(const struct str *btf, size_t n, const struct btf_names *names)
{
	AUTO(str_done) struct str out = { 0 };
	size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (n + page - 1) / page * page + page;
	struct err err = { 0 };
	uint8_t *p = mmap(
		NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status;

	assert_true(p != MAP_FAILED);
	assert_int_equal(mprotect(p + room, page, PROT_NONE), 0);
	if (n)
		memcpy(p + room - n, btf->data, n);
	status = btf_excerpt(&out, p + room - n, n, names, &err);
	assert_true((status < 0) == err_is_set(&err));
	err_done(&err);
	munmap(p, room + page);
	return status;
}

static void
what_ends_too_soon_is_an_error(void **state)
{
	AUTO(btf_names_free) struct btf_names *names = btf_names_new();
	struct made kernel, program;
	const struct str *btf;

	(void)state;
	put_both(&kernel, &program, names);
	btf = made_all(&kernel);
	for (size_t n = 0; n < btf->n; n++)
		assert_int_equal(excerpt_at_guard(btf, n, names), -1);
	assert_int_equal(excerpt_at_guard(btf, btf->n, names), 0);
	made_done(&kernel);
	made_done(&program);
}

/* Every byte, changed in several ways: an answer, or an error, and nothing outside is read. */
static void
what_is_not_sound_does_no_harm(void **state)
{
	static const uint8_t masks[] = { 0xff, 0x80, 0x01 };
	AUTO(btf_names_free) struct btf_names *names = btf_names_new();
	struct made kernel, program;
	const struct str *btf;
	size_t n_bad = 0;

	(void)state;
	put_both(&kernel, &program, names);
	btf = made_all(&kernel);
	for (size_t i = 0; i < btf->n * ARRAY_LEN(masks); i++) {
		btf->data[i / ARRAY_LEN(masks)] ^= (char)masks[i % ARRAY_LEN(masks)];
		n_bad += excerpt_at_guard(btf, btf->n, names) < 0;
		btf->data[i / ARRAY_LEN(masks)] ^= (char)masks[i % ARRAY_LEN(masks)];
	}
	assert_true(n_bad > 50);
	made_done(&kernel);
	made_done(&program);
}

static void
a_kind_that_is_not_known_is_an_error(void **state)
{
	AUTO(btf_names_free) struct btf_names *names = btf_names_new();
	struct made kernel;
	struct err err = { 0 };
	const struct str *btf;

	(void)state;
	made_init(&kernel);
	put_type(&kernel, 31, "future", 0, 0);
	btf = made_all(&kernel);
	assert_int_equal(btf_names_add(names, btf->data, btf->n, &err), -1);
	assert_non_null(strstr(err.text, "unknown or unsound type at byte 0"));
	err_done(&err);
	made_done(&kernel);
}

/* This kernel's: an excerpt of it is sound, and an excerpt of that one is the same. */
static void
the_running_kernel_is_understood(void **state)
{
	AUTO(btf_names_free) struct btf_names *names = btf_names_new();
	AUTO(str_done) struct str first = { 0 }, second = { 0 };
	AUTO(fd_close) int fd = memfd_create("types", MFD_CLOEXEC);
	struct made program;
	struct err err = { 0 };
	const struct str *btf;
	uint32_t trace;

	(void)state;
	if (access(KERNEL_TYPES, R_OK) < 0)
		skip();
	made_init(&program);
	put_type(&program, BTF_KIND_STRUCT, "task_struct", 2, 8);
	put_member(&program, "pid", 0, 0);
	put_member(&program, "thread_info", 0, 0);
	btf = made_all(&program);
	assert_int_equal(btf_names_add(names, btf->data, btf->n, &err), 0);
	btf_names_ask(names, "btf_trace_sys_enter", &trace);
	assert_true(fd >= 0);
	assert_int_equal(kernel_types_write(fd, names, &err), 0);
	assert_true(trace > 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(fd_read(&first, fd, 0, &err), 0);
	assert_true(first.n < 100000);
	assert_int_equal(btf_excerpt(&second, first.data, first.n, names, &err), 0);
	assert_int_equal(second.n, first.n);
	made_done(&program);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_excerpt_holds_what_a_program_names_at_its_true_place),
		cmocka_unit_test(a_name_ends_where_a_program_tells_forms_apart),
		cmocka_unit_test(what_ends_too_soon_is_an_error),
		cmocka_unit_test(what_is_not_sound_does_no_harm),
		cmocka_unit_test(a_kind_that_is_not_known_is_an_error),
		cmocka_unit_test(the_running_kernel_is_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
