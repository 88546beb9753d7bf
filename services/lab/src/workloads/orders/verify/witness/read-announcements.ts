import type { Kafka } from 'kafkajs';
import { type Offsets, readRecords } from '../../../messages/verify/read-records.ts';
import type { Announcement } from '../evidence.ts';

/** Topic that every state of every order is announced on. */
export const CONFIRMED_TOPIC = 'compra_confirmada';

/** Offsets after the last record of each partition; none while there is no such topic. */
export async function endsOf(kafka: Kafka, topic: string): Promise<Offsets> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    if (!(await admin.listTopics()).includes(topic)) return new Map();
    return new Map(
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]),
    );
  } finally {
    await admin.disconnect();
  }
}

/**
 * Reads what was announced since an offset of each partition.
 * @throws Error for a record that is no announcement
 */
export async function readAnnouncements(
  kafka: Kafka,
  topic: string,
  from: Offsets,
): Promise<readonly Announcement[]> {
  const announcements: Announcement[] = [];
  const until = await endsOf(kafka, topic);
  await readRecords(
    kafka,
    topic,
    { from, until },
    ({ value }) => void announcements.push(readAnnouncement(value)),
  );
  return announcements;
}

function readAnnouncement(value: Buffer | null): Announcement {
  const { orderid, number, gameid, row, name, priceCents, usermail, state, at } = JSON.parse(
    String(value),
  ) as {
    readonly orderid: string;
    readonly number: number;
    readonly gameid: number;
    readonly row: number;
    readonly name: string;
    readonly priceCents: number;
    readonly usermail: string;
    readonly state: number;
    readonly at: number;
  };
  return { id: orderid, number, gameId: gameid, row, name, priceCents, email: usermail, state, atMs: at };
}
