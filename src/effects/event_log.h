/* SPDX-License-Identifier: MIT */
/*
 * event_log.h - the moments of all events, for those who ask afterwards which came before which
 */
#ifndef EFFECTS_EVENT_LOG_H
#define EFFECTS_EVENT_LOG_H

#include "effects/state.h"

/* After the event was applied. Keeps it when opts.clocks, and tells opts.visit. */
void event_log_add(struct effects *fx, const struct event *event);
void event_log_free(struct event_log *log);

#endif
