import { z } from 'zod';
import { count, list, milliseconds, port } from './fields.ts';

const MIB = 2 ** 20;
const API_KEY = /^[\x21-\x7e]{16,255}$/;

/** Variables of an HTTP API that is open to strangers: its address, its limits and its callers. */
export const publicHttpShape = (defaults: { readonly port: number; readonly maxBodyBytes: number }) => ({
  /** Default: all addresses, including IPv6 when available. */
  HTTP_HOST: z.string().optional(),
  HTTP_PORT: port(defaults.port),
  /** Maximum size of a request body; 413 when exceeded. */
  MAX_BODY_BYTES: count(defaults.maxBodyBytes, 1_024, 64 * MIB),
  /** Maximum total size of all bodies in progress, from first byte to response; 503 when exceeded. */
  MAX_BUFFERED_BYTES: count(64 * MIB, MIB, 4_096 * MIB),
  /** Maximum open connections; further ones are closed immediately. */
  MAX_CONNECTIONS: count(10_000, 1, 1_000_000),
  /** Maximum requests per second per caller (API key, otherwise address); 429 when exceeded; 0 disables the limit. */
  RATE_LIMIT_PER_SECOND: count(0, 0, 1_000_000),
  /** Accepted API keys; no authentication when empty. */
  API_KEYS: list()
    .refine(
      (keys) => keys.every((key) => API_KEY.test(key)),
      'each key must be 16 to 255 visible ASCII characters',
    )
    .default([]),
  /** Number of proxies whose X-Forwarded-For is trusted. */
  TRUST_PROXY_HOPS: count(0, 0, 10),
  /** Maximum mean event loop delay over a second; new requests get 503 when exceeded. */
  MAX_EVENT_LOOP_DELAY_MS: milliseconds(500),
  /** Time limit for receiving the headers of a request. */
  HEADERS_TIMEOUT_MS: milliseconds(10_000),
  /** Time limit for receiving a whole request. */
  REQUEST_TIMEOUT_MS: milliseconds(30_000),
  /** Keep-alive time of an idle connection: above the 60 s of most load balancers, so that they close first. */
  KEEP_ALIVE_TIMEOUT_MS: milliseconds(65_000),
  /** Time to keep serving after SIGTERM, until load balancers have noticed. */
  PRE_STOP_DELAY_MS: count(0, 0, 60_000),
});

type PublicHttpValues = z.output<z.ZodObject<ReturnType<typeof publicHttpShape>>>;

/** Converts the values of {@link publicHttpShape}. */
export function publicHttpSettings(values: PublicHttpValues) {
  return {
    http: {
      host: values.HTTP_HOST,
      port: values.HTTP_PORT,
      trustProxyHops: values.TRUST_PROXY_HOPS,
      headersTimeoutMs: values.HEADERS_TIMEOUT_MS,
      requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
      keepAliveTimeoutMs: values.KEEP_ALIVE_TIMEOUT_MS,
    },
    limits: {
      maxBodyBytes: values.MAX_BODY_BYTES,
      maxBufferedBytes: values.MAX_BUFFERED_BYTES,
      maxConnections: values.MAX_CONNECTIONS,
      maxEventLoopDelayMs: values.MAX_EVENT_LOOP_DELAY_MS,
      rateLimitPerSecond: values.RATE_LIMIT_PER_SECOND,
    },
    apiKeys: values.API_KEYS,
    preStopDelayMs: values.PRE_STOP_DELAY_MS,
  };
}
