/* SPDX-License-Identifier: MIT */
/*
 * layout_special.c - structs whose form depends on what is in them
 */
#include "decode/layouts.h"
#include "decode/flags.h"
#include "decode/names.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

void
layout_wait_status_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	int status = (int)load_uint(bytes, (unsigned)MIN(n, 4));
	struct str *s = t->out;
	char room[16];

	(void)l;
	if (WIFEXITED(status))
		str_addf(s, "[{WIFEXITED(s) && WEXITSTATUS(s) == %d}]", WEXITSTATUS(status));
	else if (WIFSTOPPED(status))
		str_addf(s, "[{WIFSTOPPED(s) && WSTOPSIG(s) == %s}]",
			decode_signal_name(WSTOPSIG(status) & 0x7f, room));
	else if (WIFCONTINUED(status))
		str_add(s, "[{WIFCONTINUED(s)}]");
	else
		str_addf(s, "[{WIFSIGNALED(s) && WTERMSIG(s) == %s%s}]",
			decode_signal_name(WTERMSIG(status), room),
			WCOREDUMP(status) ? " && WCOREDUMP(s)" : "");
}

void
layout_old_sigset_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	(void)l;
	text_sigset(t, bytes, MIN(n, 4));
}

#define UTIME_NOW_NS 0x3fffffff
#define UTIME_OMIT_NS 0x3ffffffe

void
layout_utimens_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	uint64_t ns = layout_get(t, l, bytes, n, "tv_nsec");

	if (ns == UTIME_NOW_NS)
		str_add(t->out, "UTIME_NOW");
	else if (ns == UTIME_OMIT_NS)
		str_add(t->out, "UTIME_OMIT");
	else
		layout_show_time(t, l, bytes, n);
}

/* A device has a number and no size. */
void
layout_stat_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	static const char *const file[] = { "st_dev", "st_ino", "st_mode", "st_nlink", "st_uid",
		"st_gid", "st_blksize", "st_blocks", "st_size", "st_atime", "st_atime_nsec",
		"st_mtime", "st_mtime_nsec", "st_ctime", "st_ctime_nsec", NULL };
	static const char *const device[] = { "st_dev", "st_ino", "st_mode", "st_nlink",
		"st_uid", "st_gid", "st_blksize", "st_blocks", "st_rdev", "st_atime",
		"st_atime_nsec", "st_mtime", "st_mtime_nsec", "st_ctime", "st_ctime_nsec",
		NULL };
	uint64_t mode = layout_get(t, l, bytes, n, "st_mode");

	layout_show_order(t, l, bytes, n, S_ISCHR(mode) || S_ISBLK(mode) ? device : file);
}

#define SA_RESTORER_FLAG 0x04000000u

void
layout_sigaction_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	static const char *const names[] = { "sa_handler", "sa_mask", "sa_flags", "sa_restorer",
		NULL };
	static const char *const plain[] = { "sa_handler", "sa_mask", "sa_flags", NULL };
	uint64_t flags = layout_get(t, l, bytes, n, "sa_flags");

	layout_show_order(t, l, bytes, n, flags & SA_RESTORER_FLAG ? names : plain);
}

static void
show_child(struct text *t, const uint8_t *bytes, size_t n, int code)
{
	unsigned at = t->word == 8 ? 24 : 20, times = t->word == 8 ? 32 : 24;
	int status = (int)load_uint(bytes + at, 4);

	str_add(t->out, ", si_status=");
	if (code == CLD_EXITED)
		text_signed(t, status);
	else
		text_signal(t, status);
	if (!t->how->hide_addresses && n >= times + 2u * t->word)
		str_addf(t->out, ", si_utime=%llu, si_stime=%llu",
			(unsigned long long)load_uint(bytes + times, t->word),
			(unsigned long long)load_uint(bytes + times + t->word, t->word));
}

/* sigaction(2): what follows si_code depends on it. 64-bit callers have a hole behind it. */
void
layout_siginfo_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	int signal = (int)load_uint(bytes, 4), code = (int)load_uint(bytes + 8, 4);
	int error = (int)load_uint(bytes + 4, 4);
	size_t at = t->word == 8 ? 16 : 12;
	const char *name = signal_code_name(signal, code);

	(void)l;
	if (n < 64 || !signal) {
		str_add(t->out, "{}");
		return;
	}
	str_add(t->out, "{si_signo=");
	text_signal(t, signal);
	if (name)
		str_addf(t->out, ", si_code=%s", name);
	else
		str_addf(t->out, ", si_code=%d", code);
	if (error)
		str_addf(t->out, ", si_errno=%d", error);
	if (code <= 0 || signal == SIGCHLD) {
		str_add(t->out, ", si_pid=");
		text_pid(t, (int32_t)load_uint(bytes + at, 4));
		str_addf(t->out, ", si_uid=%u", (unsigned)load_uint(bytes + at + 4, 4));
		if (signal == SIGCHLD && code > 0)
			show_child(t, bytes, n, code);
	} else if (code != SI_KERNEL) {
		str_add(t->out, ", si_addr=");
		text_address(t, load_uint(bytes + at, t->word));
	}
	str_add_char(t->out, '}');
}

static bool
skip_thread(const struct field *f, uint64_t notify)
{
	return notify != 4 && strcmp(f->name, "sigev_notify_thread_id") == 0;
}

void
layout_sigevent_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	layout_show_but(
		t, l, bytes, n, skip_thread, layout_get(t, l, bytes, n, "sigev_notify"));
}

static bool
skip_revents(const struct field *f, uint64_t arg)
{
	(void)arg;
	return strcmp(f->name, "revents") == 0;
}

void
layout_pollfd_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	layout_show_but(t, l, bytes, n, skip_revents, 0);
}

void
layout_epoll_data_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	uint64_t value = load_uint(bytes, (unsigned)MIN(n, 8));

	(void)l;
	if (t->how->hide_addresses)
		str_add_char(t->out, '@');
	else
		str_addf(t->out, "{u32=%u, u64=%llu}", (uint32_t)value,
			(unsigned long long)value);
}
