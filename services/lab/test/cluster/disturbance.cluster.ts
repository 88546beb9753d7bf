import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assertExact,
  assertFelt,
  deletePod,
  roll,
  scale,
  untilRolledOut,
  useRelease,
} from './support/index.ts';

/** What clients with retries get; the account judges, not the latency. */
const PATIENT = {
  RATE: '60',
  // Loads end with what is done under them.
  DURATION: '9m',
  // Each costs k6 more than a megabyte.
  USERS: '200',
  REQUEST_TIMEOUT: '5s',
  P95_MS: '600000',
  P99_MS: '600000',
  MAX_DROPPED: '1000000',
};
/** Ends with the last fault. A user has one request open, which is then left without an answer. */
const ENDED_EARLY = { minAccepted: 200, maxUnknown: Number(PATIENT.USERS) };
const SERVERS = ['rabbitmq', 'kafka', 'valkey', 'redis'];
const SERVICES = ['ingest', 'console', 'rabbitmq-valkey-consumer', 'kafka-redis-consumer'];

const release = useRelease({ namespace: 'disturbance-test' });

describe('no message and no request is lost under load, with clients that retry, when', () => {
  it('every pod is deleted once, one after the other', async () => {
    const result = await release().load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        for (const component of [...SERVICES, ...SERVERS]) await deletePod(release(), component);
      },
    });
    assertFelt(result);
    assertExact(result, ENDED_EARLY);
  });

  it('consumers and stores are killed without a goodbye', async () => {
    const result = await release().load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        for (const component of ['kafka-redis-consumer', 'rabbitmq-valkey-consumer', 'valkey', 'redis'])
          await deletePod(release(), component, { graceSeconds: 0 });
      },
    });
    assertFelt(result);
    assertExact(result, ENDED_EARLY);
  });

  it('every Deployment rolls', async () => {
    const result = await release().load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        for (const component of SERVICES) await roll(release(), component);
      },
    });
    assertExact(result, ENDED_EARLY);
  });
});

describe('an upgrade to another image tag', () => {
  it('replaces every pod of the services under load, and costs no message and no request', async () => {
    const started = release();
    const image: string | undefined = await started.on.provider.loadImages();
    const tag = image?.split(':').at(-1);
    assert.ok(
      tag !== undefined && tag !== 'local',
      `the image of the same content has a tag of its own, not ${tag}`,
    );
    const result = await started.load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        await started.helm.upgrade({ ...started.chart, values: { images: { caudal: { tag } } } });
      },
    });
    assertExact(result, ENDED_EARLY);
    for (const component of SERVICES) {
      const pods = await started.release.pods(component);
      assert.deepEqual(
        pods.map(({ spec }) => spec?.containers[0]?.image?.split(':').at(-1)),
        [tag],
        component,
      );
    }
  });
});

describe('without retries', () => {
  it('two ingest pods roll without one failed request', async () => {
    const started = release();
    await scale(started, 'ingest', 2);
    await untilRolledOut(started, 'ingest');
    const result = await started.load({
      variables: { ...PATIENT, RETRY: 'off' },
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        await roll(started, 'ingest');
      },
    });
    assertExact(result, ENDED_EARLY);
    const { status, retries } = result.load.requests;
    assert.deepEqual([Object.keys(status), retries], [['202'], 0]);
  });
});
