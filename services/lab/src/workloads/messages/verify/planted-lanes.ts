import { randomUUID } from 'node:crypto';
import type { Account } from '@caudal/common/account';
import type { Lane } from '@caudal/common/lanes';
import type { LoadAccount } from '../../../../../../load-tests/lib/account.ts';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { storeUrlOf } from '../lanes.ts';
import type { Ledger } from './ledger.ts';
import type { ConsoleLane } from './self-test-console.ts';

/** A lane of its own for a plant, in the store of a lane that there is. */
export interface PlantedLane<Plant> extends ConsoleLane {
  /** Name of the lane that it stands for. */
  readonly of: string;
  readonly plant: Plant;
}

/** A lane for each plant in each lane's store. @param prefixOf key prefix by the places of plant and lane; unique */
export function plantedLanes<Plant>(
  plants: readonly Plant[],
  lanes: readonly Lane[],
  addresses: ServerAddresses,
  prefixOf: (plant: number, lane: number) => string,
): readonly PlantedLane<Plant>[] {
  return plants.flatMap((plant, index) =>
    lanes.map((lane, place) => ({
      name: `plant-${index}-${lane.name}`,
      of: lane.name,
      broker: lane.broker,
      store: lane.store,
      storeUrl: storeUrlOf(lane, addresses),
      storeKeyPrefix: prefixOf(index, place),
      plant,
    })),
  );
}

/** The lanes as the console is configured with them. */
export function consoleLanesOf(planted: readonly PlantedLane<unknown>[]): readonly ConsoleLane[] {
  return planted.map(({ plant: _plant, of: _of, ...lane }) => lane);
}

/** The ledger of a load that was never sent: one message per request. */
export function unsentLedger(messages: number): Ledger {
  const account = {
    seed: 'self-test',
    startedAt: new Date().toISOString(),
    keys: { prefix: `self-test-${randomUUID()}`, batch: 1, messages },
    requests: { total: messages },
  };
  return { account: account as LoadAccount, notAccepted: new Map() };
}

/** What an account says of one lane. */
export function partOf(account: Account, lane: string): Account {
  const own = (found: { readonly lane: string }): boolean => found.lane === lane;
  const findings = account.findings.filter(own);
  return {
    rows: account.rows.filter(own),
    lanes: account.lanes.filter(own),
    findings,
    exact: findings.every(({ kind }) => kind === 'other'),
  };
}
