/* SPDX-License-Identifier: MIT */
/* bpf_room.c - how many rings the kernel half gets, and how large they are */

#include "capture/bpf_room.h"

#include "base/file.h"
#include "capture/bpf/record.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALL_BYTES (256u << 20)

uint32_t
bpf_room_rings(void)
{
	AUTO(str_done) struct str text = { 0 };
	struct err err = { 0 };
	const char *last;

	if (file_read(&text, "/sys/devices/system/cpu/online", 4096, &err) < 0) {
		err_drop(&err); /* without sysfs: as many as were ever there */
		return (uint32_t)sysconf(_SC_NPROCESSORS_CONF);
	}
	last = str_text(&text) + strcspn(str_text(&text), "\n");
	while (last > str_text(&text) && last[-1] >= '0' && last[-1] <= '9')
		last--;
	return (uint32_t)strtoul(last, NULL, 10) + 1;
}

size_t
bpf_room_bytes(uint32_t n_rings)
{
	size_t size = BPF_RING_BYTES;

	while (size > BPF_RECORD_MAX && size * n_rings > ALL_BYTES)
		size /= 2;
	return size;
}
