import { randomUUID } from 'node:crypto';
import type { Names } from '../../src/stack/service-environment.ts';

/** Queue, topic, group and keys that no other test has. */
export function uniqueNames(prefix: string): Names {
  const name = `${prefix}-${randomUUID().slice(0, 8)}`;
  return { queue: name, topic: name, group: name, storeKeyPrefix: `${name}:` };
}
