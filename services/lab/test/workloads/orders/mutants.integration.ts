import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import type { Finding } from '@caudal/common/verdict';
import { turnDial } from '@caudal/orders/mailbox/dial-client';
import { localLoad } from '../../../src/load/run-k6.ts';
import { type Stack, startStack } from '../../../src/stack/stack.ts';
import { judge } from '../../../src/workloads/orders/judge.ts';
import { measureOrders } from '../../../src/workloads/orders/load/measure-orders.ts';
import { type MUTANT_FAULTS, MUTANTS } from '../../../src/workloads/orders/mutants.ts';
import { API, MAILBOX, ordersServices, PROCESSOR } from '../../../src/workloads/orders/services.ts';
import { readCatalogue } from '../../../src/workloads/orders/verify/witness/catalogue-file.ts';
import { localWitnesses } from '../../../src/workloads/orders/verify/witness/witnesses.ts';
import type { Mutant } from '../../../src/workloads/workload.ts';
import { useK6 } from '../../support/use-k6.ts';

// first: it takes two minutes
const servers = useServers('kafka', 'postgresql');
const k6 = useK6();

const STEP_MS = 600;
const ORDERS = 40;

/** What is done to the shop before it gets its orders. */
const FAULTS: Readonly<Record<(typeof MUTANT_FAULTS)[number], (mailboxUrl: string) => Promise<unknown>>> = {
  load: () => Promise.resolve(),
  'mailbox drops': (url) => turnDial(url, { mode: 'drop', count: 20 }),
  'mailbox refuses': (url) => turnDial(url, { mode: 'refuse', count: 20 }),
};

/** Places orders under a fault at a shop in which one service is the product's or a mutant, and judges. */
async function findingsUnder(
  fault: keyof typeof FAULTS,
  mutant?: Pick<Mutant, 'service' | 'program'>,
): Promise<readonly Finding[]> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-orders-mutant-'));
  const mailboxFile = join(directory, 'mailbox.jsonl');
  const { addresses } = servers();
  let stack: Stack | undefined;
  try {
    stack = await startStack({
      addresses,
      services: ordersServices({
        stepMs: STEP_MS,
        replicas: { [PROCESSOR]: 1 },
        mailboxFile,
        dial: 'on',
      }).map((service) =>
        service.name === mutant?.service ? { ...service, program: mutant.program } : service,
      ),
      stateDirectory: directory,
      onEvent: () => undefined,
    });
    await FAULTS[fault](stack.url(MAILBOX));
    const load = localLoad({
      k6: k6(),
      scenario: 'orders-seed',
      baseUrl: stack.url(API),
      variables: {
        ORDERS: String(ORDERS),
        USERS: '10',
        REPEAT_PERCENT: '20',
        CANCEL_PERCENT: '10',
        P95_MS: '60000',
        P99_MS: '60000',
      },
      logFile: join(directory, 'k6.log'),
      accountFile: join(directory, 'account.json'),
    });
    const result = await measureOrders({
      customer: { url: stack.url(API), fetch },
      witnesses: localWitnesses(addresses, mailboxFile),
      catalogue: await readCatalogue(join(directory, 'catalogue.csv')),
      stepMs: STEP_MS,
      metricsUrls: stack.metricsUrls,
      startLoad: load,
      onProgress: () => undefined,
      stalledAfterMs: 20_000,
    });
    assert.equal(result.load.orders.accepted, ORDERS);
    return judge(result).findings;
  } finally {
    await stack?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

describe('the verdict on orders', () => {
  for (const fault of ['mailbox drops', 'mailbox refuses'] as const) {
    it(`is exact when the ${fault}`, async () => {
      assert.deepEqual(await findingsUnder(fault), []);
    });
  }

  for (const mutant of MUTANTS) {
    it(`catches ${mutant.bug}: ${mutant.finding}`, async () => {
      const findings = await findingsUnder(mutant.under, mutant);
      const found = findings.map(({ kind, subject }) => `${kind} ${subject}`);
      assert.ok(found.includes(`${mutant.finding} ${mutant.subject}`), found.join(', ') || 'nothing found');
    });
  }
});
