import { z } from 'zod';

/** A TCP port; 0 lets the operating system choose. */
export const port = (fallback: number) =>
  z.coerce.number('must be a port number').int().min(0).max(65_535).default(fallback);

/** A duration in milliseconds, at least 1. */
export const milliseconds = (fallback: number) =>
  z.coerce.number('must be a number of milliseconds').int().min(1).max(86_400_000).default(fallback);

/** A count within bounds. */
export const count = (fallback: number, min: number, max: number) =>
  z.coerce.number('must be a whole number').int().min(min).max(max).default(fallback);

/** `true` or `false`. */
export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'], 'must be true or false')
    .transform((value) => value === 'true')
    .default(fallback);

/** A comma-separated list; blanks around items are dropped. */
export const list = () =>
  z.string().transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

/** A URL with one of the given schemes, `amqp` for instance. */
export const url = (...schemes: readonly string[]) =>
  z.string().refine(
    (value) => {
      try {
        return schemes.includes(new URL(value).protocol.slice(0, -1));
      } catch {
        return false;
      }
    },
    `must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  );
