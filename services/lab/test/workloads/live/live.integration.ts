import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventually, useServers } from '@caudal/common/testing';
import { selfTestResult } from '../../../src/verify/self-test-result.ts';
import { LIVE_SYSTEM } from '../../../src/workloads/live/index.ts';
import { judgeLive } from '../../../src/workloads/live/judge-live.ts';
import { withViewers } from '../../../src/workloads/live/with-viewers.ts';
import { CONSOLE } from '../../../src/workloads/messages/services.ts';
import { assertExact, type Bed, startBed, startStream } from '../../scenarios/bed.ts';

const servers = useServers('kafka', 'redis');

/** Sends messages with viewers attached; `disturb` is called in the middle. */
async function viewed(bed: Bed, disturb: () => Promise<void> | void) {
  const site = {
    consoleUrl: bed.stack.url(CONSOLE),
    fetch,
    brokers: servers().addresses.kafka.brokers,
  };
  return withViewers(site, async () => {
    const stream = await startStream(bed, 8, 5);
    const until = (count: number) =>
      eventually(
        () => stream.total(),
        (total) => total >= count,
        { what: `${count} messages` },
      );
    await until(300);
    await disturb();
    await until(900);
    await stream.stop();
    await assertExact(bed, stream);
    const request = { accepted: stream.accepted, unknown: {}, before: stream.before };
    return {
      load: { messages: { accepted: stream.total() } },
      request,
      account: await bed.client.compare(request),
    };
  });
}

describe('the system live', () => {
  it('finds each planted fault, between the console and its viewer and in the store', async () => {
    const stateDirectory = await mkdtemp(join(tmpdir(), 'caudal-self-test-'));
    const { addresses } = servers();
    const { found, planted, lines } = selfTestResult(
      LIVE_SYSTEM.plants,
      await LIVE_SYSTEM.plants.check({ addresses, stateDirectory, onEvent: () => undefined }),
    );
    assert.deepEqual([found, planted], [4, 4], lines.join('\n'));
    await rm(stateDirectory, { recursive: true });
  });

  it('is exact with a viewer that pauses and a console that is killed twice meanwhile', async () => {
    const bed = await startBed(servers(), {}, 'kafka-redis');
    try {
      const result = await viewed(bed, async () => {
        for (let kill = 0; kill < 2; kill += 1) {
          const process = bed.stack.processes().get(CONSOLE);
          assert.ok(process);
          process.signal('SIGKILL');
          await eventually(
            () => process.restarts,
            (restarts) => restarts > kill,
            { what: 'a restart' },
          );
          await process.untilReady(30_000);
        }
      });
      const verdict = judgeLive(result);
      assert.deepEqual(verdict.findings, []);
      assert.ok(verdict.exact);
      const { records } = result.live;
      assert.deepEqual(
        records.map(({ pauses }) => pauses),
        [0, 0, 1],
      );
      // A pause may last over both kills, and a console that was away then was not missed.
      assert.ok(
        records.every(({ pauses, reconnects }) => pauses > 0 || reconnects > 0),
        'every viewer that did not pause felt a kill',
      );
    } finally {
      await bed.stop();
    }
  });

  for (const { bug, service, program, finding } of LIVE_SYSTEM.mutants) {
    it(`finds ${bug}`, async () => {
      const bed = await startBed(servers(), {}, 'kafka-redis', { [service]: program });
      try {
        const verdict = judgeLive(await viewed(bed, () => undefined));
        assert.ok(
          verdict.findings.some(({ kind, subject }) => kind === finding && subject === 'viewer 1'),
          JSON.stringify(verdict.findings),
        );
      } finally {
        await bed.stop();
      }
    });
  }
});
