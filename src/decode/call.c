/* SPDX-License-Identifier: MIT */
/*
 * call.c - one call as a line: its arguments and its result
 */
#include "decode/decode.h"
#include "decode/kinds.h"
#include "decode/names.h"
#include "decode/special.h"
#include "decode/subcall.h"

/* Arguments in order, until one that the entry does not tell. */
static void
show_args(struct text *t, unsigned first)
{
	for (unsigned i = first; i < t->args->n; i++) {
		const struct arg *a = &t->args->arg[i];

		kind_show(t, a);
		if (i + 1 < t->args->n)
			str_add(t->out, ", ");
	}
}

static void
begin(struct text *t, struct args *args, struct str *out, const struct call *call,
	const struct call_spec *spec, const struct decode_text *how)
{
	*t = (struct text){ .out = out,
		.call = call,
		.how = how,
		.args = args,
		.id = spec->id,
		.arch = call->arch };
	t->word = (uint8_t)width_size(t->arch, WL);
	t->is_ok = !call->is_error && call->state == CALL_DONE;
	args_of(args, call, spec);
}

/* The call that is meant: the one inside when this is a wrapper that could be read. */
static const struct call_spec *
meant(struct call *inner, const struct call *call)
{
	const struct call_spec *spec = NULL;

	if (subcall_is(call)) {
		struct peer peer = decode_peer(call);

		spec = subcall_load(inner, call, &peer);
	}
	if (!spec) {
		*inner = *call;
		spec = decode_spec(call->arch, call->nr);
	}
	return spec;
}

void
decode_call(struct str *out, const struct call *call, const struct decode_text *how)
{
	struct call inner;
	const struct call_spec *spec = meant(&inner, call);
	const char *short_name = subcall_short(call);
	char room[32];
	struct args args;
	struct text t;

	begin(&t, &args, out, &inner, spec, how);
	if (short_name && spec->id != CALL_socketcall) {
		args.n = MIN(args.n, SUBCALL_SHORT_ARGS);
		str_add(out, short_name);
	} else {
		str_add(out, spec->id == CALL_unknown ? decode_name(call->arch, call->nr, room)
						      : spec->name);
	}
	str_add_char(out, '(');
	if (!special_args(&t))
		show_args(&t, 0);
	str_add_char(out, ')');
}

bool
decode_arg(struct str *out, const struct call *call, unsigned nr, const struct decode_text *how)
{
	struct call inner;
	const struct call_spec *spec = meant(&inner, call);
	struct args args;
	struct text t;

	begin(&t, &args, out, &inner, spec, how);
	t.at_entry = true;
	if (nr >= args.n || kind_known(args.arg[nr].spec->kind) == KNOWN_AFTER)
		return false;
	kind_show(&t, &args.arg[nr]);
	return true;
}

static void
show_error(struct str *out, int number)
{
	const char *name = decode_errno(number), *text = errno_text(number);
	bool is_restart = number >= 512 && number <= 516 && number != 515;

	str_add(out, is_restart ? "= ? " : "= -1 ");
	if (name)
		str_addf(out, "%s (%s)", name, text);
	else
		str_addf(out, "(errno %d)", number);
}

static void
show_value(struct text *t, enum ret_kind kind)
{
	int64_t ret = t->call->ret;

	switch (kind) {
	case RET_FD:
		text_fd(t, (int)ret, true);
		break;
	case RET_PID:
		text_pid(t, ret);
		break;
	case RET_ADDRESS:
		if (t->how->hide_addresses)
			str_add_char(t->out, '@');
		else
			text_hex(t, (uint64_t)ret);
		break;
	case RET_HEX:
		text_hex(t, (uint64_t)ret);
		break;
	case RET_OCTAL:
		str_addf(t->out, "%#llo", (unsigned long long)ret);
		break;
	case RET_UINT:
		text_unsigned(t, t->word == 4 ? (uint32_t)ret : (uint64_t)ret);
		break;
	case RET_INT:
	case RET_NONE:
		text_signed(t, ret);
		break;
	}
}

void
decode_result(struct str *out, const struct call *call, const struct decode_text *how)
{
	struct call inner;
	const struct call_spec *spec = meant(&inner, call);
	struct args args;
	struct text t;

	begin(&t, &args, out, &inner, spec, how);
	if (call->state == CALL_RESTARTED) {
		bool is_known = call->ret <= -512 && call->ret >= -516;

		show_error(out, is_known ? (int)-call->ret : 512);
	} else if (call->state == CALL_UNFINISHED || spec->ret == RET_NONE) {
		str_add(out, "= ?");
	} else if (call->is_error) {
		show_error(out, (int)-call->ret);
	} else {
		str_add(out, "= ");
		show_value(&t, special_ret(&t, spec->ret));
	}
	special_result(&t);
}
