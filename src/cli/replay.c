/* SPDX-License-Identifier: MIT */
/* replay.c - what a stored trace did, found out by going through it once more */
#include "cli/replay.h"

int
replay_events(struct effects *fx, struct trace_reader *reader, struct err *err)
{
	struct event event;
	int rc;

	while ((rc = trace_read(reader, &event, err)) > 0)
		if (effects_event(fx, &event, err) < 0)
			return -1;
	return rc;
}

/* A trace of calls that a person chose, or of a process that ran already, holds too little to
 * be turned into effects. */
static int
refuse_excerpt(const struct trace_header *header, const char *path, struct err *err)
{
	if (!header->is_excerpt)
		return 0;
	err_set(err,
		"trace '%s' holds an excerpt: some calls, or those since it was attached to",
		path);
	err_hint(err, "renacer record without -e, --filter and -p keeps what effects need");
	return err_as(err, ERR_UNSURE);
}

int
replay_file(struct replayed *out, const char *path, const struct effects_opts *opts,
	struct err *err)
{
	AUTO(trace_reader_free) struct trace_reader *reader = NULL;
	AUTO(effects_free) struct effects *fx = NULL;
	const struct trace_footer *footer;

	*out = (struct replayed){ 0 };
	if (trace_reader_open(&reader, path, err) < 0)
		return -1;
	if (refuse_excerpt(trace_reader_header(reader), path, err) < 0)
		return -1;
	fx = effects_new(trace_reader_header(reader), opts);
	if (replay_events(fx, reader, err) < 0)
		return err_wrap(err, "trace '%s'", path);
	footer = trace_reader_footer(reader);
	if (!footer || !trace_is_complete(footer)) {
		err_set(err, "trace '%s' is not complete: %s", path,
			footer ? footer->reason : "it ends without its footer");
		return err_as(err, ERR_UNSURE);
	}
	if (effects_finish(fx, footer, &out->golden, err) < 0)
		return -1;
	out->footer = *footer;
	out->effects = TAKE(fx);
	return 0;
}

void
replayed_done(struct replayed *r)
{
	golden_free(r->golden);
	effects_free(r->effects);
	*r = (struct replayed){ 0 };
}
