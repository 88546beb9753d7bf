import { z } from 'zod';
import { list } from '../config/fields.ts';
import { isCountryCode } from '../message/country.ts';

/** Name of a lane. */
export const laneName = () =>
  z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens');

/** Countries whose messages a lane stores; none: all. */
export const laneCountries = () =>
  z
    .array(z.string())
    .refine((codes) => codes.every(isCountryCode), 'must be ISO 3166-1 alpha-2 codes, such as ES')
    .transform((codes) => (codes.length === 0 ? undefined : [...new Set(codes)]));

/** The same as a comma-separated list. */
export const laneCountryList = () => list().pipe(laneCountries());
