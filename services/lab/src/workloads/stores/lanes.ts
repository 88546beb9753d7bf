import { defaultLanes, describeLane } from '@caudal/common/lanes';
import type { LaneSystem } from '../messages/lane-system.ts';

/** The lanes that the pipeline does not have: one into each store that keeps rows. */
export const ROW_LANES = (['postgresql', 'ignite'] as const).map((store) =>
  describeLane({ name: `kafka-${store}`, broker: 'kafka', store }),
);

/** A lane into every store: those of the pipeline, and one into each store that keeps rows. */
export const STORES: LaneSystem = { noun: 'stores ', lanes: [...defaultLanes(), ...ROW_LANES] };
