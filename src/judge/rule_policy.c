/* SPDX-License-Identifier: MIT */
/* rule_policy.c - the judges of rules over names: exec_policy, network_policy, path_policy,
 * coverage
 */

#include "judge/rule_own.h"

#include "base/map.h"

#include <inttypes.h>
#include <string.h>

/* What a policy says of one name, asked once for each. */
struct policy {
	const struct judging *j;
	struct map *known; /* name -> is_allowed or is_denied */
	uint32_t *bad;
	size_t n_bad, bad_capacity;
	uint64_t n_uses, n_names;
	const char *first; /* name that is not allowed */
};

static const char is_allowed, is_denied;

static bool
matches_any(const struct globs *globs, const char *name)
{
	for (size_t i = 0; i < globs->n; i++)
		if (glob_matches(globs->items[i], name))
			return true;
	return false;
}

/* Both spellings of a path stand for it: "<cwd>/a" and "/home/me/a". */
static bool
permits(const struct rule *rule, const char *name, const char *real)
{
	if (matches_any(&rule->deny, name) || (real && matches_any(&rule->deny, real)))
		return false;
	return !rule->allow.n || matches_any(&rule->allow, name) ||
	       (real && matches_any(&rule->allow, real));
}

static bool
policy_permits(struct policy *p, const char *name, const char *real)
{
	void **slot = map_text(p->known, name);

	p->n_uses++;
	if (!*slot) {
		p->n_names++;
		*slot = (void *)(permits(p->j->rule, name, real) ? &is_allowed : &is_denied);
	}
	if (*slot == &is_allowed)
		return true;
	if (!p->first)
		p->first = arena_strdup(p->j->arena, name);
	return false;
}

static void
add_bad(struct policy *p, size_t row)
{
	if (p->n_bad && p->bad[p->n_bad - 1] == row)
		return;
	p->bad = mem_grow(p->bad, p->n_bad, &p->bad_capacity, sizeof *p->bad);
	p->bad[p->n_bad++] = (uint32_t)row;
}

/* One row, by all the values of a column. */
static void
look_at(struct policy *p, enum column column, size_t row)
{
	const struct columns *c = p->j->columns;
	const char *name;

	for (unsigned nth = 0; (name = columns_text(c, column, row, nth)); nth++)
		if (!policy_permits(p, name, columns_real(c, column, row, nth)))
			add_bad(p, row);
}

static const char *
words_of_globs(const struct judging *j, const char *before, const struct globs *globs)
{
	const char *text = before;

	for (size_t i = 0; i < globs->n; i++)
		text = arena_printf(j->arena, "%s%s'%s'", text, i ? ", " : "", globs->items[i]);
	return globs->n ? text : "";
}

static void
conclude_policy(struct policy *p, const char *one, const char *many)
{
	const struct judging *j = p->j;
	const struct rule *r = j->rule;
	const char *uses =
		arena_printf(j->arena, "%s in %s", words_of_n(j->arena, p->n_names, one, many),
			words_of_n(j->arena, p->n_uses, "use", "uses"));

	judging_conclude(j, &(struct finding_of_rule){
				    .is_broken = p->n_bad,
				    .is_certain = true,
				    .n_looked = columns_rows(j->columns),
				    .wanted = arena_printf(j->arena, "%s%s%s",
					    words_of_globs(j, "only ", &r->allow),
					    r->allow.n && r->deny.n ? ", " : "",
					    words_of_globs(j, "never ", &r->deny)),
				    .found = p->first ? arena_printf(j->arena,
								"'%s' is not permitted (%s, "
								"%zu not permitted)",
								p->first, uses, p->n_bad)
						      : uses,
				    .rows = p->bad,
				    .n_rows = p->n_bad,
			    });
	map_free(p->known);
	mem_free(p->bad);
}

static bool
succeeded(const struct columns *c, size_t row)
{
	return !columns_text(c, COLUMN_ERRNO, row, 0) &&
	       columns_is(c, COLUMN_STATE, row, "done");
}

/* The event has what runs, the call what was asked for; a script's differ. An execve that
 * succeeded may be reported as never having returned. */
void
judge_exec_policy(const struct judging *j)
{
	const struct columns *c = j->columns;
	struct policy p = { .j = j, .known = map_new() };

	for (size_t row = 0; row < columns_rows(c); row++) {
		if (columns_is(c, COLUMN_EVENT, row, "exec"))
			look_at(&p, COLUMN_EXEC, row);
		else if (columns_is(c, COLUMN_FAMILY, row, "exec") &&
			 !columns_text(c, COLUMN_ERRNO, row, 0))
			look_at(&p, COLUMN_PATH, row);
	}
	if (!p.n_uses) {
		map_free(p.known);
		return judging_end(j, VERDICT_INCONCLUSIVE, "no execution was seen");
	}
	conclude_policy(&p, "program", "programs");
}

/* An IPv4 address within IPv6 is that IPv4 address: NULL when it is none. */
static const char *
unmapped(struct arena *arena, const char *address)
{
	static const char prefix[] = "inet6:[::ffff:";
	const char *inner = address + sizeof prefix - 1, *end;

	if (!str_has_prefix(address, prefix) || !strchr(inner, '.') ||
		!(end = strpbrk(inner, "%]")))
		return NULL;
	return arena_printf(
		arena, "inet:%.*s%s", (int)(end - inner), inner, strrchr(inner, ']') + 1);
}

static void
look_at_peer(struct policy *p, size_t row, const char *address)
{
	const char *real = columns_real(p->j->columns, COLUMN_PEER, row, 0);

	if (!policy_permits(p, address, real ? real : unmapped(p->j->arena, address)))
		add_bad(p, row);
}

/* Of several messages sent at once the addresses stand behind one another. */
static void
look_at_peers(struct policy *p, size_t row, const char *text)
{
	for (const char *comma; (comma = strstr(text, ", ")) != NULL; text = comma + 2) {
		AUTO(mem_free) char *one = mem_strdup(text);

		one[comma - text] = '\0';
		look_at_peer(p, row, one);
	}
	look_at_peer(p, row, text);
}

/* To connect to no family is to take leave of a peer: getaddrinfo does. */
static bool
is_leave(const struct columns *c, size_t row, const char *address)
{
	return str_has_prefix(address, "family-0:") &&
	       columns_is(c, COLUMN_SYSCALL, row, "connect");
}

/* listen names no address; the socket has one, if only "any", which the kernel gives it. */
void
judge_network_policy(const struct judging *j)
{
	static const char *const calls[] = { "connect", "bind", "listen", "sendto", "sendmsg" };
	const struct columns *c = j->columns;
	struct policy p = { .j = j, .known = map_new() };

	for (size_t row = 0; row < columns_rows(c); row++) {
		const char *address = columns_text(c, COLUMN_PEER, row, 0);

		if (!address)
			continue;
		if (is_leave(c, row, address))
			continue;
		if (columns_is(c, COLUMN_SYSCALL, row, "sendmmsg"))
			look_at_peers(&p, row, address);
		for (size_t i = 0; i < ARRAY_LEN(calls); i++)
			if (columns_is(c, COLUMN_SYSCALL, row, calls[i]))
				look_at_peer(&p, row, address);
	}
	conclude_policy(&p, "address", "addresses");
}

/* What a call does to its nth path. Of two, a transfer reads the first and writes the second.
 */
static bool
has_access(const struct columns *c, size_t row, unsigned path, bool to_write)
{
	static const char *const words[] = { "write", "make", "remove", "change", "sync",
		"swap" };
	bool writes = false, reads = false;
	const char *text;

	for (unsigned nth = 0; (text = columns_text(c, COLUMN_ACCESS, row, nth)); nth++) {
		bool is_write = false;

		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			is_write |= strcmp(text, words[i]) == 0;
		writes |= is_write;
		reads |= !is_write;
	}
	if (writes && reads && columns_text(c, COLUMN_FROM, row, 0) &&
		columns_text(c, COLUMN_TO, row, 0))
		return to_write == (path == 1);
	return to_write ? writes : reads || !writes;
}

void
judge_path_policy(const struct judging *j)
{
	const struct columns *c = j->columns;
	struct policy p = { .j = j, .known = map_new() };
	enum rule_access choice = (enum rule_access)j->rule->choice;
	const char *name;

	for (size_t row = 0; row < columns_rows(c); row++)
		for (unsigned nth = 0; (name = columns_text(c, COLUMN_PATH, row, nth)); nth++)
			if ((choice == ACCESS_ANY ||
				    has_access(c, row, nth, choice == ACCESS_WRITE)) &&
				!policy_permits(
					&p, name, columns_real(c, COLUMN_PATH, row, nth)))
				add_bad(&p, row);
	conclude_policy(&p, "path", "paths");
}

/*
 * coverage
 */
static void
mark_covered(const struct judging *j, size_t row, bool *is_covered)
{
	const struct columns *c = j->columns;
	const char *name, *real;

	for (unsigned nth = 0; (name = columns_text(c, COLUMN_PATH, row, nth)); nth++) {
		real = columns_real(c, COLUMN_PATH, row, nth);
		for (size_t i = 0; i < j->rule->allow.n; i++)
			is_covered[i] = is_covered[i] ||
					glob_matches(j->rule->allow.items[i], name) ||
					(real && glob_matches(j->rule->allow.items[i], real));
	}
}

void
judge_coverage(const struct judging *j)
{
	const struct globs *globs = &j->rule->allow;
	bool *is_covered = arena_array(j->arena, globs->n, sizeof *is_covered);
	struct globs missing = { arena_array(j->arena, globs->n, sizeof(char *)), 0 };
	const char **names = (const char **)(void *)missing.items;
	uint64_t n_opened = 0;

	for (size_t row = 0; row < columns_rows(j->columns); row++) {
		if (!columns_is(j->columns, COLUMN_FAMILY, row, "open") ||
			!succeeded(j->columns, row))
			continue;
		n_opened++;
		mark_covered(j, row, is_covered);
	}
	for (size_t i = 0; i < globs->n; i++)
		if (!is_covered[i])
			names[missing.n++] = globs->items[i];
	judging_conclude(j, &(struct finding_of_rule){
				    .is_broken = (double)(globs->n - missing.n) <
						 j->rule->share * (double)globs->n - 1e-9,
				    .n_looked = n_opened,
				    .wanted = arena_printf(
					    j->arena, "a share of at least %g", j->rule->share),
				    .found = arena_printf(j->arena, "%zu of %zu were opened%s",
					    globs->n - missing.n, globs->n,
					    words_of_globs(j, ", not ", &missing)),
			    });
}
