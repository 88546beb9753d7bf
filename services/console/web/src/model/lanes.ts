import type { StreamLane, StreamState } from '../../../src/schemas.ts';

/** A lane with its name. */
export interface NamedLane extends StreamLane {
  readonly name: string;
}

/** Lanes in the order of the configuration. */
export function lanesOf(state: StreamState | undefined): readonly NamedLane[] {
  return Object.entries(state?.lanes ?? {})
    .map(([name, lane]) => ({ ...lane, name }))
    .sort((a, b) => a.position - b.position);
}

/** Whether a lane has something left to store. */
export function isDraining({ backlog }: StreamLane): boolean {
  return (backlog?.messages ?? 0) > 0;
}
