/* SPDX-License-Identifier: MIT */
/*
 * layout_special.c - structs whose form depends on what is in them
 */
#include "decode/layouts.h"
#include "decode/flags.h"
#include "decode/names.h"

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
		layout_show_but(t, l, bytes, n, NULL, 0);
}

static bool
is_device(uint64_t mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode);
}

/* A device has a number and no size; times with their nanoseconds are one thing. */
static bool
skip_in_stat(const struct field *f, uint64_t mode)
{
	return strcmp(f->name, is_device(mode) ? "st_size" : "st_rdev") == 0;
}

void
layout_stat_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	uint64_t mode = layout_get(t, l, bytes, n, "st_mode");

	layout_show_but(t, l, bytes, n, skip_in_stat, mode);
	if (!t->how->verbose && !t->how->hide_addresses)
		return;
}

void
layout_statx_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	layout_show_but(t, l, bytes, n, NULL, 0);
}

#define SA_RESTORER_FLAG 0x04000000u

static bool
skip_in_sigaction(const struct field *f, uint64_t flags)
{
	return strcmp(f->name, "sa_restorer") == 0 && !(flags & SA_RESTORER_FLAG);
}

void
layout_sigaction_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	layout_show_but(
		t, l, bytes, n, skip_in_sigaction, layout_get(t, l, bytes, n, "sa_flags"));
}

void
layout_siginfo_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	layout_show_but(t, l, bytes, n, NULL, 0);
}

void
layout_sigevent_print(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	layout_show_but(t, l, bytes, n, NULL, 0);
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
