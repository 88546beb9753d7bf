import { ensureClientTools } from '../cluster/client-tools.ts';
import { kubectl } from '../cluster/kubectl.ts';
import type { RunningCluster } from '../cluster/provider.ts';
import { waitUntil } from '../lib/wait-until.ts';
import type { StepResult } from './steps.ts';

/** Brokers that lose their quorum while they stop use all of their grace period, 120 s in `ha`. */
const REMOVAL_TIMEOUT_MS = 360_000;

/** Names of a cluster's namespaces. */
export async function namespacesOf({ kubeconfig, context }: RunningCluster): Promise<readonly string[]> {
  const { kubectl: program } = await ensureClientTools(() => undefined);
  const names = await kubectl(
    { program, kubeconfig, ...(context !== undefined && { context }) },
    ...['get', 'namespaces', '-o', 'jsonpath={.items[*].metadata.name}'],
  );
  return names.split(/\s+/).filter((name) => name !== '');
}

/** Waits until there is no other namespace than before the tests; one that stays counts as a failed test. */
export async function checkNamespaces(
  running: RunningCluster,
  before: readonly string[],
): Promise<StepResult> {
  let left: readonly string[] = [];
  const isClean = async (): Promise<boolean> => {
    left = (await namespacesOf(running)).filter((name) => !before.includes(name));
    return left.length === 0;
  };
  if (await waitUntil(isClean, { timeoutMs: REMOVAL_TIMEOUT_MS, everyMs: 500 }))
    return { passed: 1, failed: 0 };
  return { passed: 0, failed: 1, failures: [`namespaces are left: ${left.join(', ')}`] };
}
