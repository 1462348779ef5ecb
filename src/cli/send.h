/* SPDX-License-Identifier: MIT */
/*
 * send.h - the runs of a check as spans, when all of them are over: [otlp] of renacer.toml
 *
 * Nothing here changes a verdict. What could not be sent is told on stderr.
 */
#ifndef CLI_SEND_H
#define CLI_SEND_H

#include "gate/gate.h"
#include "gate/sandbox.h"

struct otlp;

struct sending {
	struct otlp *otlp;      /* NULL: nothing is sent */
	struct sandbox *traces; /* where they are kept until then; NULL: with the artifacts */
};

/* An endpoint that cannot be one is an error at its place. Nothing is enabled: fine. */
MUST_CHECK int send_check(const struct config *config, struct err *err);
/* Before anything runs: has the traces kept. */
void send_begin(struct sending *s, const struct config *config, struct gate_opts *opts);
/* When all verdicts are known and reported. */
void send_runs(struct sending *s, const struct config *config, const struct gate_opts *opts,
	const struct verdicts *verdicts, bool quiet);
void send_done(struct sending *s);
static inline void
send_done_auto(struct sending *s)
{
	send_done(s);
}

#endif
