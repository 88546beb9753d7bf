import { randomUUID } from 'node:crypto';
import type { SharedNames } from '@caudal/common/lanes';

/** Queue, topic, group and keys that no other test has. */
export function uniqueNames(prefix: string): SharedNames {
  const name = `${prefix}-${randomUUID().slice(0, 8)}`;
  return { queue: name, topic: name, group: name, storeKeyPrefix: `${name}:` };
}
