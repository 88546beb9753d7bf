import type { FindingKind } from '@caudal/common/verdict';
import type { LiveFrame } from './live-reader.ts';

/** A fault between the log and a viewer, or in the store beside it, and the exact report required for it. */
export interface LivePlant {
  readonly name: string;
  /** What a viewer is given instead of these. Default: all of them. */
  pass?(frames: readonly LiveFrame[]): readonly LiveFrame[];
  /** Times that one message is counted in the store. Default: once. */
  readonly counted?: number;
  readonly findings: readonly { readonly kind: FindingKind; readonly count: number }[];
}

/** Where faults are planted: amid the messages. */
const PLACE = 100;

/** No fault: must be exact. */
export const CLEAN_LIVE: LivePlant = { name: 'no fault', findings: [] };

/** What can go wrong with a live tail. */
export const LIVE_FAULTS: readonly LivePlant[] = [
  {
    name: 'a dropped frame',
    pass: (frames) => frames.toSpliced(PLACE, 1),
    findings: [{ kind: 'lost', count: 1 }],
  },
  {
    name: 'a doubled frame',
    pass: (frames) => frames.toSpliced(PLACE, 0, frames[PLACE] as LiveFrame),
    findings: [{ kind: 'doubled', count: 1 }],
  },
  {
    name: 'two swapped frames',
    pass: swapped,
    findings: [{ kind: 'out-of-order', count: 1 }],
  },
  {
    name: 'a raised count',
    counted: 2,
    findings: [{ kind: 'doubled', count: 1 }],
  },
];

/** Exchanges a frame with the next one of its partition: between partitions there is no order. */
function swapped(frames: readonly LiveFrame[]): readonly LiveFrame[] {
  const first = frames[PLACE] as LiveFrame;
  const next = frames.findIndex(({ partition }, index) => index > PLACE && partition === first.partition);
  return frames.with(PLACE, frames[next] as LiveFrame).with(next, first);
}
