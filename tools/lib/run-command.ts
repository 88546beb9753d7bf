import { spawn } from 'node:child_process';
import { PrerequisiteError } from './prerequisite-error.ts';

/** Options of a command. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the environment of this process; `undefined` removes a variable. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Ends the command with SIGTERM. */
  readonly signal?: AbortSignal | undefined;
}

/** Output of a successful command. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

const shownLines = 25;

/**
 * Runs a command and captures its output.
 *
 * @throws PrerequisiteError if the program is not installed.
 * @throws Error with the end of its output if it fails; the reason of `signal` if that was aborted.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutput> {
  const { cwd, environment, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
      ...(cwd === undefined ? {} : { cwd }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const abort = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', abort, { once: true });
    child.once('error', (error: NodeJS.ErrnoException) => {
      signal?.removeEventListener('abort', abort);
      const missing = error.code === 'ENOENT';
      reject(missing ? new PrerequisiteError(`${command} is not installed`, { cause: error }) : error);
    });
    child.once('close', (code, endedBy) => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) {
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      } else if (code === 0) {
        resolve({ stdout, stderr });
      } else {
        const tail = `${stdout}${stderr}`.trimEnd().split('\n').slice(-shownLines).join('\n');
        reject(new Error(`${command} exited with ${endedBy ?? `status ${code}`}:\n${tail}`));
      }
    });
  });
}

/** Whether a program is on PATH. */
export async function isInstalled(program: string): Promise<boolean> {
  try {
    await runCommand('sh', ['-c', 'command -v "$1" >/dev/null', 'sh', program]);
    return true;
  } catch {
    return false;
  }
}
