import { randomBytes } from 'node:crypto';

/** A name that no other test has: for queues, topics, groups and key prefixes. */
export function uniqueName(prefix = 'test'): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}
