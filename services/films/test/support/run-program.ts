import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const SOURCES = join(import.meta.dirname, '..', '..', 'src');

/** Starts a program of the films that ends by what it does. */
export function runProgram(
  program: 'import' | 'schema',
  args: readonly string[],
  environment: Record<string, string>,
) {
  const child = spawn(process.execPath, [join(SOURCES, program, 'main.ts'), ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]).then(([output, errors, [code]]) => ({ code, output, errors }));
  return { child, ended };
}
