/* SPDX-License-Identifier: MIT */
/*
 * layouts.h - how structs look
 */
#ifndef DECODE_LAYOUTS_H
#define DECODE_LAYOUTS_H

#include "decode/text.h"

/* "{tv_sec=1, tv_nsec=2}" of n bytes; fields that n does not reach are left out. */
void layout_show(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n);
/* The value of a field by its name, 0 when it has none of that name or n does not reach it. */
uint64_t layout_get(const struct text *t, const struct layout *l, const uint8_t *bytes,
	size_t n, const char *name);
/* As layout_show(), some fields left out: those for which skip says so. */
void layout_show_but(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n,
	bool (*skip)(const struct field *f, uint64_t arg), uint64_t arg);

/* Only these fields, in this order; names ends in NULL. */
void layout_show_order(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n,
	const char *const *names);
/* A timespec that is a point in time, with its date. */
void layout_show_time(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n);

/* Structs whose form a row cannot say. */
typedef void layout_print_fn(
	struct text *t, const struct layout *l, const uint8_t *bytes, size_t n);
layout_print_fn layout_wait_status_print, layout_old_sigset_print, layout_utimens_print,
	layout_stat_print, layout_sigaction_print, layout_siginfo_print, layout_sigevent_print,
	layout_pollfd_print, layout_epoll_data_print, layout_statx_print,
	layout_user_desc_print, layout_ipc_perm_print, layout_ipc_ds_print,
	layout_open_how_print;

#endif
