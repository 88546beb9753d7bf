import { createHash } from 'node:crypto';

/** Id of a director of whom only the name is known: `d` and 12 hexadecimal digits, the same for every import. */
export function directorId(name: string): string {
  return `d${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}
