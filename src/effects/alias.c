/* SPDX-License-Identifier: MIT */
/* alias.c - names that vary between equal runs, and what stands for them */
#include "effects/alias.h"

#include "base/regex.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/reword.h"

#include <stdlib.h>
#include <string.h>

struct port {
	uint32_t number; /* 0: not used yet */
};

static void
add_root(struct effects *fx, const char *path, const char *alias)
{
	size_t n = path ? strlen(path) : 0, i;

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n < 2 || path[0] != '/')
		return;
	for (i = 0; i < fx->n_roots && fx->roots[i].n >= n; i++)
		if (fx->roots[i].n == n && strncmp(fx->roots[i].path, path, n) == 0)
			return; /* the first alias of a path stands */
	memmove(fx->roots + i + 1, fx->roots + i, (fx->n_roots - i) * sizeof *fx->roots);
	fx->roots[i] = (struct root){ arena_strndup(fx->arena, path, n), alias, n };
	fx->n_roots++;
}

void
alias_roots(struct effects *fx)
{
	add_root(fx, fx->header.sandbox, "<sandbox>");
	add_root(fx, fx->header.tmp, "<tmp>");
	add_root(fx, fx->header.cwd, "<cwd>");
	add_root(fx, fx->header.home, "<home>");
}

void
alias_add_port(struct effects *fx, int port)
{
	void **slot = map_number(fx->ports, (uint64_t)port);

	if (!*slot)
		*slot = arena_alloc(fx->arena, sizeof(struct port));
}

bool
alias_has_port(const struct effects *fx, int port)
{
	return map_get_number(fx->ports, (uint64_t)port) != NULL;
}

static bool
put_port(struct effects *fx, struct str *out, const char *digits, size_t n)
{
	struct port *p = n <= 5 ? map_get_number(fx->ports, strtoul(digits, NULL, 10)) : NULL;

	if (!p)
		return false;
	if (!p->number)
		p->number = ++fx->n_port_aliases;
	str_addf(out, "<port:%u>", p->number);
	return true;
}

static bool
put_pid(const struct effects *fx, struct str *out, const char *digits, size_t n)
{
	const struct task *t =
		n <= 7 ? map_get_number(fx->by_pid, strtoul(digits, NULL, 10)) : NULL;

	if (!t)
		return false;
	str_add(out, "<pid:");
	task_place(out, t);
	str_add_char(out, '>');
	return true;
}

static bool
is_number(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return n > 0 && text[0] != '0';
}

/* What stands before the number of a process in messages: "line 1: 123 Killed" of shells,
 * "[1] 123" of job control, "sshd[123]:", "pid 123", "thread 'main' (123) panicked". A number
 * that stands anywhere else is what it is, even when a process happens to have it. */
static bool
tells_of_process(const char *text, size_t at, size_t n, size_t n_digits)
{
	static const char *const words[] = { "pid ", "pid=", "pid: ", "pid:", "PID ",
		"PID: ", "PID=", "process ", "Process ", "' (" };
	size_t i = at, digits;
	char end;

	for (size_t k = 0; k < ARRAY_LEN(words); k++) {
		size_t len = strlen(words[k]);

		if (at >= len && memcmp(text + at - len, words[k], len) == 0)
			return true;
	}
	if (at >= 2 && text[at - 1] == '[' && at + n_digits < n && text[at + n_digits] == ']' &&
		(text[at - 2] > ' ' && text[at - 2] != '['))
		return true;                /* sshd[123] */
	while (i > 0 && text[i - 1] == ' ') /* bash writes %5d */
		i--;
	if (i == at || i == 0 || (text[i - 1] != ':' && text[i - 1] != ']'))
		return false;
	end = text[--i];
	for (digits = 0; i > 0 && text[i - 1] >= '0' && text[i - 1] <= '9'; digits++)
		i--;
	if (!digits)
		return false;
	if (end == ']')
		return i > 0 && text[i - 1] == '[';
	return i >= 5 && memcmp(text + i - 5, "line ", 5) == 0;
}

enum {
	WITH_PIDS = 1,      /* every number that a process has */
	WITH_PORTS = 2,     /* those behind a colon */
	WITH_TOLD = 4,      /* processes, where a message tells of one */
	WITH_PARENTS = 8,   /* fx->of and those that it comes from */
	WITH_MAKERS = 16,   /* the same, for a whole component as well */
	WITH_LITERALS = 32, /* text that looks like an alias is made to look otherwise */
};

/* "-100" and "n=100" are numbers; "x-100" and "x.100" are names. */
static bool
is_part_of_name(const char *text, size_t at, size_t n_digits)
{
	return n_digits >= 3 && at > 1 && strchr("-._/", text[at - 1]) && text[at - 2] != ' ' &&
	       text[at - 2] != '=';
}

/* The caller of a command builds names from its own number: ".tmp-123-pack". */
static bool
put_parent(const struct effects *fx, struct str *out, const char *digits, size_t n)
{
	unsigned long pid = n <= 7 ? strtoul(digits, NULL, 10) : 0;
	const struct process *p = fx->of;

	while (p && (unsigned long)p->pid != pid)
		p = p->parent;
	if (!p)
		return false;
	str_add(out, "<pid:");
	process_place(out, p);
	str_add_char(out, '>');
	return true;
}

/* Short numbers are padded: what stands for them has one blank before it. */
static bool
put_told_pid(const struct effects *fx, struct str *out, const char *digits, size_t n)
{
	AUTO(str_done) struct str pid = { 0 };

	if (!put_pid(fx, &pid, digits, n))
		return false;
	while (out->n > 1 && out->data[out->n - 1] == ' ' && out->data[out->n - 2] == ' ')
		str_cut(out, out->n - 1);
	str_add(out, pid.data);
	return true;
}

/* A program may print "<tmp:1>": that is not what stands for a name. */
static bool
looks_like_alias(const char *text, size_t n)
{
	static const char *const forms[] = { "<tmp:", "<pid:", "<port:", "<sandbox>", "<tmp>",
		"<cwd>", "<home>", "<<>" };

	for (size_t i = 0; *text == '<' && i < ARRAY_LEN(forms); i++)
		if (n >= strlen(forms[i]) && memcmp(text, forms[i], strlen(forms[i])) == 0)
			return true;
	return false;
}

/* Copies text, run of word bytes by run, replacing those that stand for something. */
static bool
put_words(struct effects *fx, struct str *out, const char *text, size_t n, unsigned how)
{
	bool any = false;

	for (size_t i = 0, end; i < n; i = end) {
		bool done = false;

		for (end = i; end < n && is_word_byte(text[end]); end++)
			;
		if (end == i) {
			bool literal = how & WITH_LITERALS && looks_like_alias(text + i, n - i);

			str_add(out, literal ? "<<>" : "");
			str_add_n(out, text + end++, !literal);
			any |= literal;
			continue;
		}
		if (is_number(text + i, end - i)) {
			if (how & WITH_PORTS && i > 0 && text[i - 1] == ':')
				done = put_port(fx, out, text + i, end - i);
			if (!done && how & WITH_PIDS)
				done = put_pid(fx, out, text + i, end - i);
			if (!done && how & WITH_TOLD && tells_of_process(text, i, n, end - i))
				done = put_told_pid(fx, out, text + i, end - i);
			if (!done &&
				((how & WITH_PARENTS && is_part_of_name(text, i, end - i)) ||
					(how & WITH_MAKERS && end - i >= 3)))
				done = put_parent(fx, out, text + i, end - i);
		}
		if (!done)
			str_add_n(out, text + i, end - i);
		any |= done;
	}
	return any;
}

static const struct root *
find_root(const struct effects *fx, const char *path, size_t n)
{
	for (size_t i = 0; i < fx->n_roots; i++) {
		const struct root *r = &fx->roots[i];

		if (n >= r->n && memcmp(path, r->path, r->n) == 0 &&
			(n == r->n || !(is_word_byte(path[r->n]) || path[r->n] == '-' ||
					      path[r->n] == '.')))
			return r;
	}
	return NULL;
}

static void
put_path(struct effects *fx, struct str *out, const char *path, unsigned how)
{
	AUTO(str_done) struct str raw = { 0 };
	size_t n = strlen(path);
	const struct root *r = find_root(fx, path, n);

	if (r)
		str_add(out, r->alias);
	if (str_has_prefix(path, "/proc/"))
		how |= WITH_PIDS;
	put_words(fx, &raw, path + (r ? r->n : 0), n - (r ? r->n : 0), how | WITH_LITERALS);
	str_add_escaped(out, str_text(&raw), raw.n);
}

void
alias_path(struct effects *fx, struct str *out, const char *path)
{
	put_path(fx, out, path, 0);
}

/* The last component with its long numbers taken out: what numbered files have in common. */
static bool
family_of(struct str *out, const char *path)
{
	bool any = false;

	str_add(out, path);
	str_cut(out, path_parent(path));
	for (const char *p = path_last(path); *p;) {
		size_t n = strspn(p, "0123456789");

		any |= n >= 3;
		if (n >= 3)
			str_add_char(out, '/');
		else
			str_add_n(out, p, n ? n : 1);
		p += n ? n : 1;
	}
	return any;
}

/* frame.1000 to frame.5000 are numbers, though one of them may be that of a process. */
static bool
is_one_of_many(struct effects *fx, const char *path)
{
	AUTO(str_done) struct str family = { 0 };
	size_t at = 0;
	void *value;

	if (!family_of(&family, path))
		return false;
	if (!fx->families) {
		fx->families = map_new();
		while (map_next(fx->names, &at, NULL, NULL, &value)) {
			const struct name *n = value;
			AUTO(str_done) struct str other = { 0 };

			if (n->maker && family_of(&other, n->path))
				++*(uintptr_t *)map_text(fx->families, other.data);
		}
	}
	return (uintptr_t)map_get_text(fx->families, family.data) > 1;
}

void
alias_made_path(struct effects *fx, struct str *out, const struct name *n)
{
	const struct task *maker = task_get(fx, n->maker);
	unsigned how = maker && !is_one_of_many(fx, n->path) ? WITH_MAKERS : 0;

	fx->of = maker ? maker->process : NULL;
	put_path(fx, out, n->path, how);
	fx->of = NULL;
}

/* The sandbox's path, not followed by more of a word: "/box.", but not "/boxes". */
static const char *
find_box(const struct root *box, const char *text, size_t n)
{
	const char *end = text + n;

	for (const char *hit = text; hit < end; hit += box->n) {
		hit = memmem(hit, (size_t)(end - hit), box->path, box->n);
		if (!hit || hit + box->n == end || !is_word_byte(hit[box->n]))
			return hit;
	}
	return NULL;
}

/* The next place where the text holds the sandbox's path, or that of the directory for
 * temporary files in it. */
static const char *
find_own_root(const struct effects *fx, const char *text, size_t n, const struct root **out)
{
	const char *first = NULL, *box = fx->header.sandbox;

	*out = NULL;
	for (size_t i = 0; i < fx->n_roots && box; i++) {
		const struct root *r = &fx->roots[i];
		bool is_tmp = strcmp(r->alias, "<tmp>") == 0;
		const char *hit;

		if (strcmp(r->alias, "<sandbox>") != 0 &&
			!(is_tmp && path_is_below(r->path, box, strlen(box))))
			continue;
		hit = find_box(r, text, n);
		if (hit && (!first || hit < first || (hit == first && r->n > (*out)->n))) {
			first = hit;
			*out = r;
		}
	}
	return first;
}

static bool
put_text(struct effects *fx, struct str *out, const char *text, size_t n, unsigned how)
{
	size_t from = 0;
	bool any = false;

	while (from < n) {
		const struct root *root;
		const char *hit = find_own_root(fx, text + from, n - from, &root);
		size_t at = hit ? (size_t)(hit - text) : n;

		any |= put_words(fx, out, text + from, at - from, how);
		from = at;
		if (!hit)
			break;
		str_add(out, root->alias);
		from += root->n;
		any = true;
	}
	return any;
}

bool
alias_text(struct effects *fx, struct str *out, const char *text, size_t n)
{
	return put_text(fx, out, text, n, WITH_PORTS | WITH_TOLD);
}

bool
alias_payload(struct effects *fx, struct str *out, const char *text, size_t n)
{
	return put_text(fx, out, text, n, WITH_PORTS | WITH_TOLD | WITH_LITERALS);
}

/* May a path begin here? Behind a blank, a quote, '=', ':', ',', '@' or an option's letter. */
static bool
begins_path(const char *word, size_t i)
{
	return i == 0 || strchr("=:,@ '\"(\t\n;|&<>", word[i - 1]) ||
	       (i == 2 && word[0] == '-');
}

static void
put_word(struct effects *fx, struct str *out, const char *word, unsigned how)
{
	size_t n = strlen(word), from = 0;

	how |= WITH_PORTS | WITH_PARENTS;

	for (size_t i = 0; i < n; i++) {
		const struct root *r = word[i] == '/' ? find_root(fx, word + i, n - i) : NULL;

		if (!r || (!begins_path(word, i) && strcmp(r->alias, "<sandbox>") != 0))
			continue;
		put_words(fx, out, word + from, i - from, how);
		str_add(out, r->alias);
		i += r->n - 1;
		from = i + 1;
	}
	put_words(fx, out, word + from, n - from, how);
}

void
alias_word(struct effects *fx, struct str *out, const char *word, bool has_pids)
{
	bool tells = has_pids || strstr(word, "pid");

	put_word(fx, out, word, WITH_LITERALS | (tells ? WITH_PIDS : 0u));
}

void
alias_own_words(struct effects *fx, struct str *out, const char *words, bool has_pids)
{
	put_word(fx, out, words, has_pids ? WITH_PIDS : 0u);
}

bool
redact(struct effects *fx, struct str *text)
{
	return redactions_apply(fx->opts.redactions, fx->opts.n_redactions, text, NULL);
}
