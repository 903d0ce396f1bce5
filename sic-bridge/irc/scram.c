/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
#include "sic-bridge/irc/scram.h"

#include <string.h>

#include "sic-bridge/net/tls.h"

/* "n=" of the user: "=" and "," have another meaning here. */
static void add_name(struct buf *out, const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name == '=')
			buf_add_text(out, "=3D");
		else if (*name == ',')
			buf_add_text(out, "=2C");
		else
			buf_add_char(out, *name);
	}
}

void scram_first(struct scram *scram, const char *nonce, const char *user,
		 struct buf *out)
{
	SCOPED_BUF struct buf first = { 0 };

	buf_add_text(&first, "n=");
	add_name(&first, user);
	buf_addf(&first, ",r=%s", nonce);
	snprintf(scram->nonce, sizeof(scram->nonce), "%s", nonce);
	snprintf(scram->first, sizeof(scram->first), "%s", buf_text(&first));
	buf_addf(out, "n,,%s", scram->first);
}

/* The value of "k=value" among "a=1,k=value,b=2"; false when there is none. */
static bool attribute(struct span text, char key, struct span *ret)
{
	while (text.len_bytes > 1) {
		const char *comma = memchr(text.text, ',', text.len_bytes);
		size_t n = comma != NULL ? (size_t)(comma - text.text)
					 : text.len_bytes;

		if (n >= 2 && text.text[0] == key && text.text[1] == '=') {
			*ret = span_of(text.text + 2, n - 2);
			return true;
		}
		n += comma != NULL;
		text = span_of(text.text + n, text.len_bytes - n);
	}
	return false;
}

static unsigned number(struct span text)
{
	unsigned n = 0;

	for (size_t i = 0; i < text.len_bytes; i++) {
		if (text.text[i] < '0' || text.text[i] > '9' ||
		    n > SCRAM_ITERATIONS_MAX)
			return 0;
		n = n * 10 + (unsigned)(text.text[i] - '0');
	}
	return n;
}

static int bad(struct err *e, const char *why)
{
	return err_say(e, EACCES, "SCRAM: %s", why);
}

/* From the salted password: what proves that each of the two knows it. */
static void sign(struct scram *scram, const unsigned char salted[32],
		 const struct buf *auth, unsigned char ret_proof[32])
{
	unsigned char key[32], stored[32], signature[32], server[32];

	tls_hmac(salted, 32, "Client Key", 10, key);
	tls_sha256(key, 32, stored);
	tls_hmac(stored, 32, auth->data, auth->len_bytes, signature);
	for (size_t i = 0; i < 32; i++)
		ret_proof[i] = key[i] ^ signature[i];
	tls_hmac(salted, 32, "Server Key", 10, server);
	tls_hmac(server, 32, auth->data, auth->len_bytes, scram->signature);
	tls_wipe(key, sizeof(key));
	tls_wipe(stored, sizeof(stored));
}

int scram_proof(struct scram *scram, struct span server, const char *password,
		struct buf *out, struct err *e)
{
	SCOPED_BUF struct buf salt = { 0 };
	SCOPED_BUF struct buf auth = { 0 };
	SCOPED_BUF struct buf last = { 0 };
	struct span nonce, salt64, iterations, ignored;
	unsigned char salted[32], proof[32];
	unsigned count;

	if (attribute(server, 'm', &ignored))
		return bad(e, "the server wants an extension");
	if (!attribute(server, 'r', &nonce) ||
	    !attribute(server, 's', &salt64) ||
	    !attribute(server, 'i', &iterations) ||
	    !tls_unbase64(&salt, salt64.text, salt64.len_bytes))
		return bad(e, "the server's challenge is not one");
	if (nonce.len_bytes <= SCRAM_NONCE_BYTES ||
	    memcmp(nonce.text, scram->nonce, SCRAM_NONCE_BYTES) != 0)
		return bad(e, "the server answers somebody else");
	count = number(iterations);
	if (count < SCRAM_ITERATIONS_MIN || count > SCRAM_ITERATIONS_MAX)
		return bad(e, "the server's number of iterations is not safe");
	buf_add_text(&last, "c=biws,r=");
	buf_add(&last, nonce.text, nonce.len_bytes);
	buf_addf(&auth, "%s,", scram->first);
	buf_add(&auth, server.text, server.len_bytes);
	buf_addf(&auth, ",%s", buf_text(&last));
	tls_pbkdf2(password, salt.data, salt.len_bytes, count, salted);
	sign(scram, salted, &auth, proof);
	tls_wipe(salted, sizeof(salted));
	buf_addf(out, "%s,p=", buf_text(&last));
	tls_base64(out, (const char *)proof, sizeof(proof));
	return 0;
}

int scram_verify(const struct scram *scram, struct span server, struct err *e)
{
	SCOPED_BUF struct buf signature = { 0 };
	struct span value;

	if (attribute(server, 'e', &value))
		return err_say(e, EACCES, "SCRAM: %.*s", (int)value.len_bytes,
			       value.text);
	if (!attribute(server, 'v', &value) ||
	    !tls_unbase64(&signature, value.text, value.len_bytes) ||
	    signature.len_bytes != sizeof(scram->signature) ||
	    memcmp(signature.data, scram->signature,
		   sizeof(scram->signature)) != 0)
		return bad(e, "the server does not know the password");
	return 0;
}
