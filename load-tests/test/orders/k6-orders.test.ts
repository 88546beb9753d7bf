import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { OrdersAccount } from '../../lib/orders/account.ts';
import { everyFault } from '../faults.ts';
import { type FaultyOrders, type Lie, type OrdersBehaviour, startFaultyOrders } from '../faulty-orders.ts';
import { type K6Run, runK6, startK6 } from '../run-k6.ts';

type Variables = Record<string, string | number>;
type Line = { row: string; email: string; language: string; outcome: string; id: string; cancel: string };
type Run = Omit<K6Run<OrdersAccount>, 'account'> & { account: OrdersAccount; ledger: Map<string, Line> };

async function startTarget(t: TestContext, behaviour: OrdersBehaviour = {}): Promise<FaultyOrders> {
  const target = await startFaultyOrders(behaviour);
  t.after(() => target.close());
  return target;
}

/** The ledger as whoever judges reads it: the last line of a key counts. */
function ledgerIn(output: string): Map<string, Line> {
  const lines = output.matchAll(/ORDER (\S+) (\S+) (\S+) (\S+) (accepted|refused|unknown) (\S+) ([\w-]+)"/g);
  return new Map(
    [...lines].map(
      ([, key = '', row = '', email = '', language = '', outcome = '', id = '', cancel = '']) => [
        key,
        { row, email, language, outcome, id, cancel },
      ],
    ),
  );
}

function finish({ account, ...run }: K6Run<OrdersAccount>): Run {
  assert.ok(account !== undefined, `no account was written:\n${run.output}`);
  const { orders } = account;
  assert.equal(orders.sent, orders.accepted + orders.refused + orders.unknown);
  return { ...run, account, ledger: ledgerIn(run.output) };
}

async function order(
  t: TestContext,
  script: string,
  target: FaultyOrders,
  variables: Variables = {},
): Promise<Run> {
  return finish(
    await runK6<OrdersAccount>(t, `orders-${script}.ts`, {
      BASE_URL: target.url,
      PROFILE: 'smoke',
      ...variables,
    }),
  );
}

/** Holds the ledger against the server's own books. */
function checkLedger({ ledger, output }: Run, target: FaultyOrders): void {
  for (const [key, { row, email, language, outcome, id, cancel }] of ledger) {
    const kept = target.orders.get(key);
    if (outcome === 'refused') {
      assert.ok(target.refusedKeys.has(key), `${key}\n${output}`);
    } else if (outcome === 'accepted') {
      assert.deepEqual(
        [kept?.id, String(kept?.row), kept?.email, kept?.language],
        [id, row, email, language],
      );
      if (cancel !== 'unknown') assert.equal(kept?.isCancelled, cancel === 'cancelled', key);
    }
  }
  for (const key of target.orders.keys()) assert.ok(ledger.has(key), `${key} is not in the ledger`);
}

describe('scripts that order', () => {
  for (const script of ['seed', 'burst']) {
    it(`orders-${script}.ts has each order accepted once, by the server's own books`, async (t) => {
      const target = await startTarget(t, { faults: everyFault });
      const run = await order(t, script, target, { ORDERS: 300, USERS: 30, REQUEST_TIMEOUT: '400ms' });
      assert.equal(run.exitCode, 0, run.output);
      assert.deepEqual(run.account.orders, { sent: 300, accepted: 300, refused: 0, unknown: 0 });
      assert.equal(target.orders.size, 300);
      assert.equal(run.ledger.size, 300);
      checkLedger(run, target);
      for (const fault of Object.keys(everyFault)) {
        assert.ok([...target.struck.keys()].includes(fault as never), `${fault} never struck`);
      }
      const { requests } = run.account;
      assert.equal(requests.total, 300);
      assert.equal(
        Object.values(requests.status).reduce((sum, attempts) => sum + attempts, 0),
        300 + requests.retries,
      );
      assert.ok(requests.retries > 0);
    });
  }

  it('orders-steady.ts cancels, repeats, sends what must be refused, and watches', async (t) => {
    const target = await startTarget(t, { faults: { '503-after': 0.05 }, takeInMs: 60 });
    const run = await order(t, 'steady', target, {
      RATE: 100,
      DURATION: '3s',
      CANCEL_PERCENT: 20,
      BAD_PERCENT: 20,
      WATCHERS: 3,
    });
    const { account, ledger } = run;
    assert.equal(run.exitCode, 0, run.output);
    checkLedger(run, target);
    const lines = [...ledger.values()];
    const counted = (isCounted: (line: Line) => boolean): number => lines.filter(isCounted).length;
    assert.equal(account.orders.accepted, target.orders.size);
    assert.equal(
      counted(({ outcome }) => outcome === 'accepted'),
      account.orders.accepted,
    );
    assert.ok(account.bad.sent > 10);
    assert.equal(account.bad.refused, account.bad.sent);
    assert.equal(
      counted(({ outcome }) => outcome === 'refused'),
      account.bad.refused,
    );
    assert.ok(account.cancels.cancelled > 0);
    assert.equal(
      counted(({ cancel }) => cancel === 'cancelled'),
      account.cancels.cancelled,
    );
    assert.ok(account.repeats.sent > 0 && account.repeats.answered === account.repeats.sent);
    assert.ok(account.looks.watched > 3 && account.looks.watchedToEnd === account.looks.watched);
    assert.equal(account.looks.wrong, 0);
    assert.ok([...ledger.keys()].some((key) => key.startsWith(`${account.keyPrefix}-w`)));
  });

  it('keep an order that was too far to be cancelled', async (t) => {
    const target = await startTarget(t, { stepMs: 1, takeInMs: 50 });
    const run = await order(t, 'seed', target, { CANCEL_PERCENT: 100 });
    assert.equal(run.exitCode, 0, run.output);
    assert.deepEqual(run.account.cancels, { asked: 50, cancelled: 0, kept: 50, unknown: 0 });
    assert.ok([...run.ledger.values()].every(({ cancel }) => cancel === 'kept'));
  });

  it('send the same orders for the same seed', async (t) => {
    const sent = async (seed: string): Promise<string[]> => {
      const target = await startTarget(t);
      await order(t, 'seed', target, { SEED: seed });
      return [...target.orders.values()].map(({ row, email }) => `${row} ${email}`).sort();
    };
    const first = await sent('a');
    assert.deepEqual(await sent('a'), first);
    assert.notDeepEqual(await sent('b'), first);
  });
});

describe('a shop that is wrong', () => {
  const lies: readonly [Lie, Variables, RegExp][] = [
    ['another-id', { REPEAT_PERCENT: 100 }, /WRONG-ORDER \S+ \S+ sent again: became /],
    ['first-order', { LOOK_PERCENT: 100 }, /WRONG-ORDER \S+ \S+ showed order /],
    ['forgets', { WATCHERS: 1 }, /WRONG-ORDER \S+ \S+ answered 404/],
    ['goes-back', { WATCHERS: 1 }, /WRONG-ORDER \S+ \S+ (?:went back|showed states none)/],
    ['accepts-all', { BAD_PERCENT: 50 }, /FAILED .*bad_orders_accepted: count<=0/],
    ['no-id', {}, /WRONG-ORDER \S+ - accepted without an id/],
  ];
  for (const [lie, variables, finding] of lies) {
    it(`does not pass: ${lie}`, async (t) => {
      const target = await startTarget(t, { lie, stepMs: 700 });
      const run = await order(t, 'seed', target, variables);
      assert.equal(run.exitCode, 99, run.output);
      assert.match(run.output, finding);
      assert.equal(run.account.thresholds.passed, false);
    });
  }
});

describe('a run of orders that ends early', () => {
  it('leaves in the ledger what may be there', async (t) => {
    const target = await startTarget(t, { faults: { 'silent-after': 0.2 } });
    const started = await startK6<OrdersAccount>(t, 'orders-seed.ts', {
      BASE_URL: target.url,
      ORDERS: 100_000,
      USERS: 20,
    });
    await target.whenOrdered(40);
    started.child.kill('SIGINT');
    const run = finish(await started.finished);
    assert.equal(run.exitCode, 105, run.output);
    assert.ok(run.account.orders.unknown > 0);
    checkLedger(run, target);
  });

  it('does not begin without a shop, or where k6 would ignore its scenario', async (t) => {
    const target = await startTarget(t);
    const byFlag = await runK6(
      t,
      'orders-seed.ts',
      { BASE_URL: target.url },
      { args: ['--duration', '1s', '--vus', '1'] },
    );
    assert.equal(byFlag.exitCode, 108, byFlag.output);
    assert.match(byFlag.output, /replace this scenario: use -e USERS, DURATION, ORDERS, RATE/);
    assert.equal(target.attempts.size, 0);
    await target.close();
    const { exitCode, output } = await runK6(t, 'orders-seed.ts', { BASE_URL: target.url });
    assert.equal(exitCode, 108, output);
    assert.match(output, /no orders API at .*start it, or set/);
  });
});
