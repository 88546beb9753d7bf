import { join } from 'node:path';
import { chart } from '../../scripts/paths.ts';

/** A right of a user. */
export type Right = readonly [user: string, type: string, name: string, operations: readonly string[]];

/** What the shop's file adds to Kafka's topology, types and operations by their names in small letters; 12 partitions. */
export async function ordersTopology() {
  const { topics, rights } = (await import(join(chart, 'files', 'kafka', 'orders-topology.mjs'))) as {
    topics(partitions: number): readonly { readonly topic: string; readonly numPartitions: number }[];
    rights(types: object, operations: object): readonly Right[];
  };
  const named = new Proxy({}, { get: (_, name) => String(name).toLowerCase() });
  return { topics: topics(12), rights: rights(named, named) };
}
