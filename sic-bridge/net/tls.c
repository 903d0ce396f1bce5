/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/net/tls.h"

#include <ctype.h>
#include <string.h>

#include <arpa/inet.h>

#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "core/mem.h"

enum { DIGEST_BYTES = 32, PINS_MAX = 8 };

struct tls {
	SSL_CTX *context;
	unsigned char pins[PINS_MAX][DIGEST_BYTES];
	size_t pin_count;
	unsigned char seen[DIGEST_BYTES]; /* of the last certificate shown */
	bool has_seen;
};

/* OpenSSL's reason for code, or for the oldest error in its queue. */
static int ssl_err(struct err *e, unsigned long code, const char *doing)
{
	const char *reason;

	if (code == 0)
		code = ERR_get_error();
	ERR_clear_error();
	reason = ERR_reason_error_string(code);
	if (reason == NULL && ERR_SYSTEM_ERROR(code))
		return err_set(e, ERR_GET_REASON(code), "%s", doing);
	return err_say(e, EPROTO, "%s: %s", doing,
		       reason != NULL ? reason : "TLS failed");
}

/* ---- fingerprints -------------------------------------------------------- */

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = strchr(digits, tolower((unsigned char)c));

	return c != '\0' && found != NULL ? (int)(found - digits) : -1;
}

/* "ab:cd..." or "abcd...", up to a comma. Returns what is behind, or NULL. */
static const char *parse_pin(const char *text, unsigned char pin[DIGEST_BYTES])
{
	text += strspn(text, " ");
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		int high = hex_value(text[0]);
		int low = high >= 0 ? hex_value(text[1]) : -1;

		if (low < 0)
			return NULL;
		pin[i] = (unsigned char)(high << 4 | low);
		text += 2;
		text += *text == ':';
	}
	text += strspn(text, " ");
	if (*text == ',')
		return text + 1;
	return *text == '\0' ? text : NULL;
}

static int parse_pins(struct tls *tls, const char *text, struct err *e)
{
	while (*text != '\0') {
		if (tls->pin_count == PINS_MAX)
			return err_usage(e, "fingerprint: more than %d",
					 PINS_MAX);
		text = parse_pin(text, tls->pins[tls->pin_count]);
		if (text == NULL)
			return err_usage(e, "fingerprint: not a SHA-256 in "
					    "hexadecimal digits");
		tls->pin_count++;
	}
	return 0;
}

static void add_hex(struct buf *out, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%02x", bytes[i]);
}

/*
 * In place of OpenSSL's own check: remember what was shown, and when
 * fingerprints are given, let them alone decide.
 */
static int verify(X509_STORE_CTX *store, void *data)
{
	struct tls *tls = data;
	X509 *leaf = X509_STORE_CTX_get0_cert(store);
	unsigned n = 0;

	tls->has_seen = leaf != NULL &&
			X509_digest(leaf, EVP_sha256(), tls->seen, &n) == 1;
	if (tls->pin_count == 0)
		return X509_verify_cert(store);
	for (size_t i = 0; tls->has_seen && i < tls->pin_count; i++)
		if (CRYPTO_memcmp(tls->pins[i], tls->seen, DIGEST_BYTES) == 0)
			return 1;
	X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
	return 0;
}

/* ---- context ------------------------------------------------------------- */

/*
 * One file, read now: the system's directory of certificates would be searched
 * during the handshake, when no file can be opened any more.
 */
static int load_trust(SSL_CTX *context, const char *ca_file, struct err *e)
{
	static const char *const bundles[] = {
		"/etc/ssl/certs/ca-certificates.crt", /* Debian */
		"/etc/pki/tls/certs/ca-bundle.crt", /* Fedora */
		"/etc/ssl/ca-bundle.pem", /* openSUSE */
		"/etc/ssl/cert.pem", /* Alpine, BSD */
	};
	const char *file = ca_file != NULL ? ca_file : getenv("SSL_CERT_FILE");

	for (size_t i = 0; file == NULL && i < COUNT_OF(bundles); i++)
		if (access(bundles[i], R_OK) == 0)
			file = bundles[i];
	if (file == NULL)
		return err_usage(e, "TLS: no trust store found; name one with "
				    "--ca-file");
	if (SSL_CTX_load_verify_file(context, file) == 1)
		return 0;
	ssl_err(e, 0, file);
	e->usage = true;
	return err_wrap(e, "TLS: trust store");
}

static int load_certificate(SSL_CTX *context, const struct tls_config *config,
			    struct err *e)
{
	const char *key = config->key != NULL ? config->key
					      : config->certificate;

	if (config->certificate == NULL)
		return 0;
	if (SSL_CTX_use_certificate_chain_file(context, config->certificate) !=
	    1) {
		ssl_err(e, 0, config->certificate);
		e->usage = true;
		return err_wrap(e, "TLS: certificate");
	}
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
		ssl_err(e, 0, key);
		e->usage = true;
		return err_wrap(e, "TLS: key");
	}
	return 0;
}

static int set_up(struct tls *tls, const struct tls_config *config,
		  struct err *e)
{
	tls->context = SSL_CTX_new(TLS_client_method());
	if (tls->context == NULL)
		return ssl_err(e, 0, "TLS");
	SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(tls->context, verify, tls);
	/* One long connection: a buffer of 34 kB may go while it is idle. */
	SSL_CTX_set_mode(tls->context, SSL_MODE_RELEASE_BUFFERS);
	/*
	 * Many IRC servers close without TLS's goodbye. What a cut could hide
	 * is less than a line, and an unfinished line is dropped anyway.
	 */
	SSL_CTX_set_options(tls->context, SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_session_cache_mode(tls->context, SSL_SESS_CACHE_OFF);
	if (config->fingerprint != NULL &&
	    parse_pins(tls, config->fingerprint, e) < 0)
		return -e->code;
	if (tls->pin_count == 0 &&
	    load_trust(tls->context, config->ca_file, e) < 0)
		return -e->code;
	return load_certificate(tls->context, config, e);
}

struct tls *tls_new(const struct tls_config *config, struct err *e)
{
	struct tls *tls = mem_new(sizeof(*tls));

	if (set_up(tls, config, e) < 0) {
		tls_free(tls);
		return NULL;
	}
	return tls;
}

void tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	SSL_CTX_free(tls->context);
	free(tls);
}

/* ---- session ------------------------------------------------------------- */

static bool is_address(const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, name, address) == 1 ||
	       inet_pton(AF_INET6, name, address) == 1;
}

/* SSL_set_tlsext_host_name(), whose macro casts const away: it only reads. */
static bool send_name(SSL *ssl, const char *name)
{
	return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME,
			TLSEXT_NAMETYPE_host_name,
			(void *)(uintptr_t)name) == 1;
}

/* An address is no SNI name: RFC 6066, section 3. */
static bool set_name(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (is_address(name))
		return X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1;
	X509_VERIFY_PARAM_set_hostflags(param,
					X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, name) == 1 && send_name(ssl, name);
}

struct ssl_st *tls_session(struct tls *tls, const char *name, struct err *e)
{
	SSL *ssl = SSL_new(tls->context);

	tls->has_seen = false;
	if (ssl == NULL || !set_name(ssl, name)) {
		ssl_err(e, 0, name);
		SSL_free(ssl);
		return NULL;
	}
	return ssl;
}

bool tls_is_distrust(const struct ssl_st *ssl)
{
	return SSL_get_verify_result(ssl) != X509_V_OK;
}

int tls_failure(struct tls *tls, struct ssl_st *ssl, const char *name,
		unsigned long code, struct err *e)
{
	long result = SSL_get_verify_result(ssl);
	SCOPED_BUF struct buf seen = { 0 };

	if (result == X509_V_OK) {
		ssl_err(e, code, "TLS");
		return err_wrap(e, "%s", name);
	}
	ERR_clear_error();
	add_hex(&seen, tls->seen, tls->has_seen ? DIGEST_BYTES : 0);
	return err_say(e, EPROTO,
		       "%s: certificate not accepted: %s (its SHA-256 is %s)",
		       name,
		       result == X509_V_ERR_APPLICATION_VERIFICATION
			       ? "fingerprint differs"
			       : X509_verify_cert_error_string(result),
		       buf_text(&seen));
}

void tls_describe(const struct ssl_st *ssl, struct buf *out)
{
	buf_addf(out, "%s, %s", SSL_get_version(ssl),
		 SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)));
}

void tls_shutdown(struct ssl_st *ssl)
{
	/* The answer is not waited for. */
	SSL_set_shutdown(ssl, SSL_RECEIVED_SHUTDOWN);
	SSL_shutdown(ssl);
	ERR_clear_error();
}

/* ---- bytes --------------------------------------------------------------- */

void tls_base64(struct buf *out, const char *bytes, size_t len_bytes)
{
	char *to = buf_reserve(out, (len_bytes + 2) / 3 * 4 + 1);
	int n = EVP_EncodeBlock((unsigned char *)to + out->len_bytes,
				(const unsigned char *)bytes, (int)len_bytes);

	out->len_bytes += (size_t)n;
	out->data[out->len_bytes] = '\0';
}

bool tls_unbase64(struct buf *out, const char *text, size_t len_bytes)
{
	size_t padding = 0;
	char *to;
	int n;

	if (len_bytes == 0 || len_bytes % 4 != 0 || len_bytes > 65536)
		return false;
	while (padding < 2 && text[len_bytes - 1 - padding] == '=')
		padding++;
	to = buf_reserve(out, len_bytes / 4 * 3 + 1);
	n = EVP_DecodeBlock((unsigned char *)to + out->len_bytes,
			    (const unsigned char *)text, (int)len_bytes);
	if (n < 0)
		return false;
	out->len_bytes += (size_t)n - padding;
	out->data[out->len_bytes] = '\0';
	return true;
}

/* They fail for want of memory only. */
static void must(bool done)
{
	if (!done)
		abort();
}

void tls_sha256(const unsigned char *bytes, size_t len_bytes,
		unsigned char ret[32])
{
	must(EVP_Digest(bytes, len_bytes, ret, NULL, EVP_sha256(), NULL) == 1);
}

void tls_hmac(const unsigned char *key, size_t key_bytes, const char *bytes,
	      size_t len_bytes, unsigned char ret[32])
{
	must(HMAC(EVP_sha256(), key, (int)key_bytes,
		  (const unsigned char *)bytes, len_bytes, ret, NULL) != NULL);
}

void tls_pbkdf2(const char *password, const char *salt, size_t salt_bytes,
		unsigned iterations, unsigned char ret[32])
{
	must(PKCS5_PBKDF2_HMAC(password, (int)strlen(password),
			       (const unsigned char *)salt, (int)salt_bytes,
			       (int)iterations, EVP_sha256(), DIGEST_BYTES,
			       ret) == 1);
}

void tls_wipe(void *bytes, size_t len_bytes)
{
	OPENSSL_cleanse(bytes, len_bytes);
}

uint32_t tls_random(void)
{
	uint32_t n = 0;

	(void)!RAND_bytes((unsigned char *)&n, sizeof(n));
	return n;
}

void tls_nonce(char *ret, size_t hex_bytes)
{
	for (size_t i = 0; i < hex_bytes; i++)
		ret[i] = "0123456789abcdef"[tls_random() & 15];
	ret[hex_bytes] = '\0';
}
