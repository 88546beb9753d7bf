import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRICS } from '@caudal/common/metrics';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import type { Felt } from '../../../src/chaos/chaos-workload.ts';
import { isFelt } from '../../../src/chaos/evidence.ts';
import type { FaultAction } from '../../../src/chaos/plan-faults.ts';
import { fromCumulative } from '../../../src/load/histogram.ts';
import type { Increases } from '../../../src/load/metrics-watch.ts';
import {
  BREAKABLE_SERVERS,
  breakableConnections,
  feltBy,
  MISBEHAVIOURS,
  SIGNS,
} from '../../../src/workloads/orders/faults.ts';
import { API, MAILBOX, NOTIFIER, ordersServices, PROCESSOR } from '../../../src/workloads/orders/services.ts';

const ADDRESSES = {
  postgresql: {
    orders: { apiUrl: 'postgres://a', processorUrl: 'postgres://p', notifierUrl: 'postgres://n' },
  },
} as ServerAddresses;
const NAMES = SIGNS.map(({ name }) => name);
/** Signs of which one alone shows that a fault was felt. */
const accepted = (felt: Felt | undefined, action: FaultAction): readonly string[] => {
  assert.ok(felt);
  return NAMES.filter((name) => isFelt(felt(action), { [name]: 1 }));
};
const counting = (name: string, labels: Readonly<Record<string, string>> = {}): Increases => ({
  counter: (wanted, wantedLabels = {}) =>
    wanted === name && JSON.stringify(wantedLabels) === JSON.stringify(labels) ? 5 : 0,
  buckets: (wanted) =>
    wanted === name
      ? fromCumulative(
          new Map([
            [0.4, 3],
            [0.5, 4],
            [0.75, 6],
            [Number.POSITIVE_INFINITY, 7],
          ]),
        )
      : new Map(),
});

describe('what is broken in the shop', () => {
  it('is every service, the mail server among them, and both servers', () => {
    const services = ordersServices().filter((service) => feltBy(service) !== undefined);
    assert.deepEqual(
      services.map(({ name }) => name),
      [API, PROCESSOR, NOTIFIER, MAILBOX],
    );
    assert.deepEqual(
      BREAKABLE_SERVERS.map(({ name }) => name),
      ['kafka', 'postgresql'],
    );
  });

  it('is the connection of every service to PostgreSQL, each by its own user', () => {
    const { orders } = ADDRESSES.postgresql;
    assert.deepEqual(
      breakableConnections(ADDRESSES).map(({ name, url }) => [name, url]),
      [
        ['postgresql-api', orders.apiUrl],
        ['postgresql-processor', orders.processorUrl],
        ['postgresql-notifier', orders.notifierUrl],
      ],
    );
  });

  it('is a mail server that refuses, hangs and hangs up, each felt by its own outcome', () => {
    assert.deepEqual(
      MISBEHAVIOURS.map(({ name, felt }) => [name, accepted(felt, 'misbehave')]),
      [
        ['mailbox-refuses', ['mailsRefused']],
        ['mailbox-hangs', ['mailsUnknown']],
        ['mailbox-drops', ['mailsUnknown']],
      ],
    );
  });
});

describe('what shows that a fault of the shop was felt', () => {
  it('is never nothing, and of a lost reply never the lost reply alone', () => {
    const processes = [API, PROCESSOR, NOTIFIER, MAILBOX].map((name) => feltBy({ name }));
    for (const felt of [...processes, ...BREAKABLE_SERVERS.map((server) => server.felt)]) {
      for (const action of ['kill', 'stop'] as const) assert.equal(felt && isFelt(felt(action), {}), false);
    }
    for (const { felt } of breakableConnections(ADDRESSES)) {
      assert.deepEqual(accepted(felt, 'reset'), []);
      assert.equal(isFelt(felt('reset'), Object.fromEntries(NAMES.map((name) => [name, 1]))), true);
    }
  });

  it('is only what the fault makes', () => {
    assert.deepEqual(accepted(feltBy({ name: API }), 'stop'), ['clientRetries']);
    assert.deepEqual(accepted(feltBy({ name: API }), 'kill'), ['clientRetries', 'requestsCutOff']);
    assert.deepEqual(accepted(feltBy({ name: MAILBOX }), 'kill'), ['mailsUnknown', 'mailsLate']);
    assert.equal(feltBy({ name: 'console' }), undefined);
  });

  it('is counted from the metrics of the services', () => {
    const count = (name: string, increases: Increases): number | undefined =>
      SIGNS.find((sign) => sign.name === name)?.count?.(increases);
    assert.equal(count('unavailable', counting(METRICS.orderRequests.name, { status: '503' })), 5);
    assert.equal(count('databaseRetries', counting(METRICS.orderDatabaseRetries.name)), 5);
    assert.equal(count('mailsUnknown', counting(METRICS.mails.name, { outcome: 'unknown' })), 5);
    assert.equal(count('mailsRefused', counting(METRICS.mails.name, { outcome: 'unknown' })), 0);
    // Two between 1 and 1.5 s, one above.
    for (const [name, metric] of [
      ['takenInLate', METRICS.orderIntakeSeconds.name],
      ['movedLate', METRICS.orderTimerLateness.name],
      ['mailsLate', METRICS.mailSeconds.name],
    ] as const) {
      assert.equal(count(name, counting(metric)), 3, name);
    }
  });
});
