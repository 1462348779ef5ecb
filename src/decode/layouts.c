/* SPDX-License-Identifier: MIT */
/*
 * layouts.c - the table of structs
 */
#include "decode/layouts.h"
#include "decode/flags.h"

/* clang-format off */
#define F(name, width, kind) { name, width, ARG_##kind, 0, 0, NULL }
#define V(name, width, kind) { name, width, ARG_##kind, FIELD_VERBOSE, 0, NULL }
#define N(name, width, kind) { name, width, ARG_##kind, FIELD_VARIES, 0, NULL }
#define NV(name, width, kind) { name, width, ARG_##kind, FIELD_VERBOSE | FIELD_VARIES, 0, NULL }
#define R(name, width, kind, table) { name, width, ARG_##kind, 0, 0, &flags_##table }
#define RV(name, width, kind, table) { name, width, ARG_##kind, FIELD_VERBOSE, 0, &flags_##table }
#define NEST(name, layout) { name, W0, ARG_NEST, 0, 0, &layout_##layout }
#define NESTV(name, layout) { name, W0, ARG_NEST, FIELD_VERBOSE, 0, &layout_##layout }
#define ARR(name, layout, count) { name, W0, ARG_NEST, 0, count, &layout_##layout }
#define CHARS(name, count) { name, W1, ARG_CHARS, 0, count, NULL }
#define CHARSV(name, count) { name, W1, ARG_CHARS, FIELD_VERBOSE, count, NULL }
#define PAD(width, count) { NULL, width, ARG_HEX, FIELD_PAD, count, NULL }

#define HOW_STRUCT .print = NULL
#define HOW_VALUE .is_value = true
#define HOW_BARE .is_bare = true
#define HOW_PACKED_X86 .is_packed = true
#define HOW_STATUS .print = layout_wait_status_print
#define HOW_OLD_SET .print = layout_old_sigset_print
#define HOW_UTIMENS .print = layout_utimens_print
#define HOW_STAT .print = layout_stat_print
#define HOW_STAT_BY_ARCH HOW_STAT, .i386 = &layout_stat_i386, .aarch64 = &layout_stat_aarch64
#define HOW_STATX .print = layout_statx_print
#define HOW_OPEN_HOW .print = layout_open_how_print
#define HOW_USER_DESC .print = layout_user_desc_print
#define HOW_IPC_PERM .print = layout_ipc_perm_print
#define HOW_IPC_DS .print = layout_ipc_ds_print
#define HOW_SHMID_DS HOW_IPC_DS, .i386 = &layout_shmid_ds_i386
#define HOW_MSQID_DS HOW_IPC_DS, .i386 = &layout_msqid_ds_i386
#define HOW_TIME .print = layout_show_time
#define HOW_SIGACTION .print = layout_sigaction_print
#define HOW_SIGINFO .print = layout_siginfo_print
#define HOW_SIGEVENT .print = layout_sigevent_print
#define HOW_POLLFD .print = layout_pollfd_print
#define HOW_EPOLL_DATA .print = layout_epoll_data_print
#define HOW_PERF_ATTR .print = NULL
/* clang-format on */

#define LAYOUT(name_, how_, ...) static const struct field fields_##name_[] = { __VA_ARGS__ };
#include "decode/layouts.def"
#undef LAYOUT

#define LAYOUT(name_, how_, ...)                                                               \
	const struct layout layout_##name_ = { .name = #name_,                                 \
		.fields = fields_##name_,                                                      \
		.n = ARRAY_LEN(fields_##name_),                                                \
		HOW_##how_ };
#include "decode/layouts.def"
#undef LAYOUT
