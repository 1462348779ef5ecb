/* SPDX-License-Identifier: MIT */
/*
 * kinds.c - the table of kinds of arguments: who writes each, and when it is known
 */
#include "decode/kinds.h"

static const struct {
	kind_fn *show;
	uint8_t known;
} kinds[N_ARG_KINDS] = {
	[ARG_STR] = { show_str, KNOWN_BEFORE },
	[ARG_PATH] = { show_path, KNOWN_BEFORE },
	[ARG_DATA_OUT] = { show_data_out, KNOWN_BEFORE },
	[ARG_DATA_IN] = { show_data_in, KNOWN_AFTER },
	[ARG_RANDOM] = { show_random, KNOWN_AFTER },
	[ARG_RAW_IN] = { show_raw_in, KNOWN_BEFORE },
	[ARG_RAW_OUT] = { show_raw_out, KNOWN_AFTER },
	[ARG_IOV_OUT] = { show_iov_out, KNOWN_BEFORE },
	[ARG_IOV_IN] = { show_iov_in, KNOWN_AFTER },
	[ARG_IOV_REMOTE] = { show_iov_remote, KNOWN_BEFORE },
	[ARG_MSG_OUT] = { show_msg_out, KNOWN_BEFORE },
	[ARG_MSG_IN] = { show_msg_in, KNOWN_AFTER },
	[ARG_MMSG_OUT] = { show_mmsg_out, KNOWN_AFTER },
	[ARG_MMSG_IN] = { show_mmsg_in, KNOWN_AFTER },
	[ARG_MSGBUF_OUT] = { show_msgbuf_out, KNOWN_BEFORE },
	[ARG_MSGBUF_IN] = { show_msgbuf_in, KNOWN_AFTER },
	[ARG_ADDRESS_IN] = { show_address_in, KNOWN_BEFORE },
	[ARG_ADDRESS_OUT] = { show_address_out, KNOWN_AFTER },
	[ARG_LENGTH] = { show_length, KNOWN_AFTER },
	[ARG_OPT_IN] = { show_opt_in, KNOWN_BEFORE },
	[ARG_OPT_OUT] = { show_opt_out, KNOWN_AFTER },
	[ARG_ARGV] = { show_argv, KNOWN_BEFORE },
	[ARG_ENVP] = { show_envp, KNOWN_BEFORE },
	[ARG_SIGSET_IN] = { show_sigset_in, KNOWN_BEFORE },
	[ARG_SIGSET_OUT] = { show_sigset_out, KNOWN_AFTER },
	[ARG_SIGSET_PAIR] = { show_sigset_pair, KNOWN_BEFORE },
	[ARG_CPU_SET_IN] = { show_cpu_set_in, KNOWN_BEFORE },
	[ARG_CPU_SET_OUT] = { show_cpu_set_out, KNOWN_AFTER },
	[ARG_BITS_IN] = { show_bits_in, KNOWN_BEFORE },
	[ARG_FD_SET] = { show_fd_set, KNOWN_BEFORE },
	[ARG_FD_PAIR] = { show_fd_pair, KNOWN_AFTER },
	[ARG_PTR_IN] = { show_ptr_in, KNOWN_BEFORE },
	[ARG_PTR_OUT] = { show_ptr_out, KNOWN_AFTER },
	[ARG_PTR_FOUND] = { show_ptr_found, KNOWN_AFTER },
	[ARG_PTR_BOTH] = { show_ptr_both, KNOWN_BEFORE },
	[ARG_PTR_LEFT] = { show_ptr_in, KNOWN_BEFORE },
	[ARG_PTR_REM] = { show_ptr_rem, KNOWN_AFTER },
	[ARG_PAIR_IN] = { show_pair_in, KNOWN_BEFORE },
	[ARG_PAIR_OUT] = { show_pair_out, KNOWN_AFTER },
	[ARG_ARRAY_IN] = { show_array_in, KNOWN_BEFORE },
	[ARG_ARRAY_OUT] = { show_array_out, KNOWN_AFTER },
	[ARG_POLLFDS] = { show_array_in, KNOWN_BEFORE },
	[ARG_PTR_LIST] = { show_ptr_list, KNOWN_BEFORE },
	[ARG_DIRENTS] = { show_dirents, KNOWN_AFTER },
	[ARG_CAPS_IN] = { show_caps_in, KNOWN_BEFORE },
	[ARG_CAPS_OUT] = { show_caps_out, KNOWN_AFTER },
	[ARG_FILE_HANDLE_IN] = { show_file_handle_in, KNOWN_BEFORE },
	[ARG_FILE_HANDLE_BOTH] = { show_file_handle_both, KNOWN_BEFORE },
	[ARG_CLONE_ARGS] = { show_clone_args, KNOWN_BEFORE },
	[ARG_SIGFRAME] = { show_sigframe, KNOWN_BEFORE },
	[ARG_OLD_SIGFRAME] = { show_old_sigframe, KNOWN_BEFORE },
};

enum known
kind_known(uint8_t kind)
{
	assert(kind < N_ARG_KINDS);
	return kinds[kind].known;
}

void
kind_show(struct text *t, const struct arg *a)
{
	uint8_t kind = a->spec->kind;

	assert(kind < N_ARG_KINDS);
	if (kinds[kind].show)
		kinds[kind].show(t, a);
	else
		text_value(t, kind, a->spec->ref, a->value);
}
