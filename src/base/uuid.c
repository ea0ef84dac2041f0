#include "sluice/base/uuid.h"

#define COUNTER_MAX 0x0FFF

static void put_time(struct uuid *id, int64_t ms)
{
	for (int i = 0; i < 6; i++)
		id->bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
}

struct uuid uuid_make(
	struct uuid_source *s, int64_t now_ms, const uint8_t random[8])
{
	struct uuid id;

	if (now_ms > s->last_ms) {
		s->last_ms = now_ms;
		s->counter = 0;
	} else if (++s->counter > COUNTER_MAX) {
		s->last_ms++;
		s->counter = 0;
	}
	put_time(&id, s->last_ms);
	id.bytes[6] = (uint8_t)(0x70 | s->counter >> 8);
	id.bytes[7] = (uint8_t)s->counter;
	memcpy(id.bytes + 8, random, 8);
	id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3F));
	return id;
}

struct uuid uuid_floor(int64_t ms)
{
	struct uuid id = { { 0 } };

	put_time(&id, ms < 0 ? 0 : ms);
	return id;
}

int64_t uuid_time(struct uuid id)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id.bytes[i];
	return ms;
}

static bool dash_before(int byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

char *uuid_format(struct uuid id, char out[UUID_TEXT_SIZE])
{
	static const char hex[] = "0123456789abcdef";
	char *p = out;

	for (int i = 0; i < 16; i++) {
		if (dash_before(i))
			*p++ = '-';
		*p++ = hex[id.bytes[i] >> 4];
		*p++ = hex[id.bytes[i] & 15];
	}
	*p = '\0';
	return out;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool uuid_parse(struct str text, struct uuid *out)
{
	const char *p = text.ptr;

	if (text.len != UUID_TEXT_SIZE - 1)
		return false;
	for (int i = 0; i < 16; i++) {
		int high, low;

		if (dash_before(i) && *p++ != '-')
			return false;
		high = hex_value(*p++);
		low = hex_value(*p++);
		if (high < 0 || low < 0)
			return false;
		out->bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
