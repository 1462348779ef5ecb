/* SPDX-License-Identifier: MIT */
/* print.c - events as text in strace's form, a line each */

#include "cli/print.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "symbol/symbol.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

struct printer {
	FILE *out;
	struct print_opts opts;
	struct decode_text how;
	uint64_t started_ns, last_ns;
	struct map *tids; /* task number to tid */
	size_t n_live;
	struct str line;  /* reused */
	uint64_t lamport; /* of the event at hand */
};

struct printer *
printer_new(FILE *out, const struct trace_header *header, const struct print_opts *opts)
{
	struct printer *p = mem_alloc(sizeof *p);

	p->out = out;
	p->opts = *opts;
	p->how = (struct decode_text){
		.string_limit = opts->string_limit,
		.list_limit = opts->verbose ? UINT32_MAX : 32,
		.verbose = opts->verbose,
	};
	p->started_ns = header->started_ns;
	p->tids = map_new();
	return p;
}

void
printer_lamport(struct printer *p, uint64_t clock)
{
	p->lamport = clock;
}

void
printer_free(struct printer *p)
{
	if (!p)
		return;
	map_free(p->tids);
	str_done(&p->line);
	mem_free(p);
}

static void
add_time(struct printer *p, uint64_t time_ns)
{
	uint64_t wall_ns = p->started_ns + time_ns,
		 since_ns = time_ns - MIN(p->last_ns, time_ns);
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	unsigned us = (unsigned)(wall_ns % NS_PER_S / 1000);
	struct tm tm;

	if (p->opts.clock == 3) {
		str_addf(&p->line, "%lld.%06u ", (long long)seconds, us);
	} else if (p->opts.clock) {
		localtime_r(&seconds, &tm);
		str_addf(&p->line, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
		if (p->opts.clock == 2)
			str_addf(&p->line, ".%06u", us);
		str_add_char(&p->line, ' ');
	}
	if (p->opts.relative)
		str_addf(&p->line, "%6llu.%06llu ", (unsigned long long)(since_ns / NS_PER_S),
			(unsigned long long)(since_ns % NS_PER_S / 1000));
	p->last_ns = time_ns;
}

/* As "%-5d ": it stands before every line. */
static void
add_tid(struct printer *p, int tid)
{
	size_t from = p->line.n;

	str_add_int(&p->line, tid);
	do
		str_add_char(&p->line, ' ');
	while (p->line.n - from < 6);
}

static void
begin_line(struct printer *p, uint32_t task, uint64_t time_ns)
{
	int tid = (int)(intptr_t)map_get_number(p->tids, task);

	str_clear(&p->line);
	if (p->opts.pid_always)
		add_tid(p, tid);
	else if (p->n_live > 1)
		str_addf(&p->line, "[pid %5d] ", tid);
	if (p->opts.lamport)
		str_addf(&p->line, "%6llu ", (unsigned long long)p->lamport);
	add_time(p, time_ns);
}

static int
end_line(struct printer *p, struct err *err)
{
	str_add_char(&p->line, '\n');
	if (fwrite(p->line.data, 1, p->line.n, p->out) != p->line.n)
		return err_sys(err, "write the trace");
	return 0;
}

static bool
is_shown(const struct printer *p, const struct call *call)
{
	enum call_id id = decode_spec(call->arch, call->nr)->id;

	if (p->opts.shown && !call_set_has(p->opts.shown, id))
		return false;
	if (p->opts.only_good)
		return call->state == CALL_DONE && !call->is_error;
	if (p->opts.only_bad)
		return call->state != CALL_UNFINISHED && call->is_error;
	return true;
}

/* " at main.c:12 (flush)"; of a program without -g " at /bin/prog(flush+0x1f)". */
static void
add_source(struct str *line, const struct stack *stack)
{
	const struct stack_frame *f = stack_place(stack);

	if (!f)
		return;
	str_add(line, " at ");
	str_add_printable(
		line, f->file ? f->file : f->module, strlen(f->file ? f->file : f->module));
	if (f->file && f->line)
		str_addf(line, ":%u", f->line);
	if (!f->function) {
		if (!f->file)
			str_addf(line, "(+0x%llx)", (unsigned long long)f->offset);
		return;
	}
	str_add(line, f->file ? " (" : "(");
	str_add_printable(line, f->function, strlen(f->function));
	if (!f->file)
		str_addf(line, "+0x%llx", (unsigned long long)f->function_offset);
	str_add_char(line, ')');
}

static void
add_stack(struct str *line, const struct stack *stack)
{
	for (uint32_t i = 0; stack && i < stack->n; i++) {
		const struct stack_frame *f = stack->frames[i];
		const struct symbol_place place = { .module = f->module,
			.module_offset = f->offset,
			.function = f->function,
			.function_offset = f->function_offset,
			.file = f->file,
			.line = f->line,
			.is_inlined = f->is_inlined };

		str_add(line, "\n > ");
		symbol_text(line, &place, f->offset);
	}
}

static int
print_call(struct printer *p, const struct event *event, struct err *err)
{
	const struct call *call = &event->call;
	uint64_t took_ns = event->time_ns - MIN(call->enter_ns, event->time_ns);

	if (!is_shown(p, call))
		return 0;
	begin_line(p, event->task, call->enter_ns);
	decode_call(&p->line, call, &p->how);
	do
		str_add_char(&p->line, ' ');
	while (p->line.n < p->opts.column);
	decode_result(&p->line, call, &p->how);
	if (p->opts.timing && call->state != CALL_UNFINISHED)
		str_addf(&p->line, " <%llu.%06llu>", (unsigned long long)(took_ns / NS_PER_S),
			(unsigned long long)(took_ns % NS_PER_S / 1000));
	if (p->opts.source)
		add_source(&p->line, call->stack);
	if (p->opts.stacks)
		add_stack(&p->line, call->stack);
	return end_line(p, err);
}

static int
print_signal(struct printer *p, const struct event *event, struct err *err)
{
	char room[16];

	if (p->opts.no_signals)
		return 0;
	begin_line(p, event->task, event->time_ns);
	if (event->signal.is_stop)
		str_addf(&p->line, "--- stopped by %s ---",
			decode_signal_name(event->signal.signal, room));
	else
		decode_signal(&p->line, &event->signal);
	return end_line(p, err);
}

static int
print_exit(struct printer *p, const struct event *event, struct err *err)
{
	int status = event->exit.status;
	char room[16];

	if (p->opts.no_signals && WIFSIGNALED(status)) {
		p->n_live -= p->n_live > 0;
		return 0;
	}
	begin_line(p, event->task, event->time_ns);
	if (WIFSIGNALED(status))
		str_addf(&p->line, "+++ killed by %s%s +++",
			decode_signal_name(WTERMSIG(status), room),
			WCOREDUMP(status) ? " (core dumped)" : "");
	else
		str_addf(&p->line, "+++ exited with %d +++", WEXITSTATUS(status));
	p->n_live -= p->n_live > 0;
	return end_line(p, err);
}

int
printer_event(struct printer *p, const struct event *event, struct err *err)
{
	switch ((enum event_kind)event->kind) {
	case EVENT_START:
		*map_number(p->tids, event->task) = (void *)(intptr_t)event->start.tid;
		p->n_live++;
		return 0;
	case EVENT_EXEC:
		/* An exec from another thread takes over the leader's id. */
		if (event->exec.from && event->exec.from != event->task)
			p->n_live -= p->n_live > 1;
		return 0;
	case EVENT_CALL:
		return print_call(p, event, err);
	case EVENT_SIGNAL:
		return print_signal(p, event, err);
	case EVENT_EXIT:
		return print_exit(p, event, err);
	case EVENT_HELD:
	case EVENT_PATH:
	case N_EVENT_KINDS:
		break;
	}
	return 0;
}
