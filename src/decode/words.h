/* SPDX-License-Identifier: MIT */
/*
 * words.h - the words in which calls.def and variants.def speak of arguments
 *
 * INT("count") makes a struct arg_spec. Included by the files that build these tables alone.
 */
#ifndef DECODE_WORDS_H
#define DECODE_WORDS_H

#include "decode/arg.h"
#include "decode/flags.h"

/* clang-format off */
#define WORD(name, kind) { name, ARG_##kind, NO_LEN, NULL }
#define WORD_LEN(name, kind, len) { name, ARG_##kind, len, NULL }
#define WORD_REF(name, kind, ref) { name, ARG_##kind, NO_LEN, &ref }

#define SKIP WORD("", SKIP)
#define INT(name) WORD(name, INT)
#define IPC_FLAGS(name, table) WORD_REF(name, IPC_FLAGS, flags_##table)
#define WAKE_OP(name) WORD(name, WAKE_OP)
#define OLD_SIGFRAME(name) WORD(name, OLD_SIGFRAME)
#define SIGFRAME(name) WORD(name, SIGFRAME)
#define UINT(name) WORD(name, UINT)
#define LONG(name) WORD(name, LONG)
#define ULONG(name) WORD(name, ULONG)
#define SIZE(name) WORD(name, ULONG)
#define HEX(name) WORD(name, HEX)
#define HEXP(name) WORD(name, HEXP)
#define OFFSET(name) WORD(name, OFFSET)
#define POSITION(name) WORD(name, POSITION)
#define PAGES(name) WORD(name, PAGES)
#define FD(name) WORD(name, FD)
#define DIRFD(name) WORD(name, DIRFD)
#define PID(name) WORD(name, PID)
#define UID(name) WORD(name, UID)
#define UID16(name) WORD(name, UID16)
#define MODE(name) WORD(name, MODE)
#define MODE3(name) WORD(name, MODE3)
#define FILE_MODE(name) WORD(name, FILE_MODE)
#define DEVICE(name) WORD(name, DEVICE)
#define ADDR(name) WORD(name, ADDR)
#define FLAGS(name, table) WORD_REF(name, FLAGS, flags_##table)
#define FLAGS64(name, table) WORD_REF(name, OFFSET_FLAGS, flags_##table)
#define ENUM(name, table) WORD_REF(name, ENUM, flags_##table)
#define SIGNAL(name) WORD(name, SIGNAL)
#define HANDLER(name) WORD(name, HANDLER)
#define CLOCK(name) WORD(name, CLOCK)
#define IPC_KEY(name) WORD(name, IPC_KEY)
#define IOPRIO(name) WORD(name, IOPRIO)
#define IOCTL(name) WORD(name, IOCTL)
#define QUOTA_OP(name) WORD(name, QUOTA_OP)
#define OLD_SIGSET(name) WORD(name, OLD_SIGSET)
#define SOCKOPT(name) WORD(name, SOCKOPT)

#define STR(name) WORD(name, STR)
#define PATH(name) WORD(name, PATH)
#define DATA_OUT(name, len) WORD_LEN(name, DATA_OUT, len)
#define DATA_IN(name, len) WORD_LEN(name, DATA_IN, len)
#define RANDOM(name, len) WORD_LEN(name, RANDOM, len)
#define RAW_IN(name, len) WORD_LEN(name, RAW_IN, len)
#define RAW_OUT(name, len) WORD_LEN(name, RAW_OUT, len)
#define IOV_OUT(name, len) WORD_LEN(name, IOV_OUT, len)
#define IOV_IN(name, len) WORD_LEN(name, IOV_IN, len)
#define IOV_REMOTE(name, len) WORD_LEN(name, IOV_REMOTE, len)
#define MSG_OUT(name) WORD(name, MSG_OUT)
#define MSG_IN(name) WORD(name, MSG_IN)
#define MMSG_OUT(name, len) WORD_LEN(name, MMSG_OUT, len)
#define MMSG_IN(name, len) WORD_LEN(name, MMSG_IN, len)
#define MSGBUF_OUT(name, len) WORD_LEN(name, MSGBUF_OUT, len)
#define MSGBUF_IN(name, len) WORD_LEN(name, MSGBUF_IN, len)
#define ADDRESS_IN(name, len) WORD_LEN(name, ADDRESS_IN, len)
#define ADDRESS_OUT(name, len) WORD_LEN(name, ADDRESS_OUT, len)
#define LENGTH(name) WORD(name, LENGTH)
#define LENGTH_OF(name, address) WORD_LEN(name, LENGTH, address)
#define OPT_IN(name, len) WORD_LEN(name, OPT_IN, len)
#define OPT_OUT(name, len) WORD_LEN(name, OPT_OUT, len)
#define ARGV(name) WORD(name, ARGV)
#define ENVP(name) WORD(name, ENVP)
#define SIGSET_IN(name, len) WORD_LEN(name, SIGSET_IN, len)
#define SIGSET_OUT(name, len) WORD_LEN(name, SIGSET_OUT, len)
#define SIGSET_PAIR(name) WORD(name, SIGSET_PAIR)
#define CPU_SET_IN(name, len) WORD_LEN(name, CPU_SET_IN, len)
#define CPU_SET_OUT(name, len) WORD_LEN(name, CPU_SET_OUT, len)
#define BITS_IN(name, len) WORD_LEN(name, BITS_IN, len)
#define FDSET(name, len) WORD_LEN(name, FD_SET, len)
#define FD_PAIR(name) WORD(name, FD_PAIR)
#define PTR_IN(name, layout) WORD_REF(name, PTR_IN, layout_##layout)
#define PTR_SIZED(name, layout, len) { name, ARG_PTR_IN, len, &layout_##layout }
#define PTR_LEFT(name, layout) WORD_REF(name, PTR_LEFT, layout_##layout)
#define POLLFDS(name, layout, len) { name, ARG_POLLFDS, len, &layout_##layout }
#define PTR_OUT(name, layout) WORD_REF(name, PTR_OUT, layout_##layout)
#define PTR_FOUND(name, layout) WORD_REF(name, PTR_FOUND, layout_##layout)
#define PTR_FOUND_BY(name, layout, by) { name, ARG_PTR_FOUND, by, &layout_##layout }
#define PTR_BOTH(name, layout) WORD_REF(name, PTR_BOTH, layout_##layout)
#define PTR_REM(name, layout) WORD_REF(name, PTR_REM, layout_##layout)
#define PAIR_IN(name, layout) WORD_REF(name, PAIR_IN, layout_##layout)
#define PAIR_OUT(name, layout) WORD_REF(name, PAIR_OUT, layout_##layout)
#define ARRAY_IN(name, layout, len) { name, ARG_ARRAY_IN, len, &layout_##layout }
#define ARRAY_OUT(name, layout) WORD_REF(name, ARRAY_OUT, layout_##layout)
#define PTR_LIST(name, layout, len) { name, ARG_PTR_LIST, len, &layout_##layout }
#define DIRENTS(name, len) WORD_LEN(name, DIRENTS, len)
#define CAPS_IN(name, len) WORD_LEN(name, CAPS_IN, len)
#define CAPS_OUT(name, len) WORD_LEN(name, CAPS_OUT, len)
#define FILE_HANDLE_IN(name) WORD(name, FILE_HANDLE_IN)
#define FILE_HANDLE_BOTH(name) WORD(name, FILE_HANDLE_BOTH)
#define CLONE_ARGS(name, len) WORD_LEN(name, CLONE_ARGS, len)
/* clang-format on */

#endif
