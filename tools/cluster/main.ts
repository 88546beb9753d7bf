import { join } from 'node:path';
import { failUsage, printsHelp } from '../lib/command-line.ts';
import { PrerequisiteError } from '../lib/prerequisite-error.ts';
import { type ClusterArguments, parseClusterArguments, usage } from './args.ts';
import { chooseProvider } from './choose-provider.ts';
import type { ClusterProvider } from './provider.ts';

/** Kubernetes cluster for this repository: `up`, `down`, `status`, `load-images`, `kubeconfig`. */

const repository = join(import.meta.dirname, '..', '..');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function act(provider: ClusterProvider, wanted: ClusterArguments): Promise<void> {
  switch (wanted.action) {
    case 'up': {
      const cluster = await provider.up(wanted.nodes);
      say(`\nexport KUBECONFIG=${cluster.kubeconfig}`);
      if (cluster.ingressUrl !== undefined) say(`ingress: ${cluster.ingressUrl}`);
      return;
    }
    case 'down':
      return provider.down();
    case 'status':
      process.stdout.write(`${(await provider.status()).join('\n')}\n`);
      return;
    case 'load-images': {
      const image = await provider.loadImages();
      say(image === undefined ? 'no image was loaded' : `${image} is loaded on all nodes`);
      return;
    }
    case 'kubeconfig':
      process.stdout.write(`${await provider.kubeconfig()}\n`);
      return;
  }
}

async function main(): Promise<void> {
  if (printsHelp(usage)) return;
  let wanted: ClusterArguments;
  try {
    wanted = parseClusterArguments(process.argv.slice(2));
  } catch (error) {
    failUsage(error instanceof Error ? error.message : String(error), usage);
    return;
  }
  const startedAt = performance.now();
  const onProgress = (line: string): void =>
    say(`[${((performance.now() - startedAt) / 1_000).toFixed(1)} s] ${line}`);
  try {
    await act(await chooseProvider(wanted, repository, onProgress), wanted);
  } catch (error) {
    say(describe(error));
    process.exitCode = 1;
  }
}

/** Formats an error for the terminal: its message and those of its causes; for a missing prerequisite the message only. */
function describe(error: unknown): string {
  if (error instanceof PrerequisiteError || !(error instanceof Error)) return `error: ${String(error)}`;
  const cause = error.cause instanceof Error ? `\ncaused by: ${error.cause.message}` : '';
  return `error: ${error.message}${cause}`;
}

await main();
