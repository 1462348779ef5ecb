/* SPDX-License-Identifier: MIT */
/* runtime.c - files that belong to the language or the system, not to the program */
#include "effects/runtime.h"

#include "base/regex.h"
#include "base/str.h"

#include <string.h>

static const struct {
	uint8_t kind;
	const char *glob;
} rows[] = {
#define PATHS(kind_, glob_) { RUNTIME_##kind_, glob_ },
#include "effects/runtime.def"
#undef PATHS
};

/* Timestamps, inodes and nonces inside. */
static const char *const volatile_files[] = { "**/.git/index", "**/.git/logs/**",
	"**/.git/worktrees/*/index", "**/.git/worktrees/*/logs/**", "**/.git/modules/**/index",
	"**/.git/modules/**/logs/**", "**-wal" };
static const char *const pid_files[] = { "**.pid", "**pid", "**.lock", "**lock" };
static const char *const shells[] = { "sh", "dash", "bash", "zsh", "ksh", "mksh", "ash",
	"busybox", "fish" };
static const char *const waiters[] = { "sleep", "usleep" };
static const char *const pid_programs[] = { "kill", "pkill", "ps", "gdb", "strace", "nsenter",
	"taskset", "renice", "ionice", "chrt", "prlimit", "lsof", "pmap", "pwdx", "waitpid",
	"jstack", "jcmd", "gcore" };

static bool
is_wildcard(char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

/* A path, and a bit for each character (modulo 64) that one of its components begins with. */
struct subject {
	const char *path;
	uint64_t firsts;
};

static uint64_t
bit_of(char c)
{
	return 1ull << ((unsigned char)c & 63);
}

static struct subject
subject_of(const char *path)
{
	struct subject s = { path, bit_of(path[0]) };

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/'))
		s.firsts |= bit_of(slash[1]);
	return s;
}

/* glob_matches() with two quick refusals: the text before the first wildcard must be there, and
 * some component must begin as the one behind a leading [**] does. Most rows differ from most
 * paths in such a character. */
static bool
matches(const char *glob, const struct subject *s)
{
	if (strncmp(glob, "**/", 3) == 0 && !is_wildcard(glob[3]) &&
		!(s->firsts & bit_of(glob[3])))
		return false;
	for (size_t i = 0; glob[i] && !is_wildcard(glob[i]); i++)
		if (glob[i] != s->path[i])
			return false;
	return glob_matches(glob, s->path);
}

enum runtime_kind
runtime_kind(const char *path, bool is_own_place)
{
	struct subject s = subject_of(path);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!(is_own_place && rows[i].glob[0] == '/') && matches(rows[i].glob, &s))
			return rows[i].kind;
	return RUNTIME_NONE;
}

static bool
any_matches(const char *const *globs, size_t n, const char *path)
{
	struct subject s = subject_of(path);

	for (size_t i = 0; i < n; i++)
		if (matches(globs[i], &s))
			return true;
	return false;
}

bool
runtime_is_volatile(const char *path)
{
	return any_matches(volatile_files, ARRAY_LEN(volatile_files), path);
}

bool
runtime_holds_pid(const char *path)
{
	return any_matches(pid_files, ARRAY_LEN(pid_files), path);
}

static bool
is_named(const char *const *names, size_t n, const char *exe)
{
	const char *slash = strrchr(exe, '/');

	for (size_t i = 0; i < n; i++)
		if (strcmp(slash ? slash + 1 : exe, names[i]) == 0)
			return true;
	return false;
}

bool
runtime_is_waiter(const char *exe)
{
	return is_named(waiters, ARRAY_LEN(waiters), exe);
}

bool
runtime_is_shell(const char *exe)
{
	return is_named(shells, ARRAY_LEN(shells), exe);
}

bool
runtime_takes_pids(const char *exe)
{
	return is_named(pid_programs, ARRAY_LEN(pid_programs), exe);
}
