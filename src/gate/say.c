/* SPDX-License-Identifier: MIT */
/* say.c - commands, durations and effects as short text for people */

#include "gate/inner.h"

#include "base/clock.h"
#include "base/str.h"
#include "decode/decode.h"

#include <string.h>

static void
add_word(struct str *s, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./=:,+@%^";

	if (s->n)
		str_add_char(s, ' ');
	if (*word && !word[strspn(word, plain)]) {
		str_add(s, word);
		return;
	}
	str_add_char(s, '\'');
	for (; *word; word++)
		if (*word == '\'')
			str_add(s, "'\\''");
		else
			str_add_n(s, word, 1);
	str_add_char(s, '\'');
}

const char *
say_command(struct arena *arena, const struct target *target)
{
	AUTO(str_done) struct str words = { 0 };
	AUTO(str_done) struct str shown = { 0 };

	if (target->shell)
		str_add(&words, target->shell);
	else
		for (size_t i = 0; target->argv[i]; i++)
			add_word(&words, target->argv[i]);
	str_add_printable(&shown, words.data, words.n);
	return arena_strdup(arena, str_text(&shown));
}

const char *
say_expect_exit(const struct gate *g, int status)
{
	return arena_printf(g->arena,
		*g->config->path ? "set expect_exit = %d" : "add --expect-exit %d", status);
}

const char *
say_duration(struct arena *arena, uint64_t ns)
{
	if (ns % NS_PER_S == 0)
		return arena_printf(arena, "%llus", (unsigned long long)(ns / NS_PER_S));
	return arena_printf(arena, "%llums", (unsigned long long)(ns / NS_PER_MS));
}

static const struct effect *
first_of(const struct golden *g, enum effect_kind kind)
{
	for (size_t i = 0; i < g->n_effects; i++)
		if (g->effects[i].kind == kind)
			return &g->effects[i];
	return NULL;
}

int
golden_exit(const struct golden *golden)
{
	const struct effect *e = first_of(golden, EFFECT_EXIT);
	const struct value *code = e ? effect_value(e, "code") : NULL;
	const struct value *signal = e ? effect_value(e, "signal") : NULL;

	if (code && code->kind == VALUE_NUMBER)
		return (int)code->number;
	if (signal && signal->kind == VALUE_TEXT)
		return 128 + decode_signal_number(signal->text);
	return -1;
}

static void
add_part(struct str *s, const char *text)
{
	str_addf(s, "%s%s", s->n ? ", " : "", text);
}

static void
add_streams(struct str *s, const struct golden *g)
{
	for (size_t i = 0; i < g->n_effects; i++) {
		const struct effect *e = &g->effects[i];
		const struct value *bytes = effect_value(e, "bytes");

		if (e->kind != EFFECT_STREAM)
			continue;
		add_part(s, e->key);
		if (bytes && bytes->kind == VALUE_NUMBER)
			str_addf(s, " %lld byte%s", (long long)bytes->number,
				bytes->number == 1 ? "" : "s");
	}
}

const char *
say_effects(struct arena *arena, const struct golden *golden)
{
	static const struct {
		enum effect_kind kind;
		const char *one, *many;
	} rows[] = {
		{ EFFECT_PATH, "path changed", "paths changed" },
		{ EFFECT_EXEC, "program executed", "programs executed" },
		{ EFFECT_NET, "peer", "peers" },
		{ EFFECT_SIGNAL, "signal sent", "signals sent" },
		{ EFFECT_PRIVILEGE, "privileged act", "privileged acts" },
		{ EFFECT_READ, "file read", "files read" },
		{ EFFECT_ORDER, "order", "orders" },
		{ EFFECT_FLOW, "flow of bytes", "flows of bytes" },
		{ EFFECT_CALL, "canonical call", "canonical calls" },
	};
	AUTO(str_done) struct str s = { 0 };
	int status = golden_exit(golden);
	size_t n;

	if (status >= 0)
		str_addf(&s, "exit %d", status);
	add_streams(&s, golden);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		n = 0;
		for (size_t j = 0; j < golden->n_effects; j++)
			n += golden->effects[j].kind == rows[i].kind;
		if (!n)
			continue;
		add_part(&s, "");
		str_addf(&s, "%zu %s", n, n == 1 ? rows[i].one : rows[i].many);
	}
	return arena_strdup(arena, str_text(&s));
}
