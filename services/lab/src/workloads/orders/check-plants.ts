import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@caudal/common/logging';
import { createOrdersSchemas, DEFAULT_ROLES } from '@caudal/orders/schema';
import { type Admin, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { Client, escapeIdentifier } from 'pg';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import { judge } from './judge.ts';
import { findingsTextOf, linesOf, mailsOf, recordsOf, takeThrough } from './planted-orders.ts';
import { CLEAN, FAULTS, type Ground, type OrdersPlant, type PlantedMail } from './plants.ts';
import type { CatalogueFile } from './verify/evidence.ts';
import { judgeOrders } from './verify/judge-orders.ts';
import { readCatalogue } from './verify/witness/catalogue-file.ts';
import { localWitnesses, readBaseline, readEvidence, type Witnesses } from './verify/witness/witnesses.ts';

const PARTITIONS = 3;

/**
 * Takes orders through all states by the shop's own functions in a real database, announces them on a real topic and writes their
 * mails to a real file, plants each fault, and has the witnesses read and the judge judge it: it must report each fault and nothing
 * else.
 *
 * @returns deviations by plant; empty for one that was reported correctly
 */
export async function checkOrdersPlants(options: {
  readonly addresses: ServerAddresses;
  readonly stateDirectory: string;
  readonly onEvent: (line: string) => void;
}): Promise<ReadonlyMap<OrdersPlant, readonly string[]>> {
  const { addresses } = options;
  const scratch = `self_test_${randomBytes(3).toString('hex')}`;
  const directory = join(options.stateDirectory, scratch);
  const mailbox = join(directory, 'mails.jsonl');
  const own = new URL(addresses.postgresql.url);
  own.pathname = `/${scratch}`;
  const witnesses: Witnesses = {
    ...localWitnesses(addresses, mailbox),
    databaseUrl: own.href,
    topic: scratch,
  };
  const kafka = new Kafka({ brokers: addresses.kafka.brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await mkdir(directory, { recursive: true });
  try {
    await makeDatabase(addresses, own, scratch);
    await makeTopic(admin, scratch);
    await producer.connect();
    const catalogue = await readCatalogue(join(directory, 'catalogue.csv'), 200);
    const misses = new Map<OrdersPlant, readonly string[]>();
    for (const plant of [CLEAN, ...FAULTS]) {
      misses.set(plant, await missesOf(plant, { witnesses, catalogue, producer, mailbox }));
      options.onEvent(`planted: ${plant.name}`);
    }
    return misses;
  } finally {
    await producer.disconnect();
    await admin.deleteTopics({ topics: [scratch] }).catch(() => undefined);
    await admin.disconnect();
    await asAdmin(addresses, `drop database if exists ${escapeIdentifier(scratch)} with (force)`);
    await rm(directory, { recursive: true, force: true });
  }
}

interface Bed {
  readonly witnesses: Witnesses;
  readonly catalogue: CatalogueFile;
  readonly producer: Producer;
  readonly mailbox: string;
}

/** Deviations from the required report; empty when it is correct. */
async function missesOf(plant: OrdersPlant, bed: Bed): Promise<readonly string[]> {
  const { witnesses, catalogue } = bed;
  // Plants share database, topic and file: each is judged from where it begins.
  const since = await readBaseline(witnesses);
  const lines = linesOf(catalogue);
  const stepMs = await fill(plant, bed, lines);
  const evidence = await readEvidence(witnesses, since);
  const account = judgeOrders({
    ledger: { orders: lines, wrongAnswers: [] },
    catalogue,
    evidence: { ...evidence, wrongAnswers: [] },
    stepMs,
  });
  const { exact, findings } = judge({ account });
  const [found, required] = [findingsTextOf(findings), findingsTextOf(plant.findings)];
  return [
    ...(found === required ? [] : [`reported ${found || 'nothing'}`]),
    ...(exact === (plant.findings.length === 0) ? [] : [`was exact: ${exact}`]),
  ];
}

/** Fills the bed with orders, and plants the fault in it; returns the least time in each state. */
async function fill(plant: OrdersPlant, bed: Bed, lines: ReturnType<typeof linesOf>): Promise<number> {
  const client = new Client(bed.witnesses.databaseUrl);
  await client.connect();
  try {
    await client.query('set search_path to orders');
    const ids = lines.map(({ id }) => id as string);
    const ground: Ground = {
      ids,
      query: async (text, values) => void (await client.query(text, [...values])),
    };
    const stepMs = await takeThrough(client, bed.catalogue, lines);
    await plant.before?.(ground);
    const orders = await recordsOf(client, ids);
    const records = orders.map((record) => JSON.stringify(record));
    await bed.producer.send({
      topic: bed.witnesses.topic as string,
      messages: (plant.records?.(records) ?? records).map((value) => ({ key: keyOf(value), value })),
    });
    const mails = mailsOf(orders);
    await writeMails(bed.mailbox, plant.mails?.(mails) ?? mails);
    await plant.after?.(ground);
    return stepMs;
  } finally {
    await client.end();
  }
}

function keyOf(value: string): string {
  return (JSON.parse(value) as { readonly orderid: string }).orderid;
}

async function writeMails(file: string, mails: readonly PlantedMail[]): Promise<void> {
  const lines = mails.map(({ to, raw }) =>
    JSON.stringify({
      at: Date.now(),
      from: 'shop@example.com',
      to: [to],
      raw: Buffer.from(raw).toString('base64'),
    }),
  );
  await appendFile(file, lines.map((line) => `${line}\n`).join(''));
}

async function makeDatabase(addresses: ServerAddresses, own: URL, name: string): Promise<void> {
  const owner = escapeIdentifier(decodeURIComponent(own.username));
  await asAdmin(addresses, `create database ${escapeIdentifier(name)} owner ${owner}`);
  const settings = {
    clientName: 'self-test',
    url: own.href,
    ca: undefined,
    commandTimeoutMs: 30_000,
    poolSize: 1,
  };
  await createOrdersSchemas(settings, DEFAULT_ROLES, createLogger('self-test', 'error'));
}

async function asAdmin({ postgresql }: ServerAddresses, statement: string): Promise<void> {
  const client = new Client(postgresql.adminUrl);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function makeTopic(admin: Admin, topic: string): Promise<void> {
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
}
