import { after, describe } from 'node:test';
import { useServers } from '../../support/index.ts';
import { describeStore } from '../count-store.conformance.ts';
import { describeRowStore } from '../row-store.conformance.ts';
import { createIgniteBed, type IgniteBed } from './ignite-bed.ts';

const servers = useServers('ignite');

describe('Ignite', () => {
  const beds: IgniteBed[] = [];
  const newBed = (): IgniteBed => {
    const bed = createIgniteBed(servers());
    beds.push(bed);
    return bed;
  };
  after(async () => {
    for (const bed of beds) await bed.remove();
  });

  describeStore('ignite', () => newBed().open());
  describeRowStore('ignite', async () => {
    const { open, rows } = newBed();
    return { store: await open(), rows };
  });
});
