/* SPDX-License-Identifier: MIT */
/* stack_test.c - which frame is the program's own; frames and stacks that are kept once */

#include "unit/test.h"

#include "model/stack.h"

#include <string.h>

#define LIBC "/usr/lib/x86_64-linux-gnu/libc.so.6"
#define APP "/home/me/app"

/* Innermost first; wanted: the index of the place, -1: none. */
static const struct row {
	struct stack_frame frames[5];
	int wanted;
} rows[] = {
	{ { { LIBC, 1, "write", 0, "../sysdeps/write.c", 26, false },
		  { APP, 2, "put", 0, "src/app.c", 7, true },
		  { APP, 2, "main", 9, "src/app.c", 20, false } },
		1 },
	{ { { LIBC, 1, "write", 0, NULL, 0, false }, { APP, 2, "save", 3, NULL, 0, false } },
		1 },
	/* Only the loader, only the C library: nobody's call. */
	{ { { "/lib64/ld-linux-x86-64.so.2", 1, "_dl_start", 0, NULL, 0, false } }, -1 },
	{ { { LIBC, 1, "_exit", 0, NULL, 0, false }, { APP, 2, "_start", 33, NULL, 0, false } },
		-1 },
	/* Code in no file is skipped: who called it is known. */
	{ { { LIBC, 1, "write", 0, NULL, 0, false }, { NULL, 0x7f00, NULL, 0, NULL, 0, false },
		  { APP, 2, "run", 0, "src/jit.c", 3, false } },
		2 },
	/* A program with its C library inside. */
	{ { { APP, 1, "__libc_write", 16, NULL, 0, false },
		  { APP, 2, "save", 3, "app.c", 5, false } },
		1 },
	{ { { APP, 1, "__libc_write", 16, NULL, 0, false },
		  { APP, 2, "save", 3, NULL, 0, false } },
		0 },
	/* A library of somebody's is no runtime, and the program's line is not its. */
	{ { { "/usr/lib/libsqlite3.so.0", 1, "unixWrite", 16, NULL, 0, false },
		  { APP, 2, "save", 3, "app.c", 5, false } },
		0 },
	/* Standard libraries that are compiled in. */
	{ { { APP, 1, "std::io::write", 0, "library/std/src/io/mod.rs", 9, false },
		  { APP, 2, "core::x", 0, "/rustc/abc/library/core/src/x.rs", 1, true },
		  { APP, 2, "loud::shout", 0, "src/loud.rs", 4, false } },
		2 },
	/* … and are generic, in a program without -g. */
	{ { { APP, 1, "std::fs::write::inner", 0, "library/std/src/fs.rs", 422, false },
		  { APP, 2, "std::fs::write", 21, NULL, 0, false },
		  { APP, 2, "<alloc::vec::Vec<T> as std::io::Write>::write", 1, NULL, 0,
			  false },
		  { APP, 2, "standard::save", 3, NULL, 0, false } },
		3 },
	{ { { APP, 1, "syscall.write", 0, "/usr/lib/go-1.19/src/syscall/zsys.go", 9, false },
		  { APP, 2, "os.(*File).Write", 0, "/usr/local/go/src/os/file.go", 1, false },
		  { APP, 2, "x.Save", 0, "/root/go/src/example.com/x/x.go", 4, false } },
		2 },
	{ { { LIBC, 1, "write", 0, NULL, 0, false },
		  { APP, 2, "put", 0, "/usr/include/c++/12/ostream", 9, true },
		  { APP, 2, "main", 0, "/src/internal/go/src.c", 4, false } },
		2 },
};

static void
the_place_is_the_innermost_frame_of_the_programs_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(stacks_free) struct stacks *s = stacks_new();
		const struct stack_frame *frames[5];
		const struct stack *stack;
		uint32_t n = 0;

		for (; n < 5 && (rows[i].frames[n].module || rows[i].frames[n].offset); n++)
			frames[n] = stacks_frame(s, &rows[i].frames[n]);
		stack = stacks_add(s, frames, n);
		if (stack_place(stack) != (rows[i].wanted < 0 ? NULL : frames[rows[i].wanted]))
			fail_msg("row %zu", i);
	}
	assert_null(stack_place(NULL));
}

static void
the_same_frame_and_the_same_stack_are_the_same_pointer(void **state)
{
	AUTO(stacks_free) struct stacks *s = stacks_new(), *other = stacks_new();
	char name[] = "save", file[] = "app.c";
	struct stack_frame f = { APP, 7, name, 1, file, 3, false };
	const struct stack_frame *frames[2];
	const struct stack *stack, *copy;

	(void)state;
	frames[0] = stacks_frame(s, &f);
	name[0] = 'w'; /* what was handed in is copied */
	assert_string_equal(frames[0]->function, "save");
	frames[1] = stacks_frame(s, &f);
	assert_ptr_not_equal(frames[0], frames[1]);
	name[0] = 's';
	assert_ptr_equal(stacks_frame(s, &f), frames[0]);
	f.line = 4;
	assert_ptr_not_equal(stacks_frame(s, &f), frames[0]);
	stack = stacks_add(s, frames, 2);
	assert_ptr_equal(stacks_add(s, frames, 2), stack);
	assert_ptr_not_equal(stacks_add(s, frames, 1), stack);
	copy = stacks_copy(other, stack);
	assert_ptr_not_equal(copy, stack);
	assert_int_equal(copy->n, 2);
	assert_string_equal(copy->frames[1]->function, "wave");
	assert_ptr_equal(stacks_copy(other, stack), copy);
	assert_null(stacks_copy(other, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_place_is_the_innermost_frame_of_the_programs_own),
		cmocka_unit_test(the_same_frame_and_the_same_stack_are_the_same_pointer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
