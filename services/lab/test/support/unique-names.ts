import { uniqueName } from '@caudal/common/testing';
import type { Names } from '../../src/stack/service-environment.ts';

/** Queue, topic, group and keys that no other test has. */
export function uniqueNames(prefix: string): Names {
  const name = uniqueName(prefix);
  return { queue: name, topic: name, group: name, storeKeyPrefix: `${name}:` };
}
