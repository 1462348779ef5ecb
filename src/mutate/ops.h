/* SPDX-License-Identifier: MIT */
/* ops.h - the operators there are; docs/selftest.md has a row for each */
#ifndef MUTATE_OPS_H
#define MUTATE_OPS_H

#include "mutate/mutate.h"

/* Byte `at` of what a write moves becomes another one; false when it was not kept. */
bool change_byte(struct mutant *m, struct event *e, size_t at);

/* op_output.c */
extern const struct operator op_drop_output, op_repeat_output, op_fail_output, op_swap_output,
	op_byte_of_output, op_other_stream, op_extra_output, op_byte_received,
	op_order_of_writers;
/* op_file.c */
extern const struct operator op_byte_of_file, op_cut_file, op_other_mode, op_other_target,
	op_other_type, op_other_attributes, op_not_written, op_extra_path;
/* op_name.c */
extern const struct operator op_not_removed, op_not_renamed, op_not_linked, op_not_made,
	op_lost_sync, op_late_sync;
/* op_life.c */
extern const struct operator op_other_end, op_other_child_end, op_other_word, op_lost_child,
	op_extra_child;
/* op_outside.c */
extern const struct operator op_lost_connection, op_other_peer, op_other_sent,
	op_extra_connection, op_extra_signal, op_extra_privilege, op_lost_act, op_extra_read,
	op_lost_read;
/* op_call.c */
extern const struct operator op_drop_call, op_fail_call, op_swap_calls, op_other_flow;
/* same_order.c */
extern const struct operator op_interleave, op_swap_independent, op_slower;
/* same_calls.c */
extern const struct operator op_split_write, op_join_writes, op_interrupted, op_try_again,
	op_read_again, op_noise;
/* same_names.c */
extern const struct operator op_other_pids, op_other_descriptors, op_other_inodes,
	op_other_ports, op_other_temp_names;

#endif
