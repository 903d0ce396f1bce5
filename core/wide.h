/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * wide.h - thirty-two bytes at a time, in the vectors of gcc and clang.
 *
 * Every processor can: what it has no wide registers for is done in pieces. A
 * function that is WIDE_TWICE is compiled for processors with AVX2 as well.
 */
#ifndef CORE_WIDE_H
#define CORE_WIDE_H

#include <string.h>

#include "core/base.h"

enum { WIDE_BYTES = 32 };

/* How these are handed to functions differs (-Wno-psabi): all are in line. */
typedef unsigned char wide __attribute__((vector_size(WIDE_BYTES)));

/* Each byte is 0xff where a comparison holds, else 0. */
typedef __typeof__((wide){ 0 } == (wide){ 0 }) wide_truth;

#define WIDE_INLINE static inline __attribute__((__always_inline__))

WIDE_INLINE wide wide_load(const char *at)
{
	wide v;

	memcpy(&v, at, sizeof(v));
	return v;
}

WIDE_INLINE wide_truth wide_is(wide v, unsigned char c)
{
	return v == c;
}

/*
 * first <= v <= last, as a signed comparison: the unsigned one takes three
 * times as long on processors that do not have it.
 */
WIDE_INLINE wide_truth wide_is_within(wide v, unsigned char first,
				      unsigned char last)
{
	return (wide_truth)(v - first + 0x80) <
	       (wide_truth)((wide){ 0 } + (unsigned char)(last - first + 0x81));
}

WIDE_INLINE bool wide_any(wide_truth v)
{
	uint64_t parts[4];

	memcpy(parts, &v, sizeof(parts));
	return (parts[0] | parts[1] | parts[2] | parts[3]) != 0;
}

/* Bit i is byte i. */
WIDE_INLINE uint32_t wide_mask(wide_truth v)
{
#if defined(__SSE2__)
	typedef char half __attribute__((vector_size(16)));
	half halves[2];

	memcpy(halves, &v, sizeof(halves));
	return (uint32_t)__builtin_ia32_pmovmskb128(halves[0]) |
	       (uint32_t)__builtin_ia32_pmovmskb128(halves[1]) << 16;
#else
	uint64_t parts[4];
	uint32_t mask = 0;

	/* Eight are gathered by a multiplication. */
	memcpy(parts, &v, sizeof(parts));
	for (unsigned i = 0; i < 4; i++)
		mask |= (uint32_t)(((parts[i] & 0x8080808080808080U) *
				    0x0002040810204081U) >>
				   56)
			<< (8 * i);
	return mask;
#endif
}

/*
 * A static name(arguments) that calls body(arguments), which is WIDE_INLINE,
 * as it was compiled for this processor.
 */
#if defined(__x86_64__)
#define WIDE_TWICE(type, name, parameters, arguments, body)                    \
	__attribute__((__target__("avx2"))) static type name##_avx2 parameters \
	{                                                                      \
		return body arguments;                                         \
	}                                                                      \
	static type name parameters                                            \
	{                                                                      \
		return __builtin_cpu_supports("avx2") ? name##_avx2 arguments  \
						      : body arguments;        \
	}
#else
#define WIDE_TWICE(type, name, parameters, arguments, body)                    \
	static type name parameters                                            \
	{                                                                      \
		return body arguments;                                         \
	}
#endif

#endif
