import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually, useServers } from '@caudal/common/testing';
import { Client } from 'pg';
import type { OrdersAccount as LoadAccount } from '../../../../../load-tests/lib/orders/account.ts';
import { localLoad } from '../../../src/load/run-k6.ts';
import { type Stack, startStack } from '../../../src/stack/stack.ts';
import { judge } from '../../../src/workloads/orders/judge.ts';
import { measureOrders, type OrdersResult } from '../../../src/workloads/orders/load/measure-orders.ts';
import { API, NOTIFIER, ordersServices, PROCESSOR } from '../../../src/workloads/orders/services.ts';
import { judgeOrders } from '../../../src/workloads/orders/verify/judge-orders.ts';
import { readLedger } from '../../../src/workloads/orders/verify/ledger.ts';
import { readCatalogue } from '../../../src/workloads/orders/verify/witness/catalogue-file.ts';
import { localWitnesses, readEvidence } from '../../../src/workloads/orders/verify/witness/witnesses.ts';
import { useK6 } from '../../support/use-k6.ts';

// first: it waits for orders to end
const servers = useServers('kafka', 'postgresql');
const k6 = useK6();

const STEP_MS = 500;
/** Everything that customers do, and nothing that depends on how fast the machine is. */
const CUSTOMERS = {
  USERS: '10',
  CANCEL_PERCENT: '20',
  REPEAT_PERCENT: '20',
  BAD_PERCENT: '20',
  LOOK_PERCENT: '50',
  P95_MS: '60000',
  P99_MS: '60000',
  MAX_REFUSED: '1000',
};

describe('a load of orders', () => {
  let directory: string;
  let stack: Stack;
  let catalogue: Awaited<ReturnType<typeof readCatalogue>>;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-orders-'));
    catalogue = await readCatalogue(join(directory, 'catalogue.csv'));
    stack = await startStack({
      addresses: servers().addresses,
      services: ordersServices({
        stepMs: STEP_MS,
        replicas: { [API]: 2, [PROCESSOR]: 2, [NOTIFIER]: 2 },
        mailboxFile: mailbox(),
      }),
      stateDirectory: directory,
      onEvent: () => undefined,
    });
  });
  after(async () => {
    await stack.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const mailbox = (): string => join(directory, 'mails.jsonl');
  const witnesses = () => localWitnesses(servers().addresses, mailbox());
  const logOf = (name: string): string => join(directory, `${name}.log`);

  async function measured(name: string, orders: number, onStarted?: () => void): Promise<OrdersResult> {
    const startLoad = localLoad({
      k6: k6(),
      scenario: 'orders-seed',
      baseUrl: stack.url(API),
      variables: { ...CUSTOMERS, ORDERS: String(orders), SEED: name },
      logFile: logOf(name),
      accountFile: join(directory, `${name}.json`),
    });
    return measureOrders({
      customer: { url: stack.url(API), fetch },
      witnesses: witnesses(),
      catalogue,
      stepMs: STEP_MS,
      metricsUrls: stack.metricsUrls,
      startLoad: (signal) => startLoad<LoadAccount>(signal),
      onLoadStarted: () => onStarted?.(),
      onProgress: () => undefined,
      stalledAfterMs: 30_000,
    });
  }

  it('is exact with cancels, repeats and bad orders, and no mail comes twice', async () => {
    const result = await measured('all', 60);
    const { account, load } = result;
    assert.deepEqual(judge(result).findings, []);
    assert.ok(judge(result).exact);
    assert.equal(account.accepted, load.orders.accepted);
    assert.ok(account.cancelled > 0 && account.refused > 0 && load.repeats.answered > 0);
    assert.equal(account.finished + account.cancelled, account.accepted);
    assert.equal(account.transitions, 4 * account.finished + 2 * account.cancelled);
    assert.deepEqual([account.mails, account.copies], [account.transitions, 0]);
    assert.ok((account.lateness.p50 ?? -1) >= 0);
  });

  it('is exact when a processor and a notifier are killed meanwhile', async () => {
    const killed: string[] = [];
    const kill = async (): Promise<void> => {
      for (const name of [`${PROCESSOR}-1`, `${NOTIFIER}-1`]) {
        const process = stack.processes().get(name);
        if (process?.signal('SIGKILL') === true) killed.push(name);
        await eventually(
          () => Promise.resolve(process?.restarts ?? 0),
          (restarts) => restarts > 0,
        );
      }
    };
    let killing: Promise<void> | undefined;
    const result = await measured('kills', 60, () => {
      killing = kill();
    });
    await killing;
    assert.deepEqual(killed, [`${PROCESSOR}-1`, `${NOTIFIER}-1`]);
    assert.deepEqual(judge(result).findings, []);
    assert.ok(result.account.copies <= result.account.unknownAttempts);
  });

  it('is judged again from its ledger and what is there, and no more exact once something is missing', async () => {
    const result = await measured('again', 20);
    const findingsNow = async () => {
      const evidence = { ...(await readEvidence(witnesses(), result.since)), wrongAnswers: [] };
      const ledger = readLedger(await readFile(logOf('again'), 'utf8'));
      return judgeOrders({ ledger, catalogue, evidence, stepMs: STEP_MS }).findings.map(
        ({ kind, subject, count }) => `${kind} ${subject} ${count}`,
      );
    };
    assert.deepEqual(await findingsNow(), []);
    const lines = (await readFile(mailbox(), 'utf8')).trimEnd().split('\n');
    await writeFile(
      mailbox(),
      lines
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(''),
    );
    assert.deepEqual(await findingsNow(), ['lost mails 1']);
    const client = new Client(servers().addresses.postgresql.url);
    await client.connect();
    await client.query(
      'delete from orders.orders where number = (select min(number) from orders.orders where number > $1)',
      [result.since.number],
    );
    await client.end();
    assert.deepEqual((await findingsNow()).sort(), ['lost mails 1', 'lost orders 1']);
  });

  it('answers for order number 1 as the first shop did, whatever came after it', async () => {
    const response = await fetch(`${stack.url(API)}/?value=1`);
    const { orderid, usermail, estado } = (await response.json()) as Readonly<Record<string, unknown>>;
    assert.deepEqual([response.status, orderid], [200, 1]);
    assert.match(String(usermail), /^.\*\*\*@example\.com$/);
    assert.match(String(estado), /^(finalizado|cancelado)$/);
  });
});
