/* SPDX-License-Identifier: MIT */
/*
 * canon.c - one call in canonical words: by its family, objects for descriptors, no addresses
 *
 * A mark is \x01, a letter, the length of a text, a colon, the text: N a path, T the number of
 * a task. Paths may hold any byte; all other text is printable.
 */
#include "effects/canon.h"

#include "effects/alias.h"
#include "effects/msg.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/table.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK '\x01'
#define N_WORDS 4
#define KEPT_TEXT 4096

/* Numbers that all architectures share. */
#define BIT_NOFOLLOW 0x100u
#define BIT_REMOVEDIR 0x200u
#define BITS_TMPFILE 020000000u

enum word_kind {
	WORD_NONE,
	WORD_PATH,     /* a: directory's argument or -1, b: path's */
	WORD_OBJECT,   /* a descriptor, shown as what it stands for */
	WORD_PLACE,    /* a descriptor's number, where it is one of the first three */
	WORD_OPEN,     /* flags of open without O_LARGEFILE, which 64-bit callers do not need */
	WORD_MODE,     /* octal */
	WORD_MODE_IF,  /* a: mode, b: flags; only where something may be made */
	WORD_HOW,      /* struct open_how */
	WORD_TEXT,     /* the same for all calls of this name */
	WORD_ARG,      /* as decode says */
	WORD_BITS,     /* as decode says, nothing when 0 */
	WORD_NOFOLLOW, /* that bit alone, by name */
	WORD_REMOVEDIR, /* that bit alone, by name */
	WORD_NUMBER,
	WORD_TO, /* an address; nothing when NULL */
};

struct word {
	uint8_t kind;
	int8_t a, b;
	const char *text;
};

struct member {
	uint8_t kind;
	const char *family; /* NULL: a call that is a family of its own */
	struct word word[N_WORDS];
};

/* clang-format off */
#define PATH(dir_, arg_) { WORD_PATH, dir_, arg_, NULL }
#define OBJECT(arg_) { WORD_OBJECT, arg_, 0, NULL }
#define PLACE(arg_) { WORD_PLACE, arg_, 0, NULL }
#define OPEN(arg_) { WORD_OPEN, arg_, 0, NULL }
#define MODE(arg_) { WORD_MODE, arg_, 0, NULL }
#define MODE_IF(arg_, flags_) { WORD_MODE_IF, arg_, flags_, NULL }
#define HOW(arg_) { WORD_HOW, arg_, 0, NULL }
#define TEXT(text_) { WORD_TEXT, 0, 0, text_ }
#define ARG(arg_) { WORD_ARG, arg_, 0, NULL }
#define BITS(arg_) { WORD_BITS, arg_, 0, NULL }
#define NOFOLLOW(arg_) { WORD_NOFOLLOW, arg_, 0, NULL }
#define REMOVEDIR(arg_) { WORD_REMOVEDIR, arg_, 0, NULL }
#define NUMBER(arg_) { WORD_NUMBER, arg_, 0, NULL }
#define TO(arg_) { WORD_TO, arg_, 0, NULL }
/* clang-format on */
static const struct member members[N_CALL_IDS] = {
#define MEMBER(call_, kind_, family_, ...)                                                     \
	[CALL_##call_] = { CANON_##kind_, family_, { __VA_ARGS__ } },
#include "effects/families.def"
#undef MEMBER
};

const char *
canon_family_of(enum call_id id, enum canon_kind *kind)
{
	const struct member *m = &members[id];
	const struct call_spec *spec = decode_spec_of(id);

	*kind = m->family                     ? (enum canon_kind)m->kind
		: spec->classes & CLASS_NOISE ? CANON_NOISE
		: spec->ret == RET_FD         ? CANON_FD
					      : CANON_CALL;
	return m->family ? m->family : spec->name;
}

const char *
canon_family(const struct act *a, enum canon_kind *kind)
{
	return canon_family_of(a->id, kind);
}

static void
put_path(struct str *out, const char *path)
{
	str_addf(out, "%cN%zu:%s", MARK, strlen(path), path);
}

void
canon_put_task(struct str *out, const struct task *t)
{
	char nr[16];

	str_addf(out, "%cT%d:%s", MARK, snprintf(nr, sizeof nr, "%u", t->nr), nr);
}

static void
put_made(struct str *out, const char *what, uint32_t ordinal, const struct task *maker)
{
	str_addf(out, "<%s %u of ", what, ordinal);
	if (maker)
		canon_put_task(out, maker);
	str_add_char(out, '>');
}

/* What a descriptor stands for. */
static void
put_object(const struct act *a, int64_t fd, struct str *out)
{
	const struct open_file *o = table_get(a->task->table, fd);
	const char *path;

	if (!o) {
		str_addf(out, "fd %" PRId64, fd);
		return;
	}
	switch ((enum object_kind)o->kind) {
	case OBJECT_FILE:
		path = path_of_fd(a, fd);
		if (path)
			put_path(out, path);
		else
			str_add(out, "<file without a name>");
		return;
	case OBJECT_STREAM:
		str_add_char(out, '<');
		str_add_printable(out, o->stream->key, strlen(o->stream->key));
		str_add_char(out, '>');
		return;
	case OBJECT_PIPE:
		put_made(out, o->pipe_end ? "write end of pipe" : "read end of pipe",
			o->pipe->ordinal, task_get(a->fx, o->pipe->maker));
		return;
	case OBJECT_SOCKET:
	case OBJECT_OTHER:
	case OBJECT_UNKNOWN:
		break;
	}
	if (o->made)
		put_made(out, o->made, o->ordinal, task_get(a->fx, o->maker));
	else
		str_add(out, o->kind == OBJECT_SOCKET ? "<socket>" : "<descriptor>");
}

static bool
name_fd(void *arg, int fd, bool is_result, struct str *out)
{
	const struct act *a = arg;

	if (fd == AT_FDCWD || is_result)
		return false;
	put_object(a, fd, out);
	return true;
}

static bool
name_path(void *arg, const char *path, size_t n, struct str *out)
{
	const struct act *a = arg;
	AUTO(str_done) struct str whole = { 0 };

	if (n == 0)
		return false;
	path_join(&whole, a->task->place->cwd, path, n);
	put_path(out, whole.data);
	return true;
}

static bool
name_pid(void *arg, int64_t pid, struct str *out)
{
	const struct act *a = arg;
	bool is_group = pid < -1;
	const struct task *t = pid && pid != -1 ? map_get_number(a->fx->by_pid,
							  (uint32_t)(is_group ? -pid : pid))
						: NULL;

	if (!t)
		return false;
	str_add(out, is_group ? "-<pid:" : "<pid:");
	canon_put_task(out, t);
	str_add_char(out, '>');
	return true;
}

static struct decode_text
manner(const struct act *a)
{
	return (struct decode_text){ .string_limit = KEPT_TEXT,
		.list_limit = 64,
		.hide_addresses = true,
		.name_fd = name_fd,
		.name_path = name_path,
		.name_pid = name_pid,
		.arg = (void *)(uintptr_t)a };
}

static bool
put_arg(const struct act *a, int nr, struct str *out)
{
	struct decode_text how = manner(a);

	return decode_arg(out, a->call, (unsigned)nr, &how);
}

/* Flags of open as decode names them, for a call whose flags are that number. */
static void
put_open_flags(const struct act *a, uint64_t flags, struct str *out)
{
	struct call call = *a->call;
	struct decode_text how = manner(a);
	/* Wherever the call had them, open(2) has them second. */
	int nr = decode_nr((enum arch)call.arch, CALL_openat);

	call.nr = (uint32_t)MAX(nr, 0);
	call.arg[2] = flags & ~(uint64_t)(call.arch == ARCH_AARCH64 ? 0400000 : 0100000);
	decode_arg(out, &call, 2, &how);
}

static void
put_how(const struct act *a, int nr, struct str *out)
{
	struct open_how how = { 0 };

	if (!call_read(a->call, nr, a->call->arg[nr], &how, sizeof how)) {
		str_add(out, "?");
		return;
	}
	put_open_flags(a, how.flags, out);
	if (how.flags & (O_CREAT | BITS_TMPFILE))
		str_addf(out, ", %#llo", (unsigned long long)how.mode);
	if (how.resolve)
		str_addf(out, ", resolve %#llx", (unsigned long long)how.resolve);
}

static bool
put_named(struct str *out, bool is_set, const char *name)
{
	if (is_set)
		str_add(out, name);
	return is_set;
}

static void
put_path_word(const struct act *a, const struct word *w, struct str *out)
{
	const char *path = path_of(a, w->a, w->b, false, false);

	if (path)
		put_path(out, path);
	/* AT_EMPTY_PATH on what has no name. */
	else if (w->a >= 0 && (int32_t)a->call->arg[w->a] != AT_FDCWD)
		put_object(a, (int32_t)a->call->arg[w->a], out);
	else if (!put_arg(a, w->b, out))
		str_add(out, "?");
}

/* False: there is nothing to show. */
static bool
put_word(const struct act *a, const struct word *w, struct str *out)
{
	uint64_t value = w->kind == WORD_TEXT || w->a < 0 ? 0 : a->call->arg[w->a];

	switch ((enum word_kind)w->kind) {
	case WORD_NONE:
		return false;
	case WORD_PATH:
		put_path_word(a, w, out);
		return true;
	case WORD_OBJECT:
		put_object(a, (int32_t)value, out);
		return true;
	case WORD_PLACE:
		if (value > 2)
			return false;
		str_addf(out, "%u", (unsigned)value);
		return true;
	case WORD_OPEN:
		put_open_flags(a, value, out);
		return true;
	case WORD_MODE_IF:
		if (!(a->call->arg[w->b] & (O_CREAT | BITS_TMPFILE)))
			return false;
		/* fall through */
	case WORD_MODE:
		str_addf(out, "%#o", (unsigned)value & 07777);
		return true;
	case WORD_HOW:
		put_how(a, w->a, out);
		return true;
	case WORD_TEXT:
		str_add(out, w->text);
		return true;
	case WORD_BITS:
	case WORD_TO:
		if (!(uint32_t)value && !(value >> 32 && w->kind == WORD_TO))
			return false;
		/* fall through */
	case WORD_ARG:
		return put_arg(a, w->a, out);
	case WORD_NOFOLLOW:
		return put_named(out, value & BIT_NOFOLLOW, "AT_SYMLINK_NOFOLLOW");
	case WORD_REMOVEDIR:
		return put_named(out, value & BIT_REMOVEDIR, "AT_REMOVEDIR");
	case WORD_NUMBER:
		str_addf(out, "%" PRId64, (int64_t)value);
		return true;
	}
	return false;
}

/* A call without a row: what its entry tells of each argument. */
static void
put_all(const struct act *a, struct str *out)
{
	bool any = false;

	for (int i = 0; i < 6; i++) {
		size_t n = out->n;

		if (any)
			str_add(out, ", ");
		if (put_arg(a, i, out))
			any = true;
		else
			str_cut(out, n);
	}
}

void
canon_put(const struct act *a, struct str *out)
{
	const struct member *m = &members[a->id];
	enum canon_kind kind;
	bool any = false;

	str_add(out, canon_family(a, &kind));
	str_add_char(out, '(');
	if (!m->family)
		put_all(a, out);
	for (size_t i = 0; m->family && i < N_WORDS && m->word[i].kind; i++) {
		size_t n = out->n;

		if (any)
			str_add(out, ", ");
		if (put_word(a, &m->word[i], out))
			any = true;
		else
			str_cut(out, n);
	}
	str_add_char(out, ')');
}

static void
put_child(const struct act *a, struct str *out)
{
	const struct task *t = map_get_number(a->fx->by_pid, (uint32_t)a->call->ret);

	str_add(out, " = ");
	if (t)
		canon_put_task(out, t);
	else
		str_add(out, "a task that was not followed");
}

void
canon_put_result(const struct act *a, enum canon_kind kind, struct str *out)
{
	const struct decode_text how = manner(a);
	const struct call_spec *spec = decode_spec_of(a->id);
	const char *error = a->call->is_error ? decode_errno((int)-a->call->ret) : NULL;

	if (a->call->state == CALL_UNFINISHED || spec->ret == RET_NONE)
		return;
	if (a->call->is_error) {
		str_addf(out, " = %s", error ? error : "an unknown error");
		return;
	}
	if (kind == CANON_TASK)
		put_child(a, out);
	else if (kind == CANON_CALL && (spec->ret != RET_INT || a->call->ret != 0) &&
		 spec->ret != RET_FD) {
		str_add_char(out, ' ');
		decode_result(out, a->call, &how);
	}
}

static void
expand_path(struct effects *fx, struct str *out, const char *path)
{
	const struct name *n = map_get_text(fx->names, path);

	if (n)
		alias_made_path(fx, out, n);
	else
		alias_path(fx, out, path);
}

void
canon_expand(struct effects *fx, struct str *out, const char *text)
{
	AUTO(str_done) struct str part = { 0 };

	while (*text) {
		size_t n = strcspn(text, "\x01");
		bool is_path;
		char *colon;

		str_clear(&part);
		str_add_n(&part, text, n);
		if (n)
			alias_own_words(fx, out, part.data, strstr(part.data, "pid") != NULL);
		text += n;
		if (!*text)
			return;
		is_path = text[1] == 'N';
		n = strtoul(text + 2, &colon, 10);
		str_clear(&part);
		str_add_n(&part, colon + 1, n);
		if (is_path)
			expand_path(fx, out, str_text(&part));
		else
			task_place(out,
				task_get(fx, (uint32_t)strtoul(str_text(&part), NULL, 10)));
		text = colon + 1 + n;
	}
}

/* AT_EMPTY_PATH: the path is that of the directory's descriptor. */
static bool
is_empty_path(const struct act *a, const struct word *w)
{
	size_t n = 0;
	const char *text = decode_string(a->call, (uint8_t)w->b, &n);

	return w->a >= 0 && n == 0 && (text || a->call->arg[w->b] == 0);
}

const char *
canon_path(const struct act *a)
{
	const struct member *m = &members[a->id];
	const struct open_file *o;
	int64_t fd = canon_fd(a);

	if (fd < 0)
		return m->family && m->word[0].kind == WORD_PATH
			       ? path_of(a, m->word[0].a, m->word[0].b, false, false)
			       : NULL;
	o = table_get(a->task->table, fd);
	if (o && o->kind == OBJECT_STREAM)
		return o->stream->key[0] == '/' ? o->stream->key : NULL;
	if (o && o->kind == OBJECT_OTHER)
		return o->made && o->made[0] == '/' ? o->made : NULL;
	return path_of_fd(a, fd);
}

int64_t
canon_fd(const struct act *a)
{
	const struct member *m = &members[a->id];

	if (m->family && m->word[0].kind == WORD_OBJECT)
		return (int32_t)a->call->arg[m->word[0].a];
	if (m->family && m->word[0].kind == WORD_PATH && is_empty_path(a, &m->word[0]))
		return (int32_t)a->call->arg[m->word[0].a];
	if (a->id == CALL_fcntl || a->id == CALL_ioctl || a->id == CALL_close)
		return (int32_t)a->call->arg[0];
	return -1;
}
