import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Choice, roundRobin, twoChoices } from '../../src/replicas/choice.ts';
import { createRig } from './support/rig.ts';
import { seeded } from './support/seeded.ts';

const FAST_MS = 2;
const SLOWED_BY_MS = 50;
const CLIENTS = 8;
const DURATION_MS = 2_000;

interface Reads {
  readonly p99Ms: number;
  /** Of all reads, how many the slow replica answered. */
  readonly slowShare: number;
}

/** Lets clients read that ask again as soon as they have an answer; one of two replicas is slow. */
async function readFromSlow(choice: Choice): Promise<Reads> {
  const { clock, links, router, probes } = await createRig({ choice });
  links['replica-1'].reads = { tookMs: FAST_MS };
  links['replica-2'].reads = { tookMs: FAST_MS + SLOWED_BY_MS };
  const tookMs: number[] = [];
  const client = async (): Promise<void> => {
    while (clock.nowMs() < DURATION_MS) {
      const sinceMs = clock.nowMs();
      await router.read({ work: (reader) => reader.query({ text: 'one', values: [] }) });
      tookMs.push(clock.nowMs() - sinceMs);
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  await clock.advance(DURATION_MS + FAST_MS + SLOWED_BY_MS);
  await Promise.all(clients);
  await probes.stop();
  tookMs.sort((one, other) => one - other);
  return {
    p99Ms: tookMs[Math.floor(tookMs.length * 0.99)] ?? 0,
    slowShare: links['replica-2'].statements.length / tookMs.length,
  };
}

describe('a replica that is slow', () => {
  it('is felt in each second read where replicas take turns', async () => {
    const { p99Ms, slowShare } = await readFromSlow(roundRobin());
    assert.equal(p99Ms, FAST_MS + SLOWED_BY_MS);
    assert.ok(slowShare > 0.4, String(slowShare));
  });

  it('is felt in less than one of 100 by the better of two, and is not forgotten', async () => {
    const { p99Ms, slowShare } = await readFromSlow(twoChoices(seeded()));
    assert.equal(p99Ms, FAST_MS);
    assert.ok(slowShare > 0 && slowShare < 0.005, String(slowShare));
  });
});
