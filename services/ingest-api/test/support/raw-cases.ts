/** Bytes on a connection that are no good request, and what must come of them. */
export interface RawCase {
  readonly what: string;
  readonly data: string | Buffer;
  /** The status of the one answer; the connection ends after it. */
  readonly status: number;
}

/** The largest body the cases expect to be taken. */
export const RAW_CASES_MAX_BODY_BYTES = 64 * 1_024;

/** The head of a POST with these headers besides the usual ones. */
export function postHead(...headers: readonly string[]): string {
  return ['POST /messages HTTP/1.1', 'Host: test', 'Content-Type: application/json', ...headers, '', ''].join(
    '\r\n',
  );
}

/** A whole POST, after which the server is to close the connection. */
function post(body: string | Buffer, ...headers: readonly string[]): Buffer {
  const bytes = Buffer.from(body);
  const head = postHead(`Content-Length: ${bytes.length}`, 'Connection: close', ...headers);
  return Buffer.concat([Buffer.from(head), bytes]);
}

const VALID = '{"description":"d","country":"ES","weather":"w"}';
const DEEP = '['.repeat(10_000) + ']'.repeat(10_000);

/** To be run with short timeouts, {@link RAW_CASES_MAX_BODY_BYTES} and both brokers up. */
export const RAW_CASES: readonly RawCase[] = [
  { what: 'an unknown method', data: 'FOO / HTTP/1.1\r\nHost: test\r\n\r\n', status: 400 },
  { what: 'a method in lower case', data: 'post /messages HTTP/1.1\r\nHost: test\r\n\r\n', status: 400 },
  { what: 'a TLS handshake', data: Buffer.from('16030100010002', 'hex'), status: 400 },
  { what: 'HTTP of another version', data: 'GET / HTTP/9.9\r\nHost: test\r\n\r\n', status: 400 },
  { what: 'a header without colon', data: 'GET / HTTP/1.1\r\nHost test\r\n\r\n', status: 400 },
  { what: 'a NUL in a header', data: 'GET / HTTP/1.1\r\nHost: te\0st\r\n\r\n', status: 400 },
  {
    what: 'huge headers',
    data: `GET / HTTP/1.1\r\nHost: test\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    status: 431,
  },
  {
    what: 'a thousand headers',
    data: `GET / HTTP/1.1\r\nHost: test\r\n${'X: some-more-text\r\n'.repeat(1_000)}\r\n`,
    status: 431,
  },
  { what: 'two lengths', data: postHead('Content-Length: 1', 'Content-Length: 2'), status: 400 },
  { what: 'a negative length', data: postHead('Content-Length: -1'), status: 400 },
  {
    what: 'a length and chunks',
    data: postHead('Content-Length: 1', 'Transfer-Encoding: chunked'),
    status: 400,
  },
  { what: 'a chunk without size', data: `${postHead('Transfer-Encoding: chunked')}x\r\n`, status: 400 },
  { what: 'chunks that end early', data: `${postHead('Transfer-Encoding: chunked')}5\r\n{"des`, status: 408 },
  { what: 'headers that never end', data: 'POST /messages HTTP/1.1\r\nHost: te', status: 408 },
  { what: 'a body that never ends', data: `${postHead('Content-Length: 10')}{`, status: 408 },
  {
    what: 'a large body in chunks',
    data: `${postHead('Transfer-Encoding: chunked')}11000\r\n${'x'.repeat(0x11000)}\r\n0\r\n\r\n`,
    status: 413,
  },
  { what: 'a body announced as large', data: postHead('Content-Length: 100000000'), status: 413 },
  { what: 'a body of 1 MB', data: post('x'.repeat(2 ** 20)), status: 413 },
  {
    what: 'no body at all',
    data: 'POST /messages HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n',
    status: 415,
  },
  { what: 'a deep array', data: post(DEEP), status: 400 },
  { what: 'a deep field', data: post(`{"description":${DEEP},"country":"ES","weather":"w"}`), status: 400 },
  { what: 'a deep object', data: post(`${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`), status: 400 },
  { what: 'a __proto__ field', data: post(`{"__proto__":{"country":"ES"},${VALID.slice(1)}`), status: 400 },
  {
    what: 'a constructor field',
    data: post(`{"constructor":{"prototype":{}},${VALID.slice(1)}`),
    status: 400,
  },
  {
    what: 'bytes that are not UTF-8',
    data: post(Buffer.from(VALID.replace('"d"', '"\u00ff"'), 'latin1')),
    status: 400,
  },
  { what: 'UTF-16', data: post(Buffer.from(VALID, 'utf16le')), status: 400 },
  { what: 'a NUL after the JSON', data: post(`${VALID}\0`), status: 400 },
  { what: 'an array within the array', data: post(`[[${VALID}]]`), status: 400 },
  { what: 'numbers for strings', data: post('{"description":1,"country":2,"weather":3}'), status: 400 },
  { what: 'a gzip bomb', data: post(VALID, 'Content-Encoding: gzip'), status: 415 },
  { what: 'a blank Idempotency-Key', data: post(VALID, 'Idempotency-Key: '), status: 400 },
  {
    what: 'two Idempotency-Keys',
    data: post(VALID, 'Idempotency-Key: a', 'Idempotency-Key: b'),
    status: 400,
  },
  {
    what: 'a path that cannot be decoded',
    data: 'GET /docs/%E0%A4%A HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n',
    status: 404,
  },
  {
    what: 'a path of 10,000 letters',
    data: `GET /${'x'.repeat(10_000)} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`,
    status: 404,
  },
  {
    what: 'a path that climbs',
    data: 'GET /docs/../../package.json HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n',
    status: 404,
  },
  {
    what: 'an absolute path of another host',
    data: 'GET http://elsewhere/messages HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n',
    status: 405,
  },
  { what: 'TRACE', data: 'TRACE /messages HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n', status: 405 },
  {
    what: 'an upgrade',
    data: 'GET /messages HTTP/1.1\r\nHost: test\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n',
    status: 405,
  },
];
