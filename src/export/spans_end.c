/* SPDX-License-Identifier: MIT */
/* spans_end.c - what is known of a run at its end, and its spans put together */

#include "export/spans_own.h"

#include <stdlib.h>
#include <string.h>

/* Attributes of one call are few; a text that is not there is no attribute. */
static void
add_peer(struct attributes *a, const struct wording *w, const char *peer)
{
	const char *rest = peer ? strchr(peer, ':') : NULL;
	const char *port = rest ? strrchr(rest, ':') : NULL;
	AUTO(str_done) struct str address = { 0 };
	bool is_inet = rest && strncmp(peer, "inet", 4) == 0;
	size_t n;

	if (!rest)
		return;
	rest++;
	n = is_inet && port >= rest ? (size_t)(port - rest) : strlen(rest);
	if (n > 2 && *rest == '[' && rest[n - 1] == ']')
		rest++, n -= 2;
	str_add_n(&address, rest, n);
	attributes_text(a, w, "network.peer.address", str_text(&address));
	if (is_inet && port >= rest && port[1])
		attributes_int(a, "network.peer.port", strtol(port + 1, NULL, 10));
	if (strncmp(peer, "unix", 4) == 0)
		attributes_text(a, w, "network.transport", "unix");
}

static void
fill_call(struct spans *s, struct span *span, const struct kept_call *k)
{
	static const char *const states[] = { [CALL_RESTARTED] = "restarted",
		[CALL_UNFINISHED] = "unfinished",
		[CALL_DENIED] = "denied" };
	const struct wording *w = &s->wording;
	const struct unit *u = spans_unit(s, k->task);
	struct attributes a = { 0 };

	spans_begin(s, span, &u->above->span);
	span->name = k->name;
	span->start_ns = s->header->started_ns + k->enter_ns;
	span->end_ns = s->header->started_ns + k->exit_ns;
	attributes_text(&a, w, "renacer.syscall.name", k->name);
	if (k->state == CALL_DONE || k->state == CALL_DENIED)
		attributes_int(&a, "renacer.syscall.result", k->is_error ? -1 : k->ret);
	if (k->state != CALL_DONE)
		attributes_text(&a, w, "renacer.syscall.state", states[k->state]);
	attributes_text(&a, w, "error.type", k->error);
	if (u != s->root)
		attributes_int(&a, "thread.id", u->tid);
	attributes_text(&a, w, "file.path", k->path);
	add_peer(&a, w, k->peer);
	attributes_text(&a, w, "code.function.name", k->function);
	attributes_text(&a, w, "code.file.path", k->file);
	if (k->file && k->line)
		attributes_int(&a, "code.line.number", k->line);
	span->attributes = attributes_keep(&a, w);
	span->n_attributes = a.n;
	attributes_done(&a);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void
fill_program(struct spans *s, struct unit *u)
{
	const struct wording *w = &s->wording;

	u->span.name = *u->exe ? base_name(u->exe) : "unknown";
	if (*u->exe) {
		attributes_text(&u->attributes, w, "process.executable.name", u->span.name);
		attributes_text(&u->attributes, w, "process.executable.path", u->exe);
	}
	if (u->n_arguments)
		attributes_list(
			&u->attributes, "process.command_args", u->arguments, u->n_arguments);
}

static void
fill_unit(struct spans *s, struct unit *u)
{
	if (u->is_thread)
		u->span.name = "thread";
	else if (u != s->root)
		fill_program(s, u);
	if (u != s->root) {
		attributes_int(&u->attributes, "renacer.calls", (int64_t)u->n_calls);
		attributes_int(&u->attributes, "renacer.calls.failed", (int64_t)u->n_failed);
	}
	if (!u->has_ended) {
		u->span.end_ns = s->header->started_ns + s->last_ns;
		if (u != s->root)
			attributes_bool(&u->attributes, "renacer.unfinished", true);
	}
	u->span.attributes = attributes_keep(&u->attributes, &s->wording);
	u->span.n_attributes = u->attributes.n;
	u->span.events = u->events.n ? arena_dup(s->wording.arena, u->events.items,
					       u->events.n * sizeof *u->events.items)
				     : NULL;
	u->span.n_events = u->events.n;
	u->span.n_dropped_events = u->events.n_dropped;
}

void
spans_root_text(struct spans *s, const char *key, const char *text)
{
	attributes_text(&s->root->attributes, &s->wording, key, text);
}

void
spans_root_number(struct spans *s, const char *key, int64_t value)
{
	attributes_int(&s->root->attributes, key, value);
}

void
spans_root_status(struct spans *s, enum span_status code, const char *message)
{
	s->root->span.status.code = code;
	s->root->span.status.message =
		message ? wording_text(&s->wording, message, strlen(message)) : NULL;
	s->has_status = true;
}

void
spans_root_event(struct spans *s, const char *name, const struct spans_pair *pairs, size_t n)
{
	struct attributes a = { 0 };

	for (size_t i = 0; i < n; i++)
		attributes_text(&a, &s->wording, pairs[i].key, pairs[i].text);
	events_add(&s->root->events, &s->wording, name, s->header->started_ns + s->last_ns, &a);
}

/* What the trace as a whole is worth, and what of it is here. */
static void
fill_root(struct spans *s, const struct trace_footer *footer, const struct spans_told *told)
{
	struct attributes *a = &s->root->attributes;
	const struct wording *w = &s->wording;
	const struct unit *first = s->n_units > 1 ? s->units[1] : NULL;

	s->root->span.name = s->opts.name ? wording_text(w, s->opts.name, strlen(s->opts.name))
			     : first      ? first->span.name
					  : "run";
	if (first && !s->has_status)
		s->root->span.status = first->span.status;
	attributes_text(a, w, "process.working_directory", s->header->cwd);
	attributes_text(a, w, "renacer.backend", s->header->backend);
	attributes_text(a, w, "renacer.trace.calls",
		s->header->is_subset || s->opts.is_subset ? "subset" : "all");
	attributes_bool(a, "renacer.trace.complete", footer && trace_is_complete(footer));
	if (!footer)
		attributes_text(a, w, "renacer.trace.reason", "it ends without its footer");
	else if (!trace_is_complete(footer))
		attributes_text(a, w, "renacer.trace.reason", footer->reason);
	attributes_int(a, "renacer.calls", (int64_t)s->n_calls);
	attributes_int(a, "renacer.calls.exported", (int64_t)told->n_calls);
	attributes_int(a, "renacer.calls.too_short", (int64_t)told->n_short);
	attributes_int(a, "renacer.calls.beyond_limit", (int64_t)told->n_many);
	attributes_int(a, "renacer.tasks.beyond_limit", (int64_t)told->n_dropped_tasks);
}

void
spans_finish(struct spans *s, const struct trace_footer *footer, struct spans_told *out)
{
	const struct kept_call *calls = slowest_list(s->slowest, &out->n_calls);

	out->n_short = slowest_too_short(s->slowest);
	out->n_many = slowest_too_many(s->slowest);
	out->n_dropped_tasks = s->n_dropped_tasks;
	for (size_t i = s->n_units; i-- > 0;) {
		if (!i)
			fill_root(s, footer, out);
		fill_unit(s, s->units[i]);
	}
	s->list = mem_array(s->n_units + out->n_calls, sizeof *s->list);
	out->n = 0;
	for (size_t i = 0; i < s->n_units; i++)
		if (s->units[i]->is_kept)
			s->list[out->n++] = s->units[i]->span;
	out->n_tasks = out->n - 1;
	for (size_t i = 0; i < out->n_calls; i++)
		fill_call(s, &s->list[out->n++], &calls[i]);
	out->spans = s->list;
}
