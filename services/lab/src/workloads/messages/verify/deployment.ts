import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findServers } from '../../../../../../tools/servers/servers.ts';
import { UsageError } from '../../../cli/arguments.ts';
import { SERVERS_DIRECTORY, STATE_DIRECTORY } from '../../../cli/paths.ts';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import { connectToCluster } from '../../../cluster/connection.ts';
import { Release } from '../../../cluster/release.ts';
import { readRunRecord } from '../../../stack/run-file.ts';
import { readLanes } from '../lanes.ts';
import { type ConsoleClient, consoleOf, createConsoleClient } from '../load/console-client.ts';
import { findTarget } from '../target.ts';
import type { LaneStore } from './lane-store.ts';
import { laneStoreOf } from './lane-store.ts';
import { withReleaseStores } from './release-stores.ts';

/** A deployment whose load is verified. */
export interface Deployment {
  readonly console: ConsoleClient;
  /** Calls `work` with the stores that can be found, without those of the lanes named in `except`. */
  withStores<Result>(
    except: readonly string[],
    work: (stores: readonly LaneStore[]) => Promise<Result>,
  ): Promise<Result>;
}

/** Options of `npm run verify` that choose the deployment; without any of them, the one started by `npm start`. */
export interface DeploymentOptions {
  readonly 'console-url'?: string | undefined;
  readonly namespace?: string | undefined;
  readonly release?: string | undefined;
  readonly context?: string | undefined;
  /** Path of the kubeconfig, kubectl's default when empty. */
  readonly kubeconfig?: string | undefined;
}

/**
 * Finds the deployment that the options choose.
 * @throws UsageError for contradicting options
 * @throws ExpectedError when there is no such deployment, or no kubeconfig
 */
export function findDeployment(options: DeploymentOptions): Deployment {
  const { 'console-url': consoleUrl, namespace, release, context } = options;
  if (namespace !== undefined) {
    if (consoleUrl !== undefined) throw new UsageError('give either --console-url or --namespace, not both');
    return inCluster({
      name: release ?? 'caudal',
      namespace,
      context,
      kubeconfig: options.kubeconfig || join(homedir(), '.kube', 'config'),
    });
  }
  if (release !== undefined || context !== undefined)
    throw new UsageError('--release and --context need --namespace');
  return {
    console: createConsoleClient(consoleUrl ?? findTarget({}).consoleUrl),
    // Local stores do not belong to a remote console.
    withStores: async (_, work) => work(consoleUrl === undefined ? await localStores() : []),
  };
}

function inCluster(options: {
  readonly name: string;
  readonly namespace: string;
  readonly context: string | undefined;
  readonly kubeconfig: string;
}): Deployment {
  const { name, namespace, context, kubeconfig } = options;
  if (!existsSync(kubeconfig))
    throw new ExpectedError(`--namespace needs a kubeconfig, and there is no ${kubeconfig}: set KUBECONFIG`);
  const cluster = connectToCluster(kubeconfig, context);
  const release = new Release(cluster, { name, namespace });
  return {
    console: consoleOf(release),
    withStores: (except, work) =>
      withReleaseStores({ address: { kubeconfig, context }, cluster, release, except }, work),
  };
}

/** Stores of the local deployment; empty when none is running. */
async function localStores(): Promise<LaneStore[]> {
  const servers = await findServers({ dataDirectory: SERVERS_DIRECTORY });
  if (servers === undefined) return [];
  const { addresses } = servers;
  return readLanes(readRunRecord(STATE_DIRECTORY)?.setup.lanes).map((lane) => laneStoreOf(lane, addresses));
}
