/* SPDX-License-Identifier: MIT */
/* header.c - the content of a trace's first and last frame */

#include "store/header.h"

#include "store/wire.h"

static void
add_number(struct str *out, uint64_t v)
{
	uint8_t room[WIRE_MAX];

	str_add_n(out, room, (size_t)(wire_put(room, v) - room));
}

static void
add_text(struct str *out, const char *text)
{
	add_number(out, text ? strlen(text) + 1 : 0);
	if (text)
		str_add_n(out, text, strlen(text) + 1);
}

void
header_put(struct str *out, const struct trace_header *h)
{
	const char *const texts[] = { h->cwd, h->exe, h->home, h->tmp, h->sandbox, h->backend,
		h->kernel, h->machine };
	size_t n_argv = 0;

	while (h->argv && h->argv[n_argv])
		n_argv++;
	add_number(out, n_argv);
	for (size_t i = 0; i < n_argv; i++)
		add_text(out, h->argv[i]);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		add_text(out, texts[i]);
	add_number(out, h->started_ns);
	add_number(out, h->uid);
	add_number(out, h->gid);
	add_number(out, h->n_cpus);
	add_number(out, h->payload_limit);
	add_number(out, (unsigned)h->is_subset | (unsigned)h->aslr << 1 |
				(unsigned)h->is_excerpt << 2 | (unsigned)h->is_sampled << 3 |
				(unsigned)h->has_stacks << 4);
}

static int
end_of(const struct wire *in, const uint8_t *content, const char *what, struct err *err)
{
	const char *wrong = in->wrong;

	if (!wrong && in->p != in->end)
		wrong = "bytes behind the last field";
	if (!wrong)
		return 0;
	return err_set(err, "byte %zu of the %s: %s", (size_t)(in->p - content), what, wrong);
}

int
header_get(struct trace_header *out, struct arena *arena, const uint8_t *content, size_t n,
	struct err *err)
{
	struct wire in = { .p = content, .end = content + n };
	struct trace_header h = { 0 };
	const char **texts[] = { &h.cwd, &h.exe, &h.home, &h.tmp, &h.sandbox, &h.backend,
		&h.kernel, &h.machine };
	size_t n_argv = wire_get_max(&in, n); /* each takes a byte at least */
	const char **argv = arena_array(arena, n_argv + 1, sizeof *argv);
	uint64_t flags;

	for (size_t i = 0; i < n_argv && !in.wrong; i++) {
		argv[i] = arena_strdup(arena, wire_get_text(&in));
		if (!argv[i])
			wire_fail(&in, "an argument that is missing");
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = arena_strdup(arena, wire_get_text(&in));
	h.argv = argv;
	h.started_ns = wire_get(&in);
	h.uid = (uint32_t)wire_get_max(&in, UINT32_MAX);
	h.gid = (uint32_t)wire_get_max(&in, UINT32_MAX);
	h.n_cpus = (uint32_t)wire_get_max(&in, UINT32_MAX);
	h.payload_limit = (uint32_t)wire_get_max(&in, UINT32_MAX);
	flags = wire_get_max(&in, 31);
	h.is_subset = flags & 1;
	h.aslr = flags >> 1 & 1;
	h.is_excerpt = flags >> 2 & 1;
	h.is_sampled = flags >> 3 & 1;
	h.has_stacks = flags >> 4;
	if (end_of(&in, content, "header", err) < 0)
		return -1;
	*out = h;
	return 0;
}

void
footer_put(struct str *out, const struct trace_footer *f, uint64_t n_records)
{
	const uint64_t numbers[] = { n_records, f->n_lost, f->n_escaped, f->n_rings,
		f->n_untraceable, f->was_cut, f->n_events, f->n_calls, f->n_unfinished,
		f->n_restarted, f->n_calls_32bit, f->n_tasks, f->n_processes,
		f->n_seccomp_filters, f->wall_ns };

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		add_number(out, numbers[i]);
	add_text(out, f->reason);
}

int
footer_get(struct trace_footer *out, uint64_t *n_records, const uint8_t *content, size_t n,
	struct err *err)
{
	struct wire in = { .p = content, .end = content + n };
	struct trace_footer f = { 0 };
	const char *reason;

	*n_records = wire_get(&in);
	f.n_lost = wire_get(&in);
	f.n_escaped = (uint32_t)wire_get_max(&in, UINT32_MAX);
	f.n_rings = (uint32_t)wire_get_max(&in, UINT32_MAX);
	f.n_untraceable = (uint32_t)wire_get_max(&in, UINT32_MAX);
	f.was_cut = wire_get_max(&in, 1);
	f.n_events = wire_get(&in);
	f.n_calls = wire_get(&in);
	f.n_unfinished = wire_get(&in);
	f.n_restarted = wire_get(&in);
	f.n_calls_32bit = wire_get(&in);
	f.n_tasks = (uint32_t)wire_get_max(&in, UINT32_MAX);
	f.n_processes = (uint32_t)wire_get_max(&in, UINT32_MAX);
	f.n_seccomp_filters = (uint32_t)wire_get_max(&in, UINT32_MAX);
	f.wall_ns = wire_get(&in);
	reason = wire_get_text(&in);
	if (!in.wrong && (!reason || strlen(reason) >= sizeof f.reason))
		wire_fail(&in, "a reason that is missing or too long");
	if (end_of(&in, content, "footer", err) < 0)
		return -1;
	assert(reason); /* else something was wrong */
	memcpy(f.reason, reason, strlen(reason));
	*out = f;
	return 0;
}
