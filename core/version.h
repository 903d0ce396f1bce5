/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* version.h - the version of the whole toolkit; CHANGELOG.md tells the story.
 */
#ifndef CORE_VERSION_H
#define CORE_VERSION_H

#define EARSHOT_VERSION "0.2.0"

#endif
