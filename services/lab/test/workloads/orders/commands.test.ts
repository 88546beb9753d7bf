import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Servers } from '../../../../../tools/servers/servers.ts';
import type { Stack } from '../../../src/stack/stack.ts';
import { scenarioOf } from '../../../src/workloads/index.ts';
import { ORDERS_SYSTEM } from '../../../src/workloads/orders/index.ts';

const STACK = { url: (service: string) => `http://${service}` } as Stack;
const SERVERS = { addresses: { prometheus: { url: 'http://prometheus' } } } as Servers;

describe('the command lines of orders', () => {
  it('start the shop with its servers, and 1,000 orders by 50 users', () => {
    const choice = ORDERS_SYSTEM.start.parse([]);
    assert.deepEqual(
      choice.services.map(({ name, replicas }) => `${name}=${replicas}`),
      ['orders-api=1', 'orders-processor=2', 'orders-notifier=1', 'orders-mailbox=1'],
    );
    assert.deepEqual(choice.servers, ['kafka', 'postgresql', 'prometheus']);
    assert.equal(choice.load?.announcement, '1,000 orders by 50 users …');
    assert.deepEqual(choice.load?.variables, { ORDERS: '1000', USERS: '50', SEED: '1' });
    assert.deepEqual(choice.setup, { stepMs: '2000' });
  });

  it('take how many processes there are, and how long a state lasts', () => {
    const choice = ORDERS_SYSTEM.start.parse(
      '--api 2 --processors 3 --notifiers 4 --step-ms 100 --no-load'.split(' '),
    );
    assert.deepEqual(
      choice.services.map(({ replicas }) => replicas),
      [2, 3, 4, 1],
    );
    assert.deepEqual([choice.load, choice.setup], [undefined, { stepMs: '100' }]);
  });

  it('refuse what cannot be', () => {
    for (const args of ['--orders 0', '--users x', '--step-ms 0', '--processors 17', '--port 70000'])
      assert.throws(() => ORDERS_SYSTEM.start.parse(args.split(' ')), /must be a whole number/, args);
    assert.throws(() => ORDERS_SYSTEM.start.parse(['--once', '--no-load']), /cannot be combined/);
    assert.throws(
      () => ORDERS_SYSTEM.load.parse(['ramp']),
      /unknown scenario 'ramp': use seed, steady, burst/,
    );
    assert.throws(() => ORDERS_SYSTEM.start.parse(['--lanes', 'kafka-redis']), /--lanes/);
  });

  it('suggest what to try, with the ways of the first shop', () => {
    const suggested = ORDERS_SYSTEM.start.parse([]).nextSteps(STACK, SERVERS);
    for (const line of [
      'shop         http://orders-api',
      'mailbox      http://orders-mailbox',
      'API          http://orders-api/docs',
      'curl http://orders-api/ -d value=87',
      "curl 'http://orders-api/?value=1'",
      'npm run scale -- orders-processor=4',
    ])
      assert.ok(suggested.includes(line), line);
  });

  it('call runs after the system once', () => {
    assert.equal(scenarioOf(ORDERS_SYSTEM, 'orders-seed'), 'seed');
    assert.equal(scenarioOf({ name: 'messages' }, 'seed'), 'seed');
  });

  it('install the shop with a mailbox', () => {
    const { cluster } = ORDERS_SYSTEM;
    const { load, preset } = cluster.parse(['--orders', '200']);
    assert.deepEqual([load?.variables.ORDERS, preset], ['200', 'default']);
    assert.deepEqual(
      ['orders-api', 'orders-processor', 'orders-notifier', 'orders-mailbox', 'ingest'].map((component) =>
        cluster.isMeasured(component),
      ),
      [true, true, true, false, false],
    );
    assert.match(JSON.stringify(cluster.values), /"mailbox":\{"enabled":true\}/);
    const lines = cluster.suggestions({
      name: 'shop',
      namespace: 'ns',
      context: undefined,
      ingressUrl: undefined,
      url: (component) => `http://${component}`,
    });
    assert.ok(lines.includes('npm run verify -- orders --namespace ns --release shop'), lines.join('\n'));
  });
});
