import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import type { AccountRequest } from './console-client.ts';

/** What `verify` needs to know about a load: what was sent, and the stores' counts before it. */
export interface LastLoad extends AccountRequest {
  readonly id: string;
  /** ISO 8601; absent in files from older versions. */
  readonly startedAt?: string | undefined;
}

const fileIn = (stateDirectory: string): string => join(stateDirectory, 'last-load.json');

/** Saves a load as the last one. */
export function saveLastLoad(stateDirectory: string, load: LastLoad): void {
  const path = fileIn(stateDirectory);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(load, null, 2)}\n`);
}

/** Reads the last load. @throws ExpectedError when there is none. */
export function readLastLoad(stateDirectory: string): LastLoad {
  try {
    return JSON.parse(readFileSync(fileIn(stateDirectory), 'utf8')) as LastLoad;
  } catch (error) {
    throw new ExpectedError('no load yet: run npm start or npm run load', { cause: error });
  }
}
