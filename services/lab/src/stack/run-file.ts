import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, type ProcessIdentity } from '../../../../tools/lib/process-identity.ts';

/** A running service process. */
export interface RunningService {
  readonly name: string;
  readonly process: ProcessIdentity | null;
  readonly operationsUrl: string;
}

/** Record of the running services, for commands in other terminals. Readable only by the owner: it holds the control token. */
export interface RunRecord {
  readonly startedAt: string;
  /** The supervisor process. */
  readonly supervisor: ProcessIdentity;
  /** Name of the system that runs. */
  readonly system: string;
  /** What it was started with, as far as its other commands need it. */
  readonly setup: Readonly<Record<string, string>>;
  /** URLs of the services that have an API, by name. */
  readonly urls: Readonly<Record<string, string>>;
  readonly control: { readonly url: string; readonly token: string };
  readonly services: readonly RunningService[];
}

/** Path of the record. */
export const runRecordFile = (stateDirectory: string): string => join(stateDirectory, 'run.json');

/** Replaces the record atomically. */
export function writeRunRecord(stateDirectory: string, record: RunRecord): void {
  mkdirSync(stateDirectory, { recursive: true });
  const path = runRecordFile(stateDirectory);
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Reads the record of a running supervisor; undefined without one. */
export function readRunRecord(stateDirectory: string): RunRecord | undefined {
  const record = readAnyRecord(stateDirectory);
  return record !== undefined && isRunning(record.supervisor) ? record : undefined;
}

/** Removes the record and ends service processes left by a killed supervisor. */
export function removeRunRecord(stateDirectory: string): void {
  for (const service of readAnyRecord(stateDirectory)?.services ?? []) {
    if (service.process !== null && isRunning(service.process)) process.kill(service.process.pid, 'SIGKILL');
  }
  rmSync(runRecordFile(stateDirectory), { force: true });
}

function readAnyRecord(stateDirectory: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(runRecordFile(stateDirectory), 'utf8')) as RunRecord;
  } catch {
    return undefined;
  }
}
