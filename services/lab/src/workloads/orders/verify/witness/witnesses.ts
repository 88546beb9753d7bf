import { open, stat } from 'node:fs/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { ServerAddresses } from '../../../../../../../tools/servers/servers.ts';
import type { Evidence, WrongAnswers } from '../evidence.ts';
import { nameOf } from '../judge-mails.ts';
import { CONFIRMED_TOPIC, endsOf, readAnnouncements } from './read-announcements.ts';
import { withDatabase } from './read-database.ts';
import { readMails } from './read-mailbox.ts';

/** The mailbox's file. */
export interface MailFile {
  /** Bytes; 0 while there is none. */
  size(): Promise<number>;
  /** Contents from a byte on. */
  read(from: number): Promise<Buffer>;
}

/** Where what is really there is read. */
export interface Witnesses {
  /** Of the owner of the database. */
  readonly databaseUrl: string;
  readonly kafka: Kafka;
  readonly mailbox: MailFile;
  /** Default: {@link CONFIRMED_TOPIC}. */
  readonly topic?: string;
}

/** What was there before a load: what the witnesses pass over. */
export interface Baseline {
  /** Number of the last order. */
  readonly number: number;
  /** Offsets after the last announcement, by partition. */
  readonly offsets: Readonly<Record<string, number>>;
  /** Size of the mailbox's file. */
  readonly mailBytes: number;
}

/** Witnesses on servers of this machine. */
export function localWitnesses(addresses: ServerAddresses, mailboxFile: string): Witnesses {
  return {
    databaseUrl: addresses.postgresql.url,
    kafka: new Kafka({ brokers: addresses.kafka.brokers.split(','), logLevel: logLevel.NOTHING }),
    mailbox: localFile(mailboxFile),
  };
}

function localFile(path: string): MailFile {
  const size = (): Promise<number> =>
    stat(path).then(
      (file) => file.size,
      () => 0,
    );
  return {
    size,
    async read(from) {
      const length = (await size()) - from;
      if (length <= 0) return Buffer.alloc(0);
      const file = await open(path);
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
}

/** Reads what is there before a load. */
export async function readBaseline({
  databaseUrl,
  kafka,
  mailbox,
  topic = CONFIRMED_TOPIC,
}: Witnesses): Promise<Baseline> {
  const [number, ends, mailBytes] = await Promise.all([
    withDatabase(databaseUrl, (database) => database.lastNumber()),
    endsOf(kafka, topic),
    mailbox.size(),
  ]);
  return { number, offsets: Object.fromEntries(ends), mailBytes };
}

/** Reads what is there since then; answers are not among it. */
export async function readEvidence(
  { databaseUrl, kafka, mailbox, topic = CONFIRMED_TOPIC }: Witnesses,
  since: Baseline,
): Promise<Omit<Evidence, keyof WrongAnswers>> {
  const from = new Map(
    Object.entries(since.offsets).map(([partition, offset]) => [Number(partition), offset]),
  );
  return withDatabase(databaseUrl, async (database) => {
    const [{ orders, outbox }, announcements, mails] = await Promise.all([
      database.orders(since.number),
      readAnnouncements(kafka, topic, from),
      mailbox.read(since.mailBytes).then(readMails),
    ]);
    const own = new Set(orders.map(({ id }) => id));
    const named = [
      ...announcements.map(({ id }) => id),
      ...mails.flatMap((mail) => nameOf(mail)?.id ?? []),
    ].filter((id) => !own.has(id));
    const others = await database.known([...new Set(named)]);
    return { orders, others, outbox, announcements, mails };
  });
}
