import type { SharedNames } from '@caudal/common/lanes';
import { uniqueName } from '@caudal/common/testing';

/** Queue, topic, group and keys that no other test has. */
export function uniqueNames(prefix: string): SharedNames {
  const name = uniqueName(prefix);
  return { queue: name, topic: name, group: name, storeKeyPrefix: `${name}:` };
}
