/* SPDX-License-Identifier: MIT */
/*
 * temp.c - temporary names: which part of a name is random, and what stands for it
 *
 * A name is temporary when the call that made it bears the mark of a maker: exclusive, private
 * (0600, directories 0700), and either random bytes drawn just before (glibc's mkstemp, gnulib)
 * or a name of the very form that the maker gives. A name that a person chose must not be taken
 * for one: then a change of that name would go unseen.
 *
 * Sources: glibc sysdeps/posix/tempname.c, gnulib tempname, musl __randname, CPython
 * tempfile.py, perl File::Temp, Go os/tempfile.go, Rust tempfile, libuv uv_fs_mkdtemp.
 */
#include "effects/temp.h"

#include "effects/path.h"
#include "effects/reword.h"

#include <fcntl.h>
#include <string.h>

/* Words that makers put before the random part without a separator. */
static const char *const prefixes[] = { "tmp", "cc", "sed", "sort", "gzip", "bash", "pip", "zi",
	"rustc", "rmeta", "target", "file", "go_build", "tmp_obj_", "tmp_pack_", "tmp_idx_",
	"tmp_rev_" };

static int
class_of(char c)
{
	return c >= '0' && c <= '9'   ? 0
	       : c >= 'a' && c <= 'z' ? 1
	       : c >= 'A' && c <= 'Z' ? 2
				      : 3;
}

/* Changes of character class: words have few, random text has many. */
static size_t
unrest(const char *text, size_t n)
{
	size_t changes = 0;

	for (size_t i = 1; i < n; i++)
		changes += class_of(text[i]) != class_of(text[i - 1]);
	return changes;
}

static size_t
prefix_of(const char *run, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t k = strlen(prefixes[i]);

		if (n >= k + TEMP_MIN && strncmp(run, prefixes[i], k) == 0)
			return k;
	}
	return 0;
}

/* The run that looks most random; *n is 0 when none is long enough. */
static const char *
random_run(const char *name, size_t *n)
{
	const char *best = name;
	size_t best_unrest = 0;

	*n = 0;
	for (const char *p = name; *p;) {
		const char *end = p;

		while (*end && is_word_byte(*end))
			end++;
		if ((size_t)(end - p) >= TEMP_MIN) {
			size_t skip = prefix_of(p, (size_t)(end - p));
			size_t u = unrest(p + skip, (size_t)(end - p) - skip);

			if (*n == 0 || u >= best_unrest) {
				best = p;
				*n = (size_t)(end - p);
				best_unrest = u;
			}
		}
		p = *end ? end + 1 : end;
	}
	return best;
}

/* Where makers put names when nobody says otherwise. */
static bool
is_in_temp_dir(const struct effects *fx, const char *path)
{
	const char *dirs[] = { "/tmp", "/var/tmp", "/dev/shm", fx->header.tmp };

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		if (dirs[i] && path_is_below(path, dirs[i], strlen(dirs[i])) &&
			path_parent(path) == strlen(dirs[i]))
			return true;
	return false;
}

static bool
is_all(const char *text, size_t n, const char *set)
{
	return n > 0 && strspn(text, set) >= n;
}

/* Forms that tell by themselves, given the flags of the call. */
static bool
has_makers_form(const char *run, size_t n, uint32_t flags)
{
	static const char digits[] = "0123456789", musl[] = "ABCDEFGHIJKLMNOPabcdefghijklmnop";
	static const char python[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t skip = prefix_of(run, n);
	const char *tail = run + n;

	if (n >= 8 && is_all(run, n, digits))
		return true; /* Go */
	if (n == 11 && strncmp(run, "tmp", 3) == 0 && is_all(run + 3, 8, python) &&
		(flags & (O_NOFOLLOW | O_DIRECTORY)))
		return true; /* CPython: O_NOFOLLOW, or a directory */
	if (n >= 8 && (flags & O_NOFOLLOW) && is_all(tail - 8, 8, python) &&
		unrest(tail - 8, 8) >= 2)
		return true;
	if (n == 9 && strncmp(run, "tmp", 3) == 0 && unrest(run + 3, 6) >= 1)
		return true; /* Rust's .tmpXXXXXX */
	if (is_all(tail - 6, 6, musl) && unrest(tail - 6, 6) >= 2)
		return true;
	return unrest(run + skip, n - skip) >= 3;
}

void
temp_notice(const struct act *a, struct name *name, uint32_t flags, uint32_t mode)
{
	struct effects *fx = a->fx;
	bool is_dir = flags & O_DIRECTORY, drew = a->task->drew_random;
	const char *last = path_last(name->path), *run;
	size_t n, skip;

	a->task->drew_random = false;
	if (mode != (is_dir ? 0700u : 0600u) && !drew)
		return;
	run = random_run(last, &n);
	/* An exclusive, private file that is both read and written, or a private directory,
	 * where temporary things live, is one whatever it is called: six letters drawn at
	 * random may look like a word. */
	drew |= is_in_temp_dir(fx, name->path) && (is_dir || (flags & O_ACCMODE) == O_RDWR);
	if (n == 0 || (!drew && !has_makers_form(run, n, flags)))
		return;
	if (mode != (is_dir ? 0700u : 0600u) && unrest(run, n) < 2)
		return; /* drawn for something else, and a word */
	skip = prefix_of(run, n);
	name->random = arena_strndup(fx->arena, run + skip, n - skip);
	name->random_prefix = arena_strndup(fx->arena, run, skip);
}
