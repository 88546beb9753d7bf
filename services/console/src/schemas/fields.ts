import { isCountryCode } from '@caudal/common/message';
import { z } from 'zod';

/** A number of messages or of anything else that is counted. */
export const count = z.int().min(0);

/** Milliseconds since the epoch. */
export const epochMs = z.int().min(0).meta({ description: 'Milliseconds since the epoch.' });

/** Counts by ISO 3166-1 alpha-2 code. */
export const perCountry = z
  .record(z.string(), count)
  .refine((counts) => Object.keys(counts).every(isCountryCode), 'keys must be ISO 3166-1 alpha-2 codes')
  .meta({ description: 'Messages by ISO 3166-1 alpha-2 code.' });

/** Quantiles of a latency, from a Prometheus histogram. */
export const quantiles = z
  .object({ p50: z.number().min(0), p95: z.number().min(0), p99: z.number().min(0) })
  .meta({
    description: 'Seconds, over the last minute.',
    examples: [{ p50: 0.007, p95: 0.027, p99: 0.034 }],
  });

/** Whether a part of the console is on. */
export const availability = z.object({
  enabled: z.boolean(),
  reason: z
    .string()
    .optional()
    .meta({ description: 'Why it is off, or what is wrong with it at the moment.' }),
});
