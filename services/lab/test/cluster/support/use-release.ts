import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { createTerminal } from '../../../src/cli/terminal.ts';
import { connectToCluster } from '../../../src/cluster/connection.ts';
import { isReady } from '../../../src/cluster/release.ts';
import { type StartedRelease, startRelease } from '../../../src/cluster/start-release.ts';
import { consoleOf, totalsOf } from '../../../src/workloads/messages/load/console-client.ts';
import type { LoadResult } from '../../../src/workloads/messages/load/measure-load.ts';
import { measureRelease } from '../../../src/workloads/messages/measure-release.ts';
import { removeNamespace } from './actions.ts';
import { writeLowCpuRequests } from './cpu-requests.ts';
import { openCluster, type TestCluster } from './use-cluster.ts';

/** A load to run; it goes through the release's own Service, or through the ingress where `baseUrl` says so. */
export interface Loading {
  readonly scenario?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly baseUrl?: string;
  /** Done under the load, from its first accepted message on; the load must outlast it. */
  readonly during?: () => Promise<void>;
  /**
   * Ends the load once that is done, every lane has stored something since, and this many messages have been accepted,
   * whatever the load's length; the requests in flight are then left without an answer.
   */
  readonly endsAfter?: number;
}

/** A release that tests work on. */
export interface TestRelease extends StartedRelease {
  readonly on: TestCluster;
  /** Runs a load to its account, as `npm run cluster` does. */
  load(loading: Loading): Promise<LoadResult>;
}

/** A release that several files work on, one after the other. */
export interface SharedRelease {
  readonly release: string;
  /** Place in their order, from 1. */
  readonly turn: number;
}

/**
 * Installs the chart for a test file in a namespace of its own, and removes both after its last test. With `shares`, which
 * `npm run test:cluster` reads from the file's text, the release is the one of the file before, upgraded to these values,
 * and the last file removes it; where such a file runs alone, it is installed and removed for it. Its containers ask for next to
 * no CPU, unless the values say otherwise.
 *
 * @returns the release; to be called within tests and hooks only.
 */
export function useRelease(options: {
  /** Required without `shares`. */
  readonly namespace?: string;
  readonly shares?: SharedRelease;
  readonly name?: string;
  readonly preset?: 'default' | 'minimal' | 'ha' | 'external';
  readonly values?: Readonly<Record<string, unknown>>;
  readonly nodes?: 1 | 2;
  /** Done before the chart is installed; what it returns is called when the release is gone. */
  readonly prepare?: (cluster: TestCluster) => Promise<() => Promise<void>>;
}): () => TestRelease {
  const { name = 'caudal', preset = 'default', values = {} } = options;
  const namespace = options.namespace ?? (options.shares && `${options.shares.release}-release-test`);
  if (namespace === undefined) throw new Error('useRelease needs a namespace, or a release to share');
  let release: TestRelease | undefined;
  let on: TestCluster | undefined;
  let directory: string | undefined;
  let cleanUp: (() => Promise<void>) | undefined;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-cluster-test-'));
    const cluster = await openCluster(options.nodes);
    on = cluster;
    cleanUp = await options.prepare?.(cluster);
    const terminal = createTerminal(process.stderr);
    const { running } = cluster;
    const started = await startRelease({
      running,
      name,
      namespace,
      preset,
      valuesFiles: [await writeLowCpuRequests(directory)],
      values,
      terminal,
    });
    release = {
      ...started,
      on: cluster,
      load: (loading) => load(started, loading, directory ?? tmpdir()),
    };
  });
  after(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    if (on === undefined) return;
    if (process.env.CAUDAL_TEST_KEEPS_RELEASE === 'yes') {
      await cleanUp?.();
      return;
    }
    // An installation that failed has left its namespace too.
    await release?.helm.uninstall({ name, namespace });
    await removeNamespace(connectToCluster(on.running.kubeconfig, on.running.context), namespace);
    await cleanUp?.();
    await on.release();
  });
  return () => {
    if (!release) throw new Error('the release is not installed');
    return release;
  };
}

async function load(started: StartedRelease, loading: Loading, directory: string): Promise<LoadResult> {
  const begun = Promise.withResolvers<void>();
  const enough = Promise.withResolvers<void>();
  const ending = new AbortController();
  let duringEndedAtMs = 0;
  const act = async (): Promise<void> => {
    await begun.promise;
    await loading.during?.();
    duringEndedAtMs = Date.now();
    if (loading.endsAfter === undefined) return;
    await untilEveryLaneStores(started);
    await enough.promise;
  };
  const during = act().finally(() => loading.endsAfter !== undefined && ending.abort());
  during.catch(() => undefined);
  try {
    const result = await measureRelease(started, {
      scenario: loading.scenario ?? 'steady',
      baseUrl: loading.baseUrl,
      variables: loading.variables,
      directory: await mkdtemp(join(directory, 'load-')),
      onProgress: ({ accepted }) => {
        if (accepted > 0) begun.resolve();
        if (accepted >= (loading.endsAfter ?? 0)) enough.resolve();
      },
      onLoadStarted: (run) => {
        // Nothing can be done under a load that is over.
        const release = () => {
          begun.resolve();
          enough.resolve();
        };
        run.done.then(release, release);
      },
      signal: ending.signal,
      stalledAfterMs: 90_000,
    });
    await during;
    if (loading.during !== undefined) assertUnderLoad(duringEndedAtMs, result);
    return result;
  } catch (error) {
    process.stderr.write(`${await describePods(started)}\n`);
    throw error;
  }
}

/** A load that ended too early shows nothing about what came after it. */
function assertUnderLoad(duringEndedAtMs: number, { load: { endedAt } }: LoadResult): void {
  const lateByMs = duringEndedAtMs - Date.parse(endedAt);
  assert.ok(
    lateByMs < 0,
    `what was to be done under the load ended ${Math.ceil(lateByMs / 1_000)} s after it: give the load a longer DURATION, or endsAfter`,
  );
}

async function untilEveryLaneStores({ release }: StartedRelease): Promise<void> {
  const client = consoleOf(release);
  const before = await eventually(
    async () => totalsOf(await client.lanes()),
    (totals) => Object.keys(totals).length > 0,
    { pastErrors: true },
  );
  await eventually(
    async () => totalsOf(await client.lanes()),
    (totals) => Object.entries(totals).every(([lane, { total }]) => total > (before[lane]?.total ?? 0)),
    { pastErrors: true },
  );
}

/** What a person wants to know of pods when a test failed. */
async function describePods({ release }: StartedRelease): Promise<string> {
  const pods = await release.pods().catch(() => []);
  return pods
    .map((pod) => {
      const restarts =
        pod.status?.containerStatuses?.reduce((sum, { restartCount }) => sum + restartCount, 0) ?? 0;
      return `${pod.metadata?.name}: ${pod.status?.phase}, ${isReady(pod) ? 'ready' : 'not ready'}, ${restarts} restarts`;
    })
    .join('\n');
}
