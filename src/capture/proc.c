/* SPDX-License-Identifier: MIT */
/* proc.c - what /proc says of a task */

#include "capture/proc.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PATH_ROOM 64 /* "/proc/", a pid, "/fdinfo/", a descriptor */

static bool
read_file(struct str *out, pid_t tid, const char *name)
{
	char path[PATH_ROOM];
	struct err err = { 0 };
	bool ok;

	snprintf(path, sizeof path, "/proc/%d/%s", tid, name);
	ok = file_read(out, path, 0, &err) == 0;
	err_drop(&err); /* a task that is gone is an expected answer */
	return ok;
}

/* The text behind "\nNAME:", NULL when there is no such line. */
static const char *
field(const struct str *text, const char *name)
{
	const char *line = str_text(text);
	size_t n = strlen(name);

	while (line) {
		if (!strncmp(line, name, n) && line[n] == ':')
			return line + n + 1;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return NULL;
}

static uint64_t
number(const struct str *text, const char *name, int base)
{
	const char *at = field(text, name);

	return at ? strtoull(at, NULL, base) : 0;
}

/* Of "real effective saved fs". */
static uint32_t
second_number(const struct str *text, const char *name)
{
	const char *at = field(text, name);
	unsigned value = 0;

	return at && sscanf(at, "%*u %u", &value) == 1 ? value : 0;
}

struct proc_status
proc_status(pid_t tid)
{
	AUTO(str_done) struct str text = { 0 };
	struct proc_status s = { 0 };

	if (!read_file(&text, tid, "status"))
		return s;
	s.is_found = true;
	s.process = (pid_t)number(&text, "Tgid", 10);
	s.parent = (pid_t)number(&text, "PPid", 10);
	s.euid = second_number(&text, "Uid");
	s.egid = second_number(&text, "Gid");
	s.has_capabilities = number(&text, "CapPrm", 16) != 0;
	s.no_new_privs = number(&text, "NoNewPrivs", 10);
	s.peak_rss_bytes = number(&text, "VmHWM", 10) * 1024;
	s.blocked = number(&text, "SigBlk", 16);
	s.ignored = number(&text, "SigIgn", 16);
	s.caught = number(&text, "SigCgt", 16);
	s.pending = number(&text, "SigPnd", 16);
	s.all_pending = number(&text, "ShdPnd", 16);
	return s;
}

char
proc_state(pid_t tid)
{
	AUTO(str_done) struct str text = { 0 };
	const char *at;

	/* The name before it may hold anything. */
	if (!read_file(&text, tid, "stat") || !(at = strrchr(str_text(&text), ')')) ||
		at[1] != ' ')
		return 0;
	return at[2];
}

void
proc_children_times(pid_t tid, uint64_t *user_ns, uint64_t *system_ns)
{
	AUTO(str_done) struct str text = { 0 };
	unsigned long user = 0, system = 0;
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	const char *at;

	/* The name in parentheses may hold anything; fields are counted behind its end. */
	if (!read_file(&text, tid, "stat") || !(at = strrchr(str_text(&text), ')')) ||
		sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %lu %lu",
			&user, &system) != 2)
		user = system = 0;
	*user_ns = user * tick_ns;
	*system_ns = system * tick_ns;
}

bool
proc_link(struct str *out, pid_t tid, const char *name)
{
	char path[PATH_ROOM];
	char text[4096]; /* the kernel gives a page at most */
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%d/%s", tid, name);
	n = readlink(path, text, sizeof text);
	if (n < 0)
		return false;
	str_add_n(out, text, (size_t)n);
	return true;
}

bool
proc_lost_rights(pid_t tid, bool is_nnp_ours)
{
	char path[PATH_ROOM];
	struct proc_status status;
	struct statvfs fs;
	struct stat st;
	bool has_user, has_group, has_caps;

	snprintf(path, sizeof path, "/proc/%d/exe", tid);
	if (stat(path, &st) < 0)
		return false;
	has_user = st.st_mode & S_ISUID;
	/* Setgid without the right to execute means something else (mandatory locks). */
	has_group = (st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP);
	has_caps = getxattr(path, "security.capability", NULL, 0) > 0;
	if ((!has_user && !has_group && !has_caps) || statvfs(path, &fs) < 0 ||
		(fs.f_flag & ST_NOSUID))
		return false;
	status = proc_status(tid);
	if (!status.is_found || (status.no_new_privs && !is_nnp_ours))
		return false;
	return (has_user && st.st_uid != status.euid) ||
	       (has_group && st.st_gid != status.egid) ||
	       (has_caps && status.euid && !status.has_capabilities);
}

bool
proc_is_secure(pid_t tid)
{
	AUTO(str_done) struct str text = { 0 };
	unsigned char ident[EI_NIDENT] = { 0 };
	char path[PATH_ROOM];
	size_t word = 8;

	snprintf(path, sizeof path, "/proc/%d/exe", tid);
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, ident, sizeof ident) == sizeof ident &&
		ident[EI_CLASS] == ELFCLASS32)
		word = 4;
	if (!read_file(&text, tid, "auxv"))
		return false;
	for (size_t at = 0; at + 2 * word <= text.n; at += 2 * word) {
		uint64_t type = 0, value = 0;

		memcpy(&type, text.data + at, word);
		memcpy(&value, text.data + at + word, word);
		if (type == AT_SECURE)
			return value != 0;
	}
	return false;
}

static int
by_number(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* The numbers that a directory below /proc/PID lists, sorted; the caller frees. */
static int *
list_numbers(pid_t pid, const char *name, size_t *n)
{
	char path[PATH_ROOM];
	size_t capacity = 0;
	int *list = NULL;
	struct dirent *entry;
	DIR *dir;

	*n = 0;
	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		list = mem_grow(list, *n, &capacity, sizeof *list);
		list[(*n)++] = atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (*n)
		qsort(list, *n, sizeof *list, by_number);
	return list;
}

void
proc_each_fd(pid_t tid, void (*visit)(void *arg, int fd, uint32_t flags, const char *name),
	void *arg)
{
	AUTO(str_done) struct str text = { 0 };
	size_t n;
	AUTO(mem_free) int *fds = list_numbers(tid, "fd", &n);

	for (size_t i = 0; i < n; i++) {
		char name[32];
		uint32_t flags;

		snprintf(name, sizeof name, "fdinfo/%d", fds[i]);
		str_clear(&text);
		if (!read_file(&text, tid, name))
			continue;
		flags = (uint32_t)number(&text, "flags", 8);
		snprintf(name, sizeof name, "fd/%d", fds[i]);
		str_clear(&text);
		if (proc_link(&text, tid, name))
			visit(arg, fds[i], flags, str_text(&text));
	}
}

void
proc_each_task(pid_t pid, bool (*visit)(void *arg, pid_t tid), void *arg)
{
	size_t n;
	AUTO(mem_free) int *tids = list_numbers(pid, "task", &n);

	for (size_t i = 0; i < n; i++) {
		if (!visit(arg, tids[i]))
			return;
	}
}
