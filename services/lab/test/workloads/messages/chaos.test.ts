import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failuresOf, messagesChaos } from '../../../src/workloads/messages/chaos.ts';
import { readLanes } from '../../../src/workloads/messages/lanes.ts';
import { ADDRESSES } from '../../support/server-addresses.ts';

type Judged = Parameters<typeof failuresOf>[0];

const EXACT: Judged = {
  account: { rows: [], lanes: [], findings: [], exact: true } as unknown as Judged['account'],
  load: { messages: { accepted: 1_000, unknown: 0 } },
};
/** At most 8 of the messages can be in flight at the end. */
const failures = (result: Judged): readonly string[] => failuresOf(result, { messages: 1_000, rate: 2 });

describe('the load of a run of chaos', () => {
  it('is as planned and exact', () => {
    assert.deepEqual(failures(EXACT), []);
  });

  it('fails for an account that is not exact', () => {
    const lost = { lane: 'kafka-redis', country: 'ES', kind: 'lost', count: 3 } as const;
    const result = { ...EXACT, account: { ...EXACT.account, findings: [lost], exact: false } };
    assert.deepEqual(failures(result), ['the account is not exact: kafka-redis lost 3']);
  });

  it('fails for a message that only another sender could have sent', () => {
    const other = { lane: 'kafka-redis', country: 'ES', kind: 'other', count: 2 } as const;
    const result = { ...EXACT, account: { ...EXACT.account, findings: [other] } };
    assert.deepEqual(failures(result), ['the account has findings: kafka-redis other 2']);
  });

  it('fails for lanes that did not drain', () => {
    const result = { ...EXACT, notDrained: 'no progress for 45 s' };
    assert.deepEqual(failures(result), ['the lanes did not drain: no progress for 45 s']);
  });

  it('fails for rows that are not right, although the account is', () => {
    const found = {
      kind: 'skipped',
      subject: 'kafka-ignite',
      count: 3,
      detail: 'why',
      examples: [],
    } as const;
    assert.deepEqual(failures({ ...EXACT, rows: { findings: [found], notes: [] } }), [
      'the rows of kafka-ignite are not right: skipped, why',
    ]);
    assert.deepEqual(failures({ ...EXACT, rows: { findings: [], notes: [] } }), []);
  });

  it('fails when less was accepted than was to be posted, and when nothing was', () => {
    for (const accepted of [0, 999]) {
      const result = { ...EXACT, load: { messages: { accepted, unknown: 0 } } };
      assert.match(failures(result).join(), new RegExp(`^only ${accepted} of 1000 messages`));
    }
    assert.deepEqual(failures({ ...EXACT, load: { messages: { accepted: 1_001, unknown: 0 } } }), []);
  });

  it('fails when more messages are unknown than can have been in flight', () => {
    const unknown = (count: number) =>
      failures({ ...EXACT, load: { messages: { accepted: 1_000, unknown: count } } });
    assert.deepEqual(unknown(8), []);
    assert.match(unknown(9).join(), /^9 messages got no answer; at most 8/);
  });
});

describe('the pipeline under chaos', () => {
  it('leads each lane, and no other, to its store through the proxy of its connection', () => {
    const lanes = readLanes('rabbitmq-valkey,kafka-redis,kafka-valkey');
    const { connections, specs } = messagesChaos({ addresses: ADDRESSES, lanes });
    const urls = Object.fromEntries(connections.map(({ name }) => [name, `redis://proxy-of-${name}:1`]));
    const stores = specs(urls).flatMap(({ role, environment }) =>
      role === 'worker'
        ? environment({
            addresses: ADDRESSES,
            logLevel: 'info',
            operationsPort: 1,
            httpPort: 2,
            portOf: () => 3,
          }).STORE_URL
        : [],
    );
    assert.deepEqual(stores, [
      'redis://proxy-of-rabbitmq-valkey:1',
      'redis://proxy-of-redis:1',
      'redis://proxy-of-kafka-valkey:1',
    ]);
  });
});
