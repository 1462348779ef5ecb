/* SPDX-License-Identifier: MIT */
/* compare_test.c - every class of difference, and the sentence a person reads for it */

#include "judge/judge.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Goldens in short: an effect a line, "kind|key|field=value|…". A value is a text, #number,
 * !bool, [a,b]; ^n is the event, ~n in how many recordings it was seen.
 */
static enum effect_kind
kind_of(const char *name)
{
	for (int i = 0; i < N_EFFECT_KINDS; i++)
		if (strcmp(effect_kind_names[i], name) == 0)
			return (enum effect_kind)i;
	fail_msg("no effect kind '%s'", name);
	return 0;
}

static void
add_list(struct golden *g, size_t at, const char *name, char *text)
{
	const char *list[16];
	size_t n = 0;

	for (char *item = strtok(text, ",]"); item; item = strtok(NULL, ",]"))
		list[n++] = item;
	effect_list(g, &g->effects[at], name, list, n);
}

static void
add_field(struct golden *g, size_t at, char *field)
{
	struct effect *e = &g->effects[at];
	char *value = strchr(field, '=');

	if (*field == '^') {
		e->seq = strtoull(field + 1, NULL, 10);
		e->evidence = "write(1, …) = 3";
		return;
	}
	if (*field == '~') {
		e->n_runs = (uint32_t)atoi(field + 1);
		return;
	}
	assert_non_null(value);
	*value++ = '\0';
	if (*value == '#')
		effect_number(g, e, field, atoll(value + 1));
	else if (*value == '!')
		effect_bool(g, e, field, value[1] == '1');
	else if (*value == '[')
		add_list(g, at, field, value + 1);
	else
		effect_text(g, e, field, value);
}

static struct golden *
make(const char *text, uint32_t n_runs)
{
	struct golden *g = golden_new();
	char *copy = strdup(text), *line_end, *field_end;
	uint32_t row = 1;

	g->n_runs = n_runs;
	for (char *line = copy; *line; line = line_end) {
		char *key = strchr(line, '|') + 1;
		struct effect *e;
		size_t at = g->n_effects;

		line_end = strchr(line, ';');
		*line_end++ = '\0';
		key[-1] = '\0';
		field_end = strchrnul(key, '|');
		if (*field_end)
			*field_end++ = '\0';
		e = golden_add(g, kind_of(line), key);
		e->n_runs = n_runs;
		e->line = ++row;
		while (*field_end) {
			char *field = field_end;

			field_end = strchrnul(field, '|');
			if (*field_end)
				*field_end++ = '\0';
			add_field(g, at, field);
		}
	}
	free(copy);
	return g;
}

static void
compare(struct differences *out, struct arena *arena, const struct golden *golden,
	const struct golden *run)
{
	struct err err = { 0 };

	assert_int_equal(judge_compare(out, arena, golden, run, NULL, &err), 0);
	err_done(&err);
}

struct row {
	const char *golden, *run;
	const char *wanted; /* "class: sentence\n" of every difference, in order */
};

#define EXIT_0 "exit|exit|code=#0;"

/* clang-format off */
static const struct row rows[] = {
	/* nothing */
	{ EXIT_0, EXIT_0, "" },
	{ "stream|stdout|bytes=#3|digest=d1|text=abc;", "stream|stdout|bytes=#3|digest=d1;", "" },
	{ "stream|stdout|bytes=#3|digest=d1;", "stream|stdout|bytes=#3|digest=d1|text=abc;", "" },

	/* exit */
	{ EXIT_0, "exit|exit|code=#1;", "result: exit status 1, the golden has 0\n" },
	{ EXIT_0, "exit|exit|signal=SIGSEGV;",
		"result: killed by SIGSEGV, the golden has exit status 0\n" },
	{ EXIT_0, "exit|exit|signal=never ended;",
		"result: never ended, the golden has exit status 0\n" },

	/* streams */
	{ "stream|stdout|bytes=#24|digest=d1|text=a\nb\ntotal 12\n;",
		"stream|stdout|bytes=#24|digest=d2|text=a\nb\ntotal 13\n;",
		"bytes: stdout: line 3 differs from column 8 on: wanted 'total 12', found 'total 13'\n" },
	{ "stream|stdout|bytes=#4|digest=d1|text=a\nb\n;", "stream|stdout|bytes=#2|digest=d2|text=a\n;",
		"bytes: stdout: line 2 of the golden is missing: 'b'\n" },
	{ "stream|stdout|bytes=#2|digest=d1|text=a\n;", "stream|stdout|bytes=#6|digest=d2|text=a\nb\nc\n;",
		"bytes: stdout: lines 2 to 3 are not in the golden: 'b' …\n" },
	{ "stream|stdout|bytes=#2|digest=d1|text=a\n;", "stream|stdout|bytes=#1|digest=d2|text=a;",
		"bytes: stdout: line 1 does not end in a newline, the golden's does: 'a'\n" },
	{ "stream|stdout|bytes=#5|digest=d1|text=a\nb\nc;", "stream|stdout|bytes=#3|digest=d2|text=a\nb;",
		"bytes: stdout: line 3 of the golden is missing: 'c'\n" },
	{ "stream|stdout|bytes=#1|digest=d1|text=a;", "stream|stdout|bytes=#6|digest=d2|text=a\nb\nc\n;",
		"bytes: stdout: lines 2 to 3 are not in the golden: 'b' …\n" },
	{ "stream|stdout|bytes=#3|digest=d1|text=a\r\n;", "stream|stdout|bytes=#2|digest=d2|text=a\n;",
		"bytes: stdout: line 1 differs from column 2 on: wanted 'a\\x0d', found 'a'\n" },
	{ "stream|stdout|bytes=#3|digest=d1|hex=00ff10;", "stream|stdout|bytes=#3|digest=d2|hex=00fe10;",
		"bytes: stdout: byte 2 differs: wanted 0xff, found 0xfe\n" },
	{ "stream|stdout|bytes=#2|digest=d1|text=ab;", "stream|stdout|bytes=#3|digest=d2|hex=61ff00;",
		"bytes: stdout: byte 2 differs: wanted 0x62, found 0xff\n" },
	{ "stream|stdout|bytes=#2|digest=d1|hex=61ff;", "stream|stdout|bytes=#1|digest=d2|text=a;",
		"bytes: stdout: byte 2 differs: wanted 0xff, found the end\n" },
	{ "stream|stdout|bytes=#300000|digest=d1;", "stream|stdout|bytes=#300001|digest=d2;",
		"bytes: stdout: 300001 bytes, the golden has 300000 bytes\n" },
	{ "stream|stdout|bytes=#9|digest=d1;", "stream|stdout|bytes=#9|digest=d2;",
		"bytes: stdout: other content of the same size (9 bytes): digest d2, the golden has "
		"digest d1\n" },
	{ "stream|stdout|bytes=#9|digest=d1;", "stream|stdout|bytes=#9|opaque_bytes=#9;",
		"bytes: stdout: other content of the same size (9 bytes): content not known, the "
		"golden has digest d1\n" },
	{ "stream|stdout|bytes=#2|digest=d1|text=a\n;" EXIT_0, EXIT_0,
		"removed: stdout: nothing was written, the golden has 'a'\n" },
	{ EXIT_0, EXIT_0 "stream|tty|bytes=#2|digest=d1|text=a\n;",
		"added: tty: 2 bytes, the golden has none: 'a'\n" },
	{ EXIT_0, EXIT_0 "stream|stderr|bytes=#4|digest=d1|text=\n \na\n;",
		"added: stderr: 4 bytes, the golden has none: 'a'\n" },
	{ EXIT_0, EXIT_0 "stream|stderr|bytes=#1|digest=d1|text=\n;",
		"added: stderr: 1 byte, the golden has none: ''\n" },
	{ "stream|stdout|bytes=#5|digest=d1|text=oops\n;", "stream|stderr|bytes=#5|digest=d1|text=oops\n;",
		"argument: 'oops' went to stderr instead of stdout\n" },
	{ "stream|stderr|bytes=#5|digest=d1;", "stream|stderr|bytes=#0;stream|stdout|bytes=#5|digest=d1;",
		"argument: 5 bytes went to stdout instead of stderr\n" },
	{ "stream|stdout|bytes=#1|text=a;stream|stderr|bytes=#1|text=b;",
		"stream|stdout|bytes=#1|text=b;stream|stderr|bytes=#1|text=a;",
		"argument: stdout and stderr are swapped: what was meant for one went to the other\n" },
	{ "stream|stdout|text=a\noops\nb\n;", "stream|stdout|text=a\nb\n;stream|stderr|text=oops\n;",
		"argument: line 2 of stdout, 'oops', went to stderr instead\n" },
	{ "stream|stdout|text=a\n;stream|stderr|text=w\noops\n;",
		"stream|stdout|text=oops\na\n;stream|stderr|text=w\n;",
		"argument: line 2 of stderr, 'oops', went to stdout instead\n" },
	{ "stream|stderr|bytes=#5|text=oops\n;stream|stdout|bytes=#4|text=a\nb\n;",
		"stream|stdout|bytes=#9|text=oops\na\nc\n;",
		"argument: line 1 of stderr, 'oops', went to stdout instead\n"
		"bytes: stdout: line 2 differs: wanted 'b', found 'c'\n" },
	{ "stream|stderr|bytes=#5|text=oops\n;", "stream|stdout|bytes=#7|text=oops\na\n;",
		"argument: line 1 of stderr, 'oops', went to stdout instead\n"
		"added: stdout: 2 bytes, the golden has none: 'a'\n" },
	{ "stream|stderr|text=o\n;stream|stdout|text=a\no\n;", "stream|stdout|text=a\no\nb\n;",
		"removed: stderr: nothing was written, the golden has 'o'\n"
		"bytes: stdout: line 3 is not in the golden: 'b'\n" },

	/* paths */
	{ "path|<cwd>/out.json|type=file|mode=0600|sha256=aa;",
		"path|<cwd>/out.json|type=file|mode=0644|sha256=aa;",
		"argument: file <cwd>/out.json: mode 0644, the golden has 0600\n" },
	{ EXIT_0, EXIT_0 "path|<tmp>/x|type=file|size=#1|sha256=aa;",
		"added: file <tmp>/x was left behind\n" },
	{ EXIT_0, EXIT_0 "path|<cwd>/x|type=dir;",
		"added: directory <cwd>/x was written, the golden leaves it alone\n" },
	{ EXIT_0, EXIT_0 "path|<cwd>/x|state=removed|type=file;",
		"added: file <cwd>/x was removed, the golden keeps it\n" },
	{ EXIT_0 "path|<cwd>/x|state=removed|type=file;", EXIT_0,
		"removed: file <cwd>/x was not removed, the golden removes it\n" },
	{ EXIT_0 "path|<cwd>/x|type=file|size=#1|sha256=aa;", EXIT_0,
		"removed: file <cwd>/x was not written, the golden has it\n" },
	{ "path|<cwd>/x|state=present|type=file|sha256=aa;", "path|<cwd>/x|state=removed|type=file;",
		"result: file <cwd>/x was removed, the golden keeps it\n" },
	{ "path|<cwd>/x|state=removed;", "path|<cwd>/x|state=present|type=file|sha256=aa;",
		"result: file <cwd>/x is still there, the golden removes it\n" },
	{ "path|<cwd>/x|type=file|mode=0644|sha256=aa;", "path|<cwd>/x|type=symlink|mode=0777|target=y;",
		"result: <cwd>/x: is a symbolic link, the golden has a file\n" },
	{ "path|<cwd>/x|type=symlink|target=a;", "path|<cwd>/x|type=symlink|target=b;",
		"argument: symbolic link <cwd>/x points to 'b', the golden has 'a'\n" },
	{ "path|<cwd>/x|type=symlink|target=varies;", "path|<cwd>/x|type=symlink|target=b;",
		"argument: symbolic link <cwd>/x points to 'b', the golden has 'varies'\n" },
	{ "path|<cwd>/db.json|type=file|sha256=aa|arrived=rename|synced=!1;",
		"path|<cwd>/db.json|type=file|sha256=aa|arrived=rename|synced=!0;",
		"argument: rename to <cwd>/db.json came without fsync of its content\n" },
	{ "path|<cwd>/db|type=file|sha256=aa|synced=!1;", "path|<cwd>/db|type=file|sha256=aa;",
		"argument: file <cwd>/db: its content was not synced (fsync) after the last write, the "
		"golden syncs it\n" },
	{ "path|<cwd>/db|type=file|sha256=aa|arrived=rename;", "path|<cwd>/db|type=file|sha256=aa;",
		"argument: file <cwd>/db was written in place, in the golden it comes by rename\n" },
	{ "path|<cwd>/db|type=file|sha256=aa|arrived=rename;",
		"path|<cwd>/db|type=file|sha256=aa|arrived=link;",
		"argument: file <cwd>/db came to its name by link, in the golden by rename\n" },
	{ "path|<cwd>/db|type=file|sha256=aa|dir_synced=!1;",
		"path|<cwd>/db|type=file|sha256=aa|dir_synced=!0;",
		"argument: file <cwd>/db: its directory was not synced (fsync) after it came, the golden "
		"syncs it\n" },
	{ "path|<cwd>/a|type=file|size=#4|sha256=aa;", "path|<cwd>/b|type=file|size=#4|sha256=aa;",
		"argument: file <cwd>/a was written as <cwd>/b instead of <cwd>/a\n" },
	{ "path|a|type=file|size=#4|sha256=aa;path|b|type=file|size=#4|sha256=aa;",
		"path|c|type=file|size=#4|sha256=aa;",
		"removed: file a was not written, the golden has it\n"
		"removed: file b was not written, the golden has it\n"
		"added: file c was written, the golden leaves it alone\n" },
	{ "path|<cwd>/x|type=file|size=#9|sha256=aa|text={\"a\": 1}\n;",
		"path|<cwd>/x|type=file|size=#9|sha256=bb|text={\"a\": 2}\n;",
		"bytes: file <cwd>/x: /a: 1 -> 2\n" },
	{ "path|<cwd>/x|type=file|size=#1|mode=0600|sha256=aa;",
		"path|<cwd>/x|type=file|size=#2|mode=0644|sha256=bb;",
		"bytes: file <cwd>/x: 2 bytes, the golden has 1 byte\n"
		"argument: file <cwd>/x: mode 0644, the golden has 0600\n" },

	/* programs */
	{ EXIT_0, EXIT_0 "exec|sh -c ls|path=/bin/sh|argv=[sh,-c,ls]|count=#1|exits=[0];",
		"added: program /bin/sh was executed, the golden does not execute it: sh -c ls\n" },
	{ EXIT_0 "exec|sh -c ls|path=/bin/sh|count=#1;", EXIT_0,
		"removed: program /bin/sh was not executed, the golden executes it: sh -c ls\n" },
	{ "exec|sh -c ls|path=/bin/sh|count=#2|exits=[0,0];",
		"exec|sh -c ls|path=/bin/sh|count=#3|exits=[0,0,0];",
		"count: program /bin/sh was executed 1 time more: 3, the golden has 2: sh -c ls\n" },
	{ "exec|sh -c ls|path=/bin/sh|count=#3;", "exec|sh -c ls|path=/bin/sh|count=#1;",
		"count: program /bin/sh was executed 2 times less: 1, the golden has 3: sh -c ls\n" },
	{ "exec|sh -c ls|path=/bin/sh|count=#1|exits=[0];", "exec|sh -c ls|path=/bin/sh|count=#1|exits=[2];",
		"result: program /bin/sh ended with 2, the golden has 0: sh -c ls\n" },
	{ EXIT_0 "exec|ls a|path=/bin/ls|argv=[ls,a]|exits=[0];",
		EXIT_0 "exec|ls b|path=/bin/ls|argv=[ls,b]|exits=[0];count|programs|n=#9;",
		"argument: program /bin/ls was executed with other arguments: wanted 'ls a', found 'ls b'\n"
		"added: count of programs is not in the golden\n" },
	{ EXIT_0 "exec|ls a|path=/bin/ls;exec|ls c|path=/bin/ls;", EXIT_0 "exec|ls b|path=/bin/ls;",
		"removed: program /bin/ls was not executed, the golden executes it: ls a\n"
		"added: program /bin/ls was executed, the golden does not execute it: ls b\n"
		"removed: program /bin/ls was not executed, the golden executes it: ls c\n" },
	{ EXIT_0, EXIT_0 "exec|fork of /bin/bash|count=#1;",
		"added: a fork of /bin/bash was executed, the golden does not execute it\n" },

	/* the network, signals, privileges, files read */
	{ EXIT_0, EXIT_0 "net|connect inet:10.0.0.1:443|connections=#1|result=ok;",
		"added: network: connect inet:10.0.0.1:443 is not in the golden\n" },
	{ "net|connect inet:1.2.3.4:5|connections=#1|result=ok|bytes_sent=#4|digest=x;",
		"net|connect inet:1.2.3.4:5|result=ECONNREFUSED;",
		"result: network: connect inet:1.2.3.4:5: result ECONNREFUSED, the golden has ok\n" },
	{ "net|connect inet:1.2.3.4:5|connections=#1|bytes_sent=#4|digest=x;",
		"net|connect inet:1.2.3.4:5|connections=#2|bytes_sent=#8|digest=y;",
		"bytes: network: connect inet:1.2.3.4:5: 8 bytes, the golden has 4 bytes\n"
		"count: network: connect inet:1.2.3.4:5: connections 2, the golden has 1\n" },
	{ EXIT_0, EXIT_0 "signal|SIGTERM to <pid:1>|count=#1;",
		"added: signal: SIGTERM to <pid:1> is not in the golden\n" },
	{ EXIT_0 "privilege|setuid(0);", EXIT_0,
		"removed: privileged act: setuid(0) did not happen, it does in the golden\n" },
	{ EXIT_0, EXIT_0 "read|/etc/passwd;",
		"added: file /etc/passwd was read, the golden does not read it\n" },
	{ EXIT_0, EXIT_0 "read|/etc/ssl|type=dir;",
		"added: directory /etc/ssl was read, the golden does not read it\n" },
	{ EXIT_0 "read|<cwd>/a.conf;", EXIT_0,
		"removed: file <cwd>/a.conf was not read, the golden reads it\n" },

	/* flows and counts */
	{ "flow|pipe 1|direction=out|bytes=#3|digest=a;", "flow|pipe 1|direction=out|bytes=#4|digest=b;",
		"bytes: data flow of pipe 1: 4 bytes, the golden has 3 bytes\n" },
	{ "count|processes|value=#2;", "count|processes|value=#3;",
		"count: count of processes: 3, the golden has 2\n" },
	{ "count|processes|value=varies;", "count|processes|value=#3;", "" },
	{ "count|processes|value=#2;", "count|processes|value=varies;",
		"count: count of processes: varies, the golden has 2\n" },
	{ "count|processes|anything=#2;", "count|processes|anything=#3;",
		"count: count of processes: anything 3, the golden has 2\n" },
	{ EXIT_0 "count|x|value=#2;", EXIT_0, "removed: count of x is missing, the golden has it\n" },

	/* fields that nobody foresaw */
	{ "path|x|type=file|xattr=a;", "path|x|type=file|xattr=b;",
		"argument: file x: xattr b, the golden has a\n" },
	{ "path|x|type=file;", "path|x|type=file|xattr=b;",
		"argument: file x: xattr b, the golden has none\n" },
	{ "path|x|type=file|xattr=a;", "path|x|type=file;",
		"argument: file x: no xattr, the golden has a\n" },
	{ "path|x|type=file|n=#1;", "path|x|type=file|n=1;", "argument: file x: n 1, the golden has 1\n" },

	/* bags: keys that are not unique */
	{ "exec|k|exits=[0];exec|k|exits=[1];", "exec|k|exits=[1];exec|k|exits=[0];", "" },
	{ "exec|k|exits=[0];exec|k|exits=[1];", "exec|k|exits=[1];",
		"removed: program k was not executed, the golden executes it\n" },
	{ "exec|k|exits=[0];exec|k|exits=[1];", "exec|k|exits=[1];exec|k|exits=[2];",
		"result: program k ended with 2, the golden has 0\n" },

	/* strict: the calls of a task */
	{ "call|1|call=a() = 0;call|1|call=b() = 0;", "call|1|call=a() = 0;call|1|call=b() = 0;", "" },
	{ "call|1|call=a() = 0;call|1|call=b() = 0;call|1|call=c() = 0;",
		"call|1|call=a() = 0;call|1|call=c() = 0;",
		"removed: task 1: a call is missing after 'a() = 0': 'b() = 0'\n" },
	{ "call|1|call=a() = 0;", "call|1|call=a() = 0;call|1|call=b() = 0;call|1|call=c() = 0;",
		"added: task 1: calls are not in the golden, after 'a() = 0': 2 calls from 'b() = 0' on\n" },
	{ "call|1|call=a() = 0;call|1|call=b(1) = 0;", "call|1|call=a() = 0;call|1|call=b(2) = 0;",
		"argument: task 1: wanted 'b(1) = 0', found 'b(2) = 0'\n" },
	{ "call|1|call=a() = 0;call|1|call=b(1) = 0;", "call|1|call=a() = 0;call|1|call=b(1) = -1 EIO;",
		"result: task 1: wanted 'b(1) = 0', found 'b(1) = -1 EIO'\n" },
	{ "call|1|call=a() = 0|count=#2;", "call|1|call=a() = 0|count=#3;",
		"count: task 1: 'a() = 0' 3 times in a row, the golden has 2\n" },
	{ "call|1|call=a;call|1|call=f;call|1|call=c;call|1|call=d;",
		"call|1|call=a;call|1|call=c;call|1|call=d;call|1|call=f;",
		"order: task 1: 'f' came later than in the golden: after 'd', not after 'a'\n" },
	{ "call|1|call=a;call|1|call=c;call|1|call=d;call|1|call=f;",
		"call|1|call=a;call|1|call=f;call|1|call=c;call|1|call=d;",
		"order: task 1: 'f' came earlier than in the golden: after 'a', not after 'd'\n" },
	{ "call|1|call=a;call|2|call=b;", "call|2|call=b;call|1|call=a;", "" },
	{ "call|1|call=a;", "call|1|call=a;call|1.1|call=b;",
		"added: task 1.1: a call is not in the golden, at the start: 'b'\n" },
};
/* clang-format on */

static void
each_difference_has_its_class_and_its_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		AUTO(golden_free) struct golden *golden = make(rows[i].golden, 1);
		AUTO(golden_free) struct golden *run = make(rows[i].run, 1);
		AUTO(str_done) struct str got = { 0 };
		struct differences d;

		compare(&d, arena, golden, run);
		for (size_t j = 0; j < d.n; j++)
			str_addf(&got, "%s: %s\n", difference_class_names[d.items[j].class],
				d.items[j].sentence);
		if (strcmp(str_text(&got), rows[i].wanted) != 0)
			fail_msg("golden %s\nrun %s\nwanted:\n%sgot:\n%s", rows[i].golden,
				rows[i].run, rows[i].wanted, str_text(&got));
		assert_true(d.n_compared > 0);
	}
}

/* Whatever is found one way round must be found the other way round as well. */
static void
no_difference_is_seen_from_one_side_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		AUTO(golden_free) struct golden *golden = make(rows[i].golden, 1);
		AUTO(golden_free) struct golden *run = make(rows[i].run, 1);
		struct differences there, back, same;

		compare(&there, arena, golden, run);
		compare(&back, arena, run, golden);
		compare(&same, arena, golden, golden);
		assert_int_equal(same.n, 0);
		if (!strstr(rows[i].golden, "value=varies") &&
			!strstr(rows[i].run, "value=varies"))
			assert_int_equal(there.n > 0, back.n > 0);
	}
}

static void
mutate(struct golden *g, struct value *v)
{
	const char *more[17];

	switch (v->kind) {
	case VALUE_TEXT:
		v->text = arena_printf(g->arena, "%sx", v->text);
		break;
	case VALUE_NUMBER:
		v->number++;
		break;
	case VALUE_BOOL:
		v->number = !v->number;
		break;
	case VALUE_LIST:
		memcpy(more, v->list, v->n_list * sizeof *more);
		more[v->n_list++] = "x";
		v->list = arena_dup(g->arena, more, v->n_list * sizeof *more);
		break;
	}
}

static void
must_differ(const struct golden *golden, const struct golden *run, const char *what,
	const char *text)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct differences d;

	compare(&d, arena, golden, run);
	if (!d.n)
		fail_msg("%s is not found in %s", what, text);
	for (size_t i = 0; i < d.n; i++)
		assert_true(*d.items[i].sentence && !strchr(d.items[i].sentence, '\n'));
}

/* Any value altered, any effect removed or added: nothing may go unseen. */
static void
every_single_change_is_found(void **state)
{
	size_t n_changes = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(golden_free) struct golden *golden = make(rows[i].golden, 1);

		for (size_t k = 0; k < golden->n_effects; k++) {
			AUTO(golden_free) struct golden *less = make(rows[i].golden, 1);

			for (size_t j = 0; j < golden->effects[k].n_values; j++) {
				AUTO(golden_free) struct golden *run = make(rows[i].golden, 1);

				mutate(run, &run->effects[k].values[j]);
				must_differ(golden, run, "a value", rows[i].golden);
				must_differ(run, golden, "a value", rows[i].golden);
				n_changes++;
			}
			less->effects[k] = less->effects[--less->n_effects];
			must_differ(golden, less, "a removed effect", rows[i].golden);
			must_differ(less, golden, "an added effect", rows[i].golden);
			n_changes++;
		}
	}
	assert_true(n_changes > 300);
}

static void
long_calls_are_shown_where_they_part(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free) struct golden *golden = golden_new();
	AUTO(golden_free) struct golden *run = golden_new();
	struct differences d;
	char text[1024];

	(void)state;
	memset(text, 'x', sizeof text);
	memcpy(text + 900, "one) = 7", 9);
	golden_add(golden, EFFECT_CALL, "1");
	effect_text(golden, golden->effects, "call", text);
	memcpy(text + 900, "two) = 7", 9);
	golden_add(run, EFFECT_CALL, "1");
	effect_text(run, run->effects, "call", text);
	compare(&d, arena, golden, run);
	assert_int_equal(d.n, 1);
	assert_int_equal(d.items[0].class, DIFF_ARGUMENT);
	assert_non_null(strstr(d.items[0].wanted, "one) = 7"));
	assert_non_null(strstr(d.items[0].found, "two) = 7"));
	assert_non_null(strstr(d.items[0].detail, "two) = 7"));
}

static void
both_sides_line_and_evidence_are_kept(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free)
	struct golden *golden = make(EXIT_0 "stream|stdout|bytes=#2|text=a\n;", 1);
	AUTO(golden_free)
	struct golden *run = make(EXIT_0 "stream|stdout|bytes=#2|text=b\n|^7;", 1);
	struct differences d;

	(void)state;
	compare(&d, arena, golden, run);
	assert_int_equal(d.n, 1);
	assert_string_equal(d.items[0].wanted, "'a'");
	assert_string_equal(d.items[0].found, "'b'");
	assert_string_equal(d.items[0].evidence, "write(1, …) = 3");
	assert_int_equal(d.items[0].golden_line, 3);
	assert_string_equal(
		d.items[0].detail, "--- golden\n+++ run\n@@ -1,1 +1,1 @@\n-a\n+b\n");
	assert_int_equal(d.n_compared, 2);
}

static void
events_come_first_then_the_exit_then_what_has_none(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free)
	struct golden *golden = make(EXIT_0 "stream|stdout|text=a|^1;path|gone|type=file;path|"
					    "x|type=file|mode=1;count|c|n=#1;",
		1);
	AUTO(golden_free)
	struct golden *run =
		make("count|c|n=#2|^1;path|x|type=file|mode=2|^5;stream|stdout|text=b|^9;"
		     "exit|exit|code=#1|^99;",
			1);
	struct differences d;
	static const char *const keys[] = { "x", "stdout", "exit", "gone", "c" };

	(void)state;
	compare(&d, arena, golden, run);
	assert_int_equal(d.n, ARRAY_LEN(keys));
	for (size_t i = 0; i < d.n; i++)
		assert_string_equal((d.items[i].golden)->key, keys[i]);
}

static void
an_optional_effect_may_be_absent_and_may_be_present(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free)
	struct golden *golden = make(EXIT_0 "path|a|type=file|~2;call|1|call=x|~1;", 3);
	AUTO(golden_free) struct golden *without = make(EXIT_0, 1);
	AUTO(golden_free)
	struct golden *with = make(EXIT_0 "path|a|type=file;call|1|call=x;", 1);
	struct differences d;

	(void)state;
	compare(&d, arena, golden, without);
	assert_int_equal(d.n, 0);
	assert_int_equal(d.n_optional, 2);
	assert_int_equal(d.n_compared, 1);
	compare(&d, arena, golden, with);
	assert_int_equal(d.n, 0);
	assert_int_equal(d.n_optional, 0);
	assert_int_equal(d.n_compared, 3);
}

static void
a_required_effect_in_some_runs_only_is_a_difference(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free) struct golden *golden = make(EXIT_0 "read|a;", 3);
	AUTO(golden_free) struct golden *run = make(EXIT_0 "read|a|~1;", 2);
	struct differences d;

	(void)state;
	compare(&d, arena, golden, run);
	assert_int_equal(d.n, 1);
	assert_string_equal(d.items[0].sentence, "file a: in 1 of 2 runs only");
}

static void
open_values_are_counted(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free) struct golden *golden = make("count|c|value=varies;", 1);
	AUTO(golden_free) struct golden *run = make("count|c|value=#7;", 1);
	struct differences d;

	(void)state;
	compare(&d, arena, golden, run);
	assert_int_equal(d.n_open, 1);
}

static void
nothing_on_both_sides_compares_nothing(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free) struct golden *golden = make("", 1);
	struct differences d;

	(void)state;
	compare(&d, arena, golden, golden);
	assert_int_equal(d.n, 0);
	assert_int_equal(d.n_compared, 0);
}

static void
goldens_of_another_profile_or_table_are_refused_with_a_hint(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free) struct golden *golden = make(EXIT_0, 1);
	AUTO(golden_free) struct golden *run = make(EXIT_0, 1);
	struct differences d;
	struct err err = { 0 };

	(void)state;
	run->profile = PROFILE_IO;
	assert_int_equal(judge_compare(&d, arena, golden, run, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.text, "the golden has profile 'effects', the run 'io'");
	assert_non_null(err.hint);
	run->profile = golden->profile;
	run->table++;
	assert_int_equal(judge_compare(&d, arena, golden, run, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_UNSURE);
	run->table--;
	run->format++;
	assert_int_equal(judge_compare(&d, arena, golden, run, NULL, &err), -1);
	assert_non_null(err.hint);
	err_done(&err);
}

static void
a_renamed_file_says_what_else_differs(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free)
	struct golden *golden = make("path|a|type=file|sha256=x|mode=0600;", 1);
	AUTO(golden_free) struct golden *run = make("path|b|type=file|sha256=x|mode=0644;", 1);
	struct differences d;

	(void)state;
	compare(&d, arena, golden, run);
	assert_int_equal(d.n, 1);
	assert_string_equal(d.items[0].detail, "mode: 0644, the golden has 0600\n");
}

static void
json_is_told_value_by_value(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free)
	struct golden *golden = make("stream|stdout|text={\"a\": [1, 2], \"b\": null}\n;", 1);
	AUTO(golden_free)
	struct golden *run =
		make("stream|stdout|text={\"b\":null,\"a\":[1,3],\"c\":true}\n;", 1);
	struct differences d;

	(void)state;
	compare(&d, arena, golden, run);
	assert_int_equal(d.n, 1);
	assert_true(str_has_prefix(
		d.items[0].detail, "/a/1: 2 -> 3\n/c: true is new\n--- golden\n"));
}

static void
a_hostile_key_stays_printable(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free) struct golden *golden = make(EXIT_0, 1);
	AUTO(golden_free)
	struct golden *run = make(EXIT_0 "path|<cwd>/\033[31m\n::error::x|type=file;", 1);
	struct differences d;

	(void)state;
	compare(&d, arena, golden, run);
	assert_int_equal(d.n, 1);
	assert_null(strpbrk(d.items[0].sentence, "\033\n"));
}

static void
many_calls_that_differ_everywhere_end_in_time(void **state)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(golden_free) struct golden *golden = golden_new();
	AUTO(golden_free) struct golden *run = golden_new();
	struct differences d;
	char text[32];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		snprintf(text, sizeof text, "read(%d)", i);
		golden_add(golden, EFFECT_CALL, "1");
		effect_text(golden, &golden->effects[i], "call", text);
		snprintf(text, sizeof text, "%s(%d)", i % 2 ? "read" : "write", i);
		golden_add(run, EFFECT_CALL, "1");
		effect_text(run, &run->effects[i], "call", text);
	}
	compare(&d, arena, golden, run);
	assert_int_equal(d.n, 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_difference_has_its_class_and_its_sentence),
		cmocka_unit_test(no_difference_is_seen_from_one_side_only),
		cmocka_unit_test(every_single_change_is_found),
		cmocka_unit_test(long_calls_are_shown_where_they_part),
		cmocka_unit_test(both_sides_line_and_evidence_are_kept),
		cmocka_unit_test(events_come_first_then_the_exit_then_what_has_none),
		cmocka_unit_test(an_optional_effect_may_be_absent_and_may_be_present),
		cmocka_unit_test(a_required_effect_in_some_runs_only_is_a_difference),
		cmocka_unit_test(open_values_are_counted),
		cmocka_unit_test(nothing_on_both_sides_compares_nothing),
		cmocka_unit_test(goldens_of_another_profile_or_table_are_refused_with_a_hint),
		cmocka_unit_test(a_renamed_file_says_what_else_differs),
		cmocka_unit_test(json_is_told_value_by_value),
		cmocka_unit_test(a_hostile_key_stays_printable),
		cmocka_unit_test(many_calls_that_differ_everywhere_end_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
