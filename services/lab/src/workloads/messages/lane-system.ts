import { defaultLanes, type Lane } from '@caudal/common/lanes';
import { BROKERS } from '@caudal/common/messaging';
import { STORES } from '@caudal/common/stores';
import { brokersOf, storesOf } from './lanes.ts';

/** What systems of lanes differ in: their commands, services, load and account are the same. */
export interface LaneSystem {
  /** What the system's name is in suggested commands: `stores `, or nothing for the first system. */
  readonly noun: string;
  /** Lanes that run unless others are named. */
  readonly lanes: readonly Lane[];
}

/** The pipeline. */
export const PIPELINE: LaneSystem = { noun: '', lanes: defaultLanes() };

/** `rabbitmq-valkey,kafka-redis` */
export function laneNames(lanes: readonly Lane[]): string {
  return lanes.map(({ name }) => name).join(',');
}

/** `RabbitMQ, Kafka, Valkey, Redis` */
export function serverTitles(lanes: readonly Lane[]): string {
  return [
    ...brokersOf(lanes).map((name) => BROKERS[name].title),
    ...storesOf(lanes).map((name) => STORES[name].title),
  ].join(', ');
}
