import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureClientTools } from '../../../tools/cluster/client-tools.ts';
import { chart } from '../../scripts/paths.ts';

const execute = promisify(execFile);

/** Helm, downloaded where it is missing; a machine that cannot have it fails every test with that message. */
const tools = ensureClientTools((line) => process.stderr.write(`${line}\n`));
tools.catch(() => undefined);

/** What Helm said, whether it succeeded or not. */
export interface HelmResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Helm apart from whatever configuration this machine has. */
export async function helm(...args: readonly string[]): Promise<HelmResult> {
  const { helm: program } = await tools;
  const home = join(tmpdir(), `caudal-helm-${process.pid}`);
  const environment = {
    ...process.env,
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
    KUBECONFIG: join(home, 'none'),
    // It ends within a second, and would spend a third of that on memory which ends with it.
    GOGC: 'off',
  };
  try {
    const { stdout, stderr } = await execute(program, args, { env: environment, maxBuffer: 2 ** 26 });
    return { ok: true, stdout, stderr };
  } catch (error) {
    if (!(error instanceof Error) || !('stderr' in error)) throw error;
    const { stdout = '', stderr } = error as { stdout?: string; stderr: string };
    return { ok: false, stdout, stderr };
  }
}

/** Path of a values file of the chart. */
export function preset(name: string): string {
  return join(chart, `values-${name}.yaml`);
}
