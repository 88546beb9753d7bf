import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** How a command ended. */
export interface CommandRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of src/commands to its end, with what it keeps in a directory of its own. */
export function runCommand(
  name: string,
  args: readonly string[],
  directory: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandRun> {
  const program = join(import.meta.dirname, '..', '..', 'src', 'commands', `${name}.ts`);
  const options = {
    env: {
      ...process.env,
      ...environment,
      CAUDAL_STATE_DIRECTORY: join(directory, 'state'),
      CAUDAL_RESULTS_DIRECTORY: join(directory, 'results'),
    },
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
