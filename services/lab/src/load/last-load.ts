import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ExpectedError } from '../cli/run-command-line.ts';
import type { AccountRequest } from './console-client.ts';

/** What `verify` needs of a load: what it sent, and what the stores held before it. */
export interface LastLoad extends AccountRequest {
  readonly id: string;
  /** ISO 8601; absent in what older versions kept. */
  readonly startedAt?: string | undefined;
}

const fileIn = (stateDirectory: string): string => join(stateDirectory, 'last-load.json');

/** Remembers a load as the last one. */
export function saveLastLoad(stateDirectory: string, load: LastLoad): void {
  const path = fileIn(stateDirectory);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(load, null, 2)}\n`);
}

/** The last load. @throws ExpectedError when there was none. */
export function readLastLoad(stateDirectory: string): LastLoad {
  try {
    return JSON.parse(readFileSync(fileIn(stateDirectory), 'utf8')) as LastLoad;
  } catch (error) {
    throw new ExpectedError('there was no load yet: npm start, or npm run load', { cause: error });
  }
}
