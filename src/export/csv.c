/* SPDX-License-Identifier: MIT */
/* csv.c - a trace as a table, an event a row */

#include "export/csv.h"

#include <string.h>
#include <sys/wait.h>

static const char *const kind_names[N_EVENT_KINDS] = {
	[EVENT_START] = "start",
	[EVENT_HELD] = "held",
	[EVENT_EXEC] = "exec",
	[EVENT_CALL] = "call",
	[EVENT_SIGNAL] = "signal",
	[EVENT_EXIT] = "exit",
	[EVENT_PATH] = "path",
};

static const char *const state_names[] = {
	[CALL_DONE] = "done",
	[CALL_RESTARTED] = "restarted",
	[CALL_UNFINISHED] = "unfinished",
	[CALL_DENIED] = "denied",
};

static const char *const how_names[] = {
	[START_FIRST] = "first",
	[START_FORK] = "fork",
	[START_VFORK] = "vfork",
	[START_CLONE] = "clone",
	[START_THREAD] = "thread",
	[START_ATTACHED] = "attached",
};

/* The last five columns, as far as an event has them. */
struct row {
	struct str name, arguments, error;
	const char *state;
	int64_t result;
	bool has_result;
};

static void
row_done(struct row *r)
{
	str_done(&r->name);
	str_done(&r->arguments);
	str_done(&r->error);
}

static void
add_text(struct str *out, const struct str *text)
{
	AUTO(str_done) struct str clean = { 0 };
	bool is_quoted;

	str_add_printable(&clean, str_text(text), text->n);
	is_quoted = strpbrk(str_text(&clean), ",\"") != NULL;
	if (is_quoted)
		str_add_char(out, '"');
	for (size_t i = 0; i < clean.n; i++) {
		if (clean.data[i] == '"')
			str_add_char(out, '"');
		str_add_char(out, clean.data[i]);
	}
	if (is_quoted)
		str_add_char(out, '"');
}

static void
fill_call(struct row *r, const struct call *c, const struct export_names *names)
{
	names->call(names->arg, c, &r->name);
	names->arguments(names->arg, c, &r->arguments);
	r->state = state_names[c->state];
	r->has_result = c->state == CALL_DONE || c->state == CALL_DENIED;
	r->result = c->is_error ? -1 : c->ret;
	if (r->has_result && c->is_error)
		names->error(names->arg, (int)-c->ret, &r->error);
}

static void
fill_start(struct row *r, const struct task_start *s)
{
	str_add(&r->name, how_names[s->how]);
	str_addf(&r->arguments, "parent=%u process=%u pid=%d tid=%d", s->parent, s->process,
		s->pid, s->tid);
}

static void
fill_signal(struct row *r, const struct signal_info *s, const struct export_names *names)
{
	names->signal(names->arg, s->signal, &r->name);
	str_addf(&r->arguments, "code=%d pid=%d uid=%d", s->code, s->pid, s->uid);
	r->state = s->is_stop ? "stop" : "delivered";
}

static void
fill_exit(struct row *r, const struct task_exit *x, const struct export_names *names)
{
	str_add(&r->name, x->is_process ? "process" : "thread");
	r->has_result = WIFEXITED(x->status);
	r->result = WEXITSTATUS(x->status);
	if (WIFSIGNALED(x->status))
		names->signal(names->arg, WTERMSIG(x->status), &r->error);
}

static void
fill_path(struct row *r, const struct path_state *s)
{
	str_add(&r->name, s->path ? s->path : "");
	str_addf(&r->arguments, "%s mode=%04o size=%llu", path_type_names[s->type], s->mode,
		(unsigned long long)s->size);
	r->state = s->is_before ? "before" : "after";
}

static void
fill(struct row *r, const struct event *e, const struct export_names *names)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_START:
		fill_start(r, &e->start);
		break;
	case EVENT_HELD:
		str_add(&r->name, e->held.name ? e->held.name : "");
		r->has_result = true;
		r->result = e->held.fd;
		break;
	case EVENT_EXEC:
		str_add(&r->name, e->exec.path ? e->exec.path : "");
		break;
	case EVENT_CALL:
		fill_call(r, &e->call, names);
		break;
	case EVENT_SIGNAL:
		fill_signal(r, &e->signal, names);
		break;
	case EVENT_EXIT:
		fill_exit(r, &e->exit, names);
		break;
	case EVENT_PATH:
		fill_path(r, &e->path);
		break;
	case N_EVENT_KINDS:
		break;
	}
}

void
csv_header(struct str *out)
{
	str_add(out,
		"seq,time_ns,duration_ns,task,event,name,arguments,result,error,state\r\n");
}

void
csv_event(struct str *out, const struct event *e, const struct export_names *names)
{
	bool is_call = e->kind == EVENT_CALL;
	uint64_t start_ns = is_call ? MIN(e->call.enter_ns, e->time_ns) : e->time_ns;
	struct row r = { .state = "" };

	assert(e->kind < N_EVENT_KINDS);
	fill(&r, e, names);
	str_addf(out, "%llu,%llu,", (unsigned long long)e->seq, (unsigned long long)start_ns);
	if (is_call)
		str_addf(out, "%llu", (unsigned long long)(e->time_ns - start_ns));
	str_addf(out, ",%u,%s,", e->task, kind_names[e->kind]);
	add_text(out, &r.name);
	str_add_char(out, ',');
	add_text(out, &r.arguments);
	str_add_char(out, ',');
	if (r.has_result)
		str_addf(out, "%lld", (long long)r.result);
	str_add_char(out, ',');
	add_text(out, &r.error);
	str_addf(out, ",%s\r\n", r.state);
	row_done(&r);
}
