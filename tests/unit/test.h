/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* test.h - what every unit test includes: cmocka and its prerequisites. */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
