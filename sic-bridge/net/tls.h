/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/*
 * tls.h - verified TLS. The one module that knows OpenSSL.
 *
 * At least TLS 1.2; the certificate is checked against the trust store and the
 * host's name (or, when fingerprints are given, against these alone), and the
 * name is sent (SNI). There is no way to switch the check off.
 */
#ifndef SIC_BRIDGE_TLS_H
#define SIC_BRIDGE_TLS_H

#include "core/buf.h"
#include "core/err.h"

struct tls;
struct ssl_st; /* OpenSSL's SSL, for the one module that makes buffers of it */

struct tls_config {
	const char *ca_file; /* NULL: the system's trust store */
	const char *certificate; /* NULL: no client certificate */
	const char *key; /* NULL: in the certificate's file */
	const char
		*fingerprint; /* hex SHA-256, several by commas; NULL: none */
};

/*
 * Read every file that TLS will need, so that none is opened later.
 * NULL with e filled.
 */
struct tls *tls_new(const struct tls_config *config, struct err *e) MUST_CHECK;
void tls_free(struct tls *tls);

/* A client session that accepts only name (a host name or an address). */
struct ssl_st *tls_session(struct tls *tls, const char *name,
			   struct err *e) MUST_CHECK;

/* Whether the session failed because of the server's certificate. */
bool tls_is_distrust(const struct ssl_st *ssl);

/*
 * Say what went wrong with a session: the certificate's fault and what would
 * make it acceptable, or OpenSSL's reason. code is OpenSSL's, 0 for none.
 */
int tls_failure(struct tls *tls, struct ssl_st *ssl, const char *name,
		unsigned long code, struct err *e);

/* "TLSv1.3, TLS_AES_256_GCM_SHA384". */
void tls_describe(const struct ssl_st *ssl, struct buf *out);

/* Tell the other side that nothing follows. */
void tls_shutdown(struct ssl_st *ssl);

/* Add bytes in base 64. */
void tls_base64(struct buf *out, const char *bytes, size_t len_bytes);

/* Add what base 64 stands for; false when it is not base 64. */
bool tls_unbase64(struct buf *out, const char *text, size_t len_bytes);

/* ---- SHA-256 ------------------------------------------------------------- */

void tls_sha256(const unsigned char *bytes, size_t len_bytes,
		unsigned char ret[32]);
void tls_hmac(const unsigned char *key, size_t key_bytes, const char *bytes,
	      size_t len_bytes, unsigned char ret[32]);
void tls_pbkdf2(const char *password, const char *salt, size_t salt_bytes,
		unsigned iterations, unsigned char ret[32]);

/* Overwrite a secret before its memory is freed. */
void tls_wipe(void *bytes, size_t len_bytes);

/* Four random bytes. */
uint32_t tls_random(void);

/* hex_bytes random hexadecimal digits, and a NUL. */
void tls_nonce(char *ret, size_t hex_bytes);

#endif
