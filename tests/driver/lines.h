/* SPDX-License-Identifier: MIT */
/*
 * lines.h - events as lines, for tests: what WANT() of tests/prog/want.h is held against
 *
 * A line starts with the kind and the task's number; the last is the footer.
 */
#ifndef TESTS_DRIVER_LINES_H
#define TESTS_DRIVER_LINES_H

#include "decode/decode.h"
#include "model/event.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const line_states[] = { "", " RESTARTED", " UNFINISHED", " DENIED" };
static const char *const line_hows[] = { "first", "fork", "vfork", "clone", "thread",
	"attached" };

static inline void
line_area(FILE *out, const struct area *a)
{
	static const char kinds[] = "SsOI";
	bool is_data = a->kind == AREA_DATA_OUT || a->kind == AREA_DATA_IN;
	struct digest digest = a->digest;
	char hex[DIGEST_HEX] = "";

	if (is_data && !a->has_digest && !a->is_missing) /* kept whole */
		digest_add(&digest, a->bytes, a->kept);
	if (a->has_digest || (is_data && !a->is_missing))
		digest_hex(&digest, hex);
	fprintf(out, " [%d%c%s%s %" PRIu64 "/%u %.8s \"", a->arg, kinds[a->kind],
		a->at_exit ? "<" : ">", a->is_missing ? "!" : "", a->size, a->kept, hex);
	for (uint32_t i = 0; i < a->kept && i < 64 && a->kind != AREA_STRUCT; i++) {
		unsigned char c = a->bytes[i];

		if (c < ' ' || c > '~' || c == '"')
			fprintf(out, "\\%o", c);
		else
			fputc(c, out);
	}
	fputs("\"]", out);
}

static inline void
line_call(FILE *out, const struct event *e, bool with_areas)
{
	const struct call *c = &e->call;
	char room[32];

	fprintf(out, "CALL %u %s(%" PRIx64 ", %" PRIx64 ", %" PRIx64 ") = %" PRId64 "%s%s",
		e->task, decode_name(c->arch, c->nr, room), c->arg[0], c->arg[1], c->arg[2],
		c->ret, c->is_error ? " error" : "", line_states[c->state]);
	for (uint32_t i = 0; with_areas && i < c->n_areas; i++)
		line_area(out, &c->areas[i]);
	fputc('\n', out);
}

static inline void
line_event(FILE *out, const struct event *e, bool with_areas)
{
	switch (e->kind) {
	case EVENT_START:
		fprintf(out, "START %u %s parent %u process %u\n", e->task,
			line_hows[e->start.how], e->start.parent, e->start.process);
		break;
	case EVENT_HELD:
		fprintf(out, "HELD %u %d 0%o %s\n", e->task, e->held.fd, e->held.flags,
			e->held.name);
		break;
	case EVENT_EXEC:
		fprintf(out, "EXEC %u from %u %s %s%s\n", e->task, e->exec.from,
			decode_arch_name(e->exec.arch), e->exec.path,
			e->exec.is_secure ? " secure" : "");
		break;
	case EVENT_CALL:
		line_call(out, e, with_areas);
		break;
	case EVENT_SIGNAL:
		fprintf(out, "SIGNAL %u %d code %d pid %d address %" PRIx64 "%s\n", e->task,
			e->signal.signal, e->signal.code, e->signal.pid, e->signal.address,
			e->signal.is_stop ? " stop" : "");
		break;
	case EVENT_EXIT:
		fprintf(out, "EXIT %u status %x%s rss %d\n", e->task, e->exit.status,
			e->exit.is_process ? " process" : "", e->exit.peak_rss_bytes > 0);
		break;
	default:
		fprintf(out, "UNKNOWN %d\n", e->kind);
	}
}

static inline void
line_footer(FILE *out, const struct trace_footer *f)
{
	fprintf(out,
		"FOOTER %s lost %" PRIu64
		" escaped %u rings %u untraceable %u cut %d calls %" PRIu64
		" unfinished %" PRIu64 " restarted %" PRIu64 " 32bit %" PRIu64
		" tasks %u processes %u filters %u: %s\n",
		trace_is_complete(f) ? "complete" : "incomplete", f->n_lost, f->n_escaped,
		f->n_rings, f->n_untraceable, f->was_cut, f->n_calls, f->n_unfinished,
		f->n_restarted, f->n_calls_32bit, f->n_tasks, f->n_processes,
		f->n_seccomp_filters, f->reason);
}

#endif
