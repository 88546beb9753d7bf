import { z } from 'zod';
import { countriesNamed, countryCode } from './country.ts';

/** Maximum messages per request. */
export const MAX_MESSAGES_PER_REQUEST = 1_000;

/**
 * A message as a client posts it. `country` leaves as an alpha-2 code. Unknown fields are refused, so that a
 * misspelt one is noticed instead of dropped.
 */
export const messageSchema = z.strictObject({
  description: z.string().min(1, 'must not be empty').max(2_000, 'must be at most 2000 characters'),
  country: z
    .string()
    .max(80, 'must be a country, at most 80 characters')
    .transform((text, context) => {
      const code = countryCode(text);
      if (code === undefined) {
        const candidates = countriesNamed(text);
        context.addIssue({
          code: 'custom',
          message:
            candidates.length > 0
              ? `is ambiguous: use ${candidates.join(' or ')}`
              : 'is not a country: use an ISO 3166-1 code such as "ES", or its English or Spanish name',
        });
        return z.NEVER;
      }
      return code;
    }),
  weather: z.string().min(1, 'must not be empty').max(64, 'must be at most 64 characters'),
});

/** A message validated by ingest. */
export type Message = z.output<typeof messageSchema>;
