import type { StreamLane, StreamState } from '../../../src/schemas.ts';

/** The system of the lanes: its light is the large one. */
export const LANES_SYSTEM = 'messages';

/** A lane with its names. */
export interface NamedLane extends StreamLane {
  readonly name: string;
  /** Name for a person: broker and store, and the lane's name where several lanes have the same two. */
  readonly title: string;
}

/** Lanes in the order of the configuration. */
export function lanesOf(state: StreamState | undefined): readonly NamedLane[] {
  const lanes = Object.entries(state?.lanes ?? {}).sort(([, a], [, b]) => a.position - b.position);
  const titles = lanes.map(([, lane]) => `${lane.brokerTitle} → ${lane.storeTitle}`);
  return lanes.map(([name, lane], index) => {
    const title = titles[index] ?? name;
    const isShared = titles.filter((other) => other === title).length > 1;
    return { ...lane, name, title: isShared ? `${title} (${name})` : title };
  });
}
