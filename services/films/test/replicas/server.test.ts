import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { databaseError } from './support/fake-link.ts';
import { ATTEMPT_MS, createRig } from './support/rig.ts';

const STATEMENT = { text: 'one', values: [] };

describe('Server', () => {
  it('sends nothing more of work that was given up', async () => {
    const { clock, links, servers } = await createRig();
    const server = servers['replica-1'];
    links['replica-1'].reads = 'is silent';
    const attempt = server.read(
      7,
      async (reader) => {
        await reader.query(STATEMENT);
        return reader.query({ ...STATEMENT, text: 'two' });
      },
      ATTEMPT_MS,
    );
    await clock.advance(ATTEMPT_MS);
    assert.deepEqual(await attempt, { kind: 'late' });
    links['replica-1'].reads = 'answers';
    links['replica-1'].release();
    await clock.advance(0);
    assert.deepEqual(links['replica-1'].statements, ['one']);
    assert.equal(server.inFlight, 0);
    assert.deepEqual(server.health, { kind: 'in', errorsInRow: 0 });
  });

  it('counts errors that come after the attempt was given up', async () => {
    const { clock, events, links, servers } = await createRig();
    links['replica-1'].reads = 'is silent';
    const work = async (reader: { query(statement: typeof STATEMENT): Promise<unknown> }) => {
      await reader.query(STATEMENT);
      throw databaseError(undefined);
    };
    const attempts = [1, 2, 3].map(() => servers['replica-1'].read(7, work, ATTEMPT_MS));
    await clock.advance(ATTEMPT_MS);
    await Promise.all(attempts);
    assert.equal(servers['replica-1'].health.kind, 'in');
    links['replica-1'].release();
    await clock.advance(0);
    assert.equal(events.at(-1), 'replica-1 out: errors');
  });

  it('measures how long reads take, also those that were given up', async () => {
    const { clock, links, servers } = await createRig();
    const server = servers['replica-1'];
    assert.equal(server.latencyMs(), 0);
    links['replica-1'].reads = 'is silent';
    const attempt = server.read(7, (reader) => reader.query(STATEMENT), ATTEMPT_MS);
    assert.equal(server.inFlight, 1);
    await clock.advance(ATTEMPT_MS);
    await attempt;
    assert.equal(server.latencyMs(), 0.3 * ATTEMPT_MS);
  });
});
