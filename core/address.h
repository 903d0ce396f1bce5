/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * address.h - where a server of speech listens, and a connection to it.
 *
 * Addresses are those of speech-dispatcher's clients, "unix_socket[:PATH]" and
 * "inet_socket[:HOST[:PORT]]". A place is what is left of one: "/PATH", or
 * "HOST:PORT", as ssh(1) has them too.
 */
#ifndef CORE_ADDRESS_H
#define CORE_ADDRESS_H

#include "core/err.h"

/* Whatever $SPEECHD_ADDRESS says. */
#define ADDRESS_USUAL "unix_socket"

/*
 * The place of given: a path, or an address; NULL: $SPEECHD_ADDRESS, without
 * it $XDG_RUNTIME_DIR/earshot/speakd.sock.
 *
 * errors: NULL with e filled: -EINVAL for an address of another method, -EACCES
 * when the runtime directory is not ours.
 * memory: the caller's to free.
 */
char *address_place(const char *given, struct err *e) MUST_CHECK;

/*
 * A blocking connection to a place. Descriptor or -errno; what serves a path
 * runs as us or as root, else -EACCES.
 */
int address_connect(const char *place, struct err *e) MUST_CHECK;

#endif
