import fc from 'fast-check';

/** A generated request: its headers and the bytes of its body. */
export interface GeneratedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const validMessage = fc.record({
  description: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  country: fc.constantFrom('ES', 'fr', 'DEU', 'México', 'Türkiye', 'Corea del Sur'),
  weather: fc.constantFrom('sunny', 'lluvia', '🌧️'),
});

const field = fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.jsonValue(), fc.constant('ES'));

const brokenMessage = fc.dictionary(
  fc.constantFrom('description', 'country', 'weather', '__proto__', 'constructor', 'toString', ''),
  field,
);

const item = fc.oneof({ weight: 20, arbitrary: validMessage }, { weight: 1, arbitrary: brokenMessage });

const json = fc.oneof(
  { weight: 4, arbitrary: item.map((value) => JSON.stringify(value)) },
  { weight: 3, arbitrary: fc.array(item, { maxLength: 20 }).map((value) => JSON.stringify(value)) },
  {
    weight: 2,
    arbitrary: fc
      .array(item, { maxLength: 20 })
      .map((values) => values.map((value) => JSON.stringify(value)).join('\n')),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.nat(5_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)) },
);

/** Cut short, or with a character of it replaced. */
const damaged = fc
  .tuple(json, fc.nat(), fc.constantFrom('', '"', '}', '\0', '\\u12', 'é'))
  .map(([text, seed, put]) => {
    const at = seed % (text.length + 1);
    return put === '' ? text.slice(0, at) : text.slice(0, at) + put + text.slice(at + 1);
  });

const body = fc.oneof(
  { weight: 6, arbitrary: json.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: damaged.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: json.map((text) => Buffer.from(text, 'utf16le')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)) },
);

const contentType = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.constantFrom(
      'application/json',
      'application/vnd.x+json; charset=UTF-8',
      'application/x-ndjson',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('text/plain', 'application/json; charset=utf-16', 'multipart/form-data', 'x'),
  },
);

const optionalHeaders = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      { 'idempotency-key': fc.uuid(), 'x-request-id': fc.constantFrom('trace-1', '<b>', 'x'.repeat(500)) },
      { requiredKeys: [] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        'idempotency-key': fc.constantFrom('x'.repeat(256), 'a b', '~'),
        'content-encoding': fc.constantFrom('identity', 'gzip', 'zzz'),
      },
      { requiredKeys: [] },
    ),
  },
);

/** Requests of all kinds, a good part of them valid. */
export const generatedRequest: fc.Arbitrary<GeneratedRequest> = fc
  .tuple(contentType, optionalHeaders, body)
  .map(([type, headers, bytes]) => ({ headers: { 'content-type': type, ...headers }, body: bytes }));
