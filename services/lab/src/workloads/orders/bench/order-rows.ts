import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { waitUntil } from '../../../../../../tools/lib/wait-until.ts';
import { chooseFreePorts } from '../../../../../../tools/servers/ports.ts';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { runPairs } from '../../../bench/pairs.ts';
import { rate, startProgram, uniqueName } from '../../../bench/program.ts';
import type { Row } from '../../../bench/rows.ts';
import { startTarget, type Target } from '../../../bench/target.ts';
import { programPath } from '../../messages/bench/bed.ts';
import { type Load, runLoad } from '../../messages/bench/http-load.ts';
import { makeSchemas, measureProgram, type OrdersEffort, POOL_SIZE, QUIET_SERVICE } from './bed.ts';

const CONNECTIONS = 64;
const SMTP_CONNECTIONS = 4;
const MAILS_TIMEOUT_MS = 170_000;
const ORDER: Load = {
  path: '/orders',
  body: JSON.stringify({ row: 87, email: 'user1@example.com', language: 'es' }),
  messages: 1,
};

/** Compares the API, with Kafka confirming each order, with bare inserts of the same rows and with an Express echo. */
export async function apiRows(addresses: ServerAddresses, effort: OrdersEffort): Promise<readonly Row[]> {
  const { pairs, seconds } = effort;
  await makeSchemas(addresses);
  const targets: Target[] = [];
  const start = async (path: string, variables: Readonly<Record<string, string>>): Promise<Target> => {
    const target = await startTarget(path, variables);
    targets.push(target);
    return target;
  };
  try {
    const api = await start('services/orders/src/api/main.ts', {
      ...QUIET_SERVICE,
      LOG_LEVEL: 'info',
      KAFKA_BROKERS: addresses.kafka.brokers,
      ORDERS_TOPIC: uniqueName('bench'),
      POSTGRESQL_URL: addresses.postgresql.orders.apiUrl,
      POSTGRESQL_POOL_SIZE: String(POOL_SIZE),
      ORDER_ID_SECRET: 'a secret of the bench, and of it alone',
    });
    const echo = await start(programPath('echo-server'), {});
    const load = (target: Target) => async () =>
      (await runLoad(target, ORDER, { connections: CONNECTIONS, seconds })).perSecond;
    const inserts = async () =>
      rate(
        await measureProgram('insert-orders', {
          POSTGRESQL_URL: addresses.postgresql.url,
          POSTGRESQL_POOL_SIZE: String(POOL_SIZE),
          BENCH_CONNECTIONS: String(CONNECTIONS),
          BENCH_SECONDS: String(seconds),
        }),
      );
    return [
      {
        what: 'POST /orders, 202 after Kafka confirmed',
        against: `the same rows inserted over a pool of ${POOL_SIZE}, each committed, without HTTP; ${CONNECTIONS} at a time`,
        unit: 'orders/s',
        goal: 0.5,
        result: await runPairs(pairs, load(api), inserts),
      },
      {
        what: 'the same',
        against: `Express 5 + express.json echo, no broker; same ${CONNECTIONS} connections`,
        unit: 'orders/s',
        goal: 0.5,
        result: await runPairs(pairs, load(api), load(echo)),
      },
    ];
  } finally {
    for (const target of targets) await target.stop();
  }
}

/** Compares the processor's timers with one transaction for each state of each order. */
export async function timerRows(addresses: ServerAddresses, effort: OrdersEffort): Promise<readonly Row[]> {
  await makeSchemas(addresses);
  const move = (mode: 'batch' | 'one', orders: number) => async () =>
    rate(
      await measureProgram('move-orders', {
        POSTGRESQL_URL: addresses.postgresql.orders.processorUrl,
        POSTGRESQL_TIMEOUT_MS: '60000',
        OWNER_URL: addresses.postgresql.url,
        BENCH_MODE: mode,
        BENCH_ORDERS: String(orders),
      }),
    );
  return [
    {
      what: 'timers: orders moved by the processor, 500 at a time',
      against: 'one transaction a state, with the same event and record of the outbox',
      unit: 'states/s',
      goal: 10,
      result: await runPairs(effort.pairs, move('batch', effort.orders), move('one', effort.slowOrders)),
    },
  ];
}

/** Compares the notifier with nodemailer's own pool, into the same mailbox, which has each mail on disk before it answers. */
export async function mailRows(addresses: ServerAddresses, effort: OrdersEffort): Promise<readonly Row[]> {
  await makeSchemas(addresses);
  const directory = await mkdtemp(join(tmpdir(), 'caudal-bench-mails-'));
  const [smtpPort = 0] = await chooseFreePorts(1);
  const mailbox = await startTarget('services/orders/src/mailbox/main.ts', {
    ...QUIET_SERVICE,
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(smtpPort),
    MAILBOX_FILE: join(directory, 'mailbox.jsonl'),
  });
  try {
    const pool = async () =>
      rate(
        await measureProgram('pool-mails', {
          SMTP_PORT: String(smtpPort),
          BENCH_CONNECTIONS: String(SMTP_CONNECTIONS),
          BENCH_MAILS: String(effort.mails),
        }),
      );
    return [
      {
        what: 'mails sent by the notifier, each leased and settled in PostgreSQL',
        against: `nodemailer's pool with as many connections (${SMTP_CONNECTIONS}) into the same mailbox, and no record`,
        unit: 'mails/s',
        goal: 0.5,
        result: await runPairs(effort.pairs, () => notify(addresses, smtpPort, effort.mails), pool),
      },
    ];
  } finally {
    await mailbox.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Starts a notifier with mails that wait for it; the time is from the first to the last that was written down as sent. */
async function notify(addresses: ServerAddresses, smtpPort: number, mails: number): Promise<number> {
  const owner = new Client({ connectionString: addresses.postgresql.url });
  await owner.connect();
  try {
    await owner.query('truncate mails.mail');
    await owner.query(
      `insert into mails.mail
           (order_id, state, number, name, price_cents, recipient, language, happened_at, next_at)
         select gen_random_uuid(), 1, n, 'Sombras de Valparaíso', 1999, 'user' || n % 50 || '@example.com', 'es', now(), now()
         from generate_series(1, $1::int) n`,
      [mails],
    );
    await owner.query('analyze mails.mail');
    const topic = uniqueName('bench');
    const notifier = startProgram('services/orders/src/notifier/main.ts', {
      ...QUIET_SERVICE,
      KAFKA_BROKERS: addresses.kafka.brokers,
      CONFIRMED_TOPIC: topic,
      MAILS_GROUP: topic,
      POSTGRESQL_URL: addresses.postgresql.orders.notifierUrl,
      POSTGRESQL_POOL_SIZE: String(POOL_SIZE),
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(smtpPort),
      SMTP_CONNECTIONS: String(SMTP_CONNECTIONS),
      MAIL_FROM: 'tienda@orders.example.com',
      PUBLIC_URL: 'http://localhost:8082',
    });
    notifier.stdout?.resume();
    const ended = new Promise((resolve) => notifier.once('exit', resolve));
    try {
      const isSent = async (): Promise<boolean> => {
        const { rows } = await owner.query<{ left: number }>(
          "select count(*)::int as left from mails.mail where status <> 'sent'",
        );
        return rows[0]?.left === 0;
      };
      if (!(await waitUntil(isSent, { timeoutMs: MAILS_TIMEOUT_MS })))
        throw new Error(`not every mail was sent in ${MAILS_TIMEOUT_MS / 1_000} s`);
    } finally {
      notifier.kill('SIGTERM');
      await ended;
    }
    const { rows } = await owner.query<{ seconds: number }>(
      'select extract(epoch from max(sent_at) - min(sent_at))::float8 as seconds from mails.mail',
    );
    return mails / (rows[0]?.seconds ?? Number.NaN);
  } finally {
    await owner.end();
  }
}
