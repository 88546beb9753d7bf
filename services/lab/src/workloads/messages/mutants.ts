import { join } from 'node:path';
import type { Lane } from '@caudal/common/lanes';
import { BROKERS, type BrokerKind } from '@caudal/common/messaging';
import type { Mutant } from '../workload.ts';
import { consumerOf } from './lanes.ts';

/** Under which a consumer's bug shows. */
export const MUTANT_FAULTS = ['lost replies', 'killed with full hands', 'store comes back empty'] as const;

type MutantFault = (typeof MUTANT_FAULTS)[number];

type Bug = Pick<Mutant, 'bug' | 'finding'> & { readonly under: MutantFault; readonly file: string };

/** What a lane's broker makes possible: the faults that its consumer withstands, and the bugs that they find. */
const CASES: Readonly<
  Record<
    BrokerKind<never>['kind'],
    { readonly withstands: readonly MutantFault[]; readonly bugs: readonly Bug[] }
  >
> = {
  queue: {
    withstands: ['lost replies', 'killed with full hands'],
    bugs: [
      {
        bug: 'a bare HINCRBY instead of the script',
        file: 'bare-increment.ts',
        under: 'lost replies',
        finding: 'doubled',
      },
      {
        bug: 'an acknowledgement before the write',
        file: 'early-acknowledgement.ts',
        under: 'killed with full hands',
        finding: 'lost',
      },
    ],
  },
  log: {
    withstands: ['lost replies', 'store comes back empty'],
    bugs: [
      {
        bug: 'a log position moved before the write',
        file: 'position-before-write.ts',
        under: 'lost replies',
        finding: 'lost',
      },
      {
        bug: 'a store position that is ignored',
        file: 'position-ignored.ts',
        under: 'store comes back empty',
        finding: 'lost',
      },
    ],
  },
};

/** Faults that the product's consumer of a lane withstands. */
export function withstoodBy(lane: Lane): readonly MutantFault[] {
  return CASES[BROKERS[lane.broker].kind].withstands;
}

/** Consumers with one bug, for each lane those that its broker makes possible. */
export function mutantsOf(lanes: readonly Lane[]): readonly Mutant[] {
  return lanes.flatMap((lane) =>
    CASES[BROKERS[lane.broker].kind].bugs.map(({ bug, file, under, finding }) => ({
      bug,
      service: consumerOf(lane),
      program: join(import.meta.dirname, 'mutants', file),
      under,
      finding,
      subject: lane.name,
    })),
  );
}
