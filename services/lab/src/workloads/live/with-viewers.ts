import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { waitUntil } from '../../../../../tools/lib/wait-until.ts';
import type { Fetch } from '../../load/fetch.ts';
import type { LoadResult } from '../messages/load/measure-load.ts';
import { judgeRecord, type LiveEvidence } from './judge-live.ts';
import { LiveReader } from './live-reader.ts';

/** How many viewers follow a load; the last one pauses. */
const VIEWERS = 3;
/** Messages after which it pauses, and for how long. */
const PAUSE_AFTER = 100;
const PAUSE_MS = 1_000;
/** Time for the viewers to get the last message after the lanes have stored it. */
const LAST_MESSAGE_MS = 30_000;

/** Where viewers connect. */
export interface ViewedSite {
  readonly consoleUrl: string;
  readonly fetch: Fetch;
  /** Brokers of the log, where they are within reach: its groups are listed before and after. */
  readonly brokers: string | undefined;
}

/** A load, and what viewers got meanwhile. */
export type LiveResult = LoadResult & { readonly live: LiveEvidence };

/** Connects viewers, sends a load, and waits until every viewer has got as much as was accepted, or some time. */
export async function withViewers<
  Result extends {
    readonly load: { readonly messages: { readonly accepted: number } };
    readonly request: { readonly accepted: Readonly<Record<string, number>> };
  },
>(
  { consoleUrl, fetch, brokers }: ViewedSite,
  load: () => Promise<Result>,
): Promise<Result & { readonly live: LiveEvidence }> {
  const groupsBefore = await groupsOf(brokers);
  const viewers = Array.from(
    { length: VIEWERS },
    (_, i) => new LiveReader(`viewer ${i + 1}`, consoleUrl, fetch),
  );
  const ended = new AbortController();
  try {
    await Promise.all(viewers.map((viewer) => viewer.start()));
    const pausing = pauseOnce(viewers.at(-1), ended.signal);
    const result = await load();
    ended.abort();
    await pausing;
    const { accepted } = result.load.messages;
    await waitUntil(() => viewers.every(({ count }) => count >= accepted), {
      timeoutMs: LAST_MESSAGE_MS,
      everyMs: 50,
    });
    const groupsAfter = await groupsOf(brokers);
    const newGroups = groupsAfter?.filter((group) => groupsBefore?.includes(group) === false);
    const records = await Promise.all(viewers.map((viewer) => viewer.stop()));
    return {
      ...result,
      live: {
        records: records.map((record) => judgeRecord(record, result.request.accepted)),
        ...(newGroups !== undefined && { newGroups }),
      },
    };
  } finally {
    ended.abort();
    await Promise.all(viewers.map((viewer) => viewer.stop()));
  }
}

/** Pauses a viewer in the middle of the load, and lets it resume. */
async function pauseOnce(viewer: LiveReader | undefined, ended: AbortSignal): Promise<void> {
  if (viewer === undefined) return;
  while (viewer.count < PAUSE_AFTER && !ended.aborted) {
    await sleep(20, undefined, { signal: ended }).catch(() => undefined);
  }
  await viewer.pause();
  await sleep(PAUSE_MS);
  viewer.resume();
}

async function groupsOf(brokers: string | undefined): Promise<readonly string[] | undefined> {
  if (brokers === undefined) return undefined;
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return (await admin.listGroups()).groups.map(({ groupId }) => groupId);
  } finally {
    await admin.disconnect();
  }
}
