/* SPDX-License-Identifier: MIT */
/*
 * kinds.h - arguments that point somewhere, as text
 */
#ifndef DECODE_KINDS_H
#define DECODE_KINDS_H

#include "decode/text.h"

/* When the text of an argument is known. */
enum known {
	KNOWN_BEFORE, /* all of it, or a first part */
	KNOWN_AFTER,
};

enum known kind_known(uint8_t kind);
void kind_show(struct text *t, const struct arg *a);

/* The writers, by what they know (kinds.c has the table). */
typedef void kind_fn(struct text *t, const struct arg *a);
/* strings.c */
kind_fn show_str, show_path, show_data_out, show_data_in, show_random, show_raw_in,
	show_raw_out, show_argv, show_envp;
/* vectors.c */
kind_fn show_iov_out, show_iov_in, show_iov_remote, show_msg_out, show_msg_in, show_mmsg_out,
	show_mmsg_in, show_msgbuf_out, show_msgbuf_in;
/* socket.c */
kind_fn show_address_in, show_address_out, show_length, show_opt_in, show_opt_out;
/* sets.c */
kind_fn show_sigset_in, show_sigset_out, show_sigset_pair, show_cpu_set_in, show_cpu_set_out,
	show_bits_in, show_fd_set, show_sigframe, show_old_sigframe;
/* pointers.c */
kind_fn show_fd_pair, show_ptr_in, show_ptr_out, show_ptr_found, show_ptr_both, show_ptr_rem,
	show_pair_in, show_pair_out, show_array_in, show_array_out, show_ptr_list, show_dirents,
	show_caps_in, show_caps_out, show_file_handle_in, show_file_handle_both,
	show_clone_args;

/* "{sa_family=AF_INET, …}"; n is what the caller said. */
void show_sockaddr(struct text *t, bool at_exit, uint64_t address, uint64_t n);
/* The control messages of a msghdr in brackets (control.c). */
void show_control(struct text *t, bool at_exit, uint64_t address, uint64_t n);
/* Which descriptors of a set are in it: "[3 4]"; returns how many (sets.c). */
unsigned show_fds(struct text *t, bool at_exit, uint64_t address, int n_fds);

#endif
