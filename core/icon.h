/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * icon.h - where the sound of an icon is.
 *
 * The user's own (XDG_DATA_HOME/earshot/sounds), then those of the freedesktop
 * theme and of Debian's sound-icons, in XDG_DATA_HOME and XDG_DATA_DIRS.
 */
#ifndef CORE_ICON_H
#define CORE_ICON_H

#include "core/base.h"

/* The file of the sound called name, the caller's; NULL: there is none. */
char *icon_find(const char *name) MUST_CHECK;

#endif
