import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandOutput, runCommand } from '../lib/run-command.ts';
import { waitUntil } from '../lib/wait-until.ts';
import { descriptionOf, type ServerName, serverNames } from './descriptions/index.ts';
import { type Runtime, type RuntimeOptions, signalTimeoutMs } from './runtime.ts';
import { ownState, stateOf } from './state.ts';

const composeFile = join(import.meta.dirname, '..', '..', 'compose.yaml');

/** Whether a container engine with Compose answers; an installed client alone is not enough. */
export async function isComposeAvailable(): Promise<boolean> {
  try {
    await runCommand('docker', ['info']);
    await runCommand('docker', ['compose', 'version']);
    return true;
  } catch {
    return false;
  }
}

/** Runs the servers as containers of `compose.yaml`, with a Compose project per data directory. */
export function createComposeRuntime(options: RuntimeOptions): Runtime {
  const { dataDirectory, signal } = options;
  const project = `caudal-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 8)}`;

  function compose(...args: string[]): Promise<CommandOutput> {
    // Not aborted by `signal`: started servers must still be stopped afterwards.
    return runCommand('docker', ['compose', '-p', project, '-f', composeFile, ...args], {
      environment: composeEnvironment(options),
    });
  }

  /** A field of a container's state; empty without a container. */
  function inspect(name: ServerName, field: 'Pid' | 'Paused'): string {
    const args = ['inspect', '-f', `{{.State.${field}}}`, `${project}-${name}-1`];
    const { status, stdout } = spawnSync('docker', args, { encoding: 'utf8' });
    return status === 0 ? stdout.trim() : '';
  }

  function pid(name: ServerName): number | undefined {
    const number = Number(inspect(name, 'Pid'));
    return number > 0 ? number : undefined;
  }

  return {
    kind: 'compose',
    pid,
    isStopped: (name) => inspect(name, 'Paused') === 'true',
    async prepare(name) {
      await mkdir(join(dataDirectory, 'targets'), { recursive: true });
      signal?.throwIfAborted();
      await compose('pull', '--quiet', '--policy', 'missing', name);
      signal?.throwIfAborted();
    },
    async launch(name) {
      await compose('up', '--detach', '--no-deps', name);
    },
    async signal(name, signalName) {
      // A signal would reach only the first process of the container.
      if (signalName === 'SIGSTOP') await compose('pause', name);
      else if (signalName === 'SIGCONT') await compose('unpause', name);
      else await compose('kill', '--signal', signalName, name);
      if (signalName === 'SIGSTOP' || signalName === 'SIGCONT') return;
      if (!(await waitUntil(() => pid(name) === undefined, { timeoutMs: signalTimeoutMs }))) {
        throw new Error(`${name} is still running ${signalTimeoutMs} ms after ${signalName}`);
      }
    },
    async execute(name, command) {
      return (await compose('exec', '-T', name, ...command)).stdout;
    },
    async logTail(name) {
      return (await compose('logs', '--no-color', '--tail', '20', name)).stdout;
    },
    async wipe() {
      await compose('down', '--volumes');
    },
    async remove() {
      await compose('down');
    },
  };
}

/** Variables for compose.yaml, from the state of the data directory. */
export function composeEnvironment({
  dataDirectory,
  scrapeIntervalSeconds,
}: RuntimeOptions): Record<string, string> {
  const state = stateOf(dataDirectory);
  const ofServers = serverNames.map((name) => descriptionOf(name).composeVariables(ownState(state, name)));
  return {
    ...(Object.assign({}, ...ofServers) as Record<string, string>),
    CAUDAL_TARGETS_DIRECTORY: join(dataDirectory, 'targets'),
    CAUDAL_SCRAPE_INTERVAL: `${scrapeIntervalSeconds}s`,
  };
}
