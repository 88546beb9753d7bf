import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import rootPackage from '../../../../package.json' with { type: 'json' };
import type { MeasuredRun, Reporter, RunDetails, RunDocument } from './run-document.ts';

/** A measured run and how it came about. */
export interface MeasuredRunOf<Result extends MeasuredRun> extends Omit<RunDetails, 'machine' | 'system'> {
  readonly result: Result;
  /** Versions of the servers and of k6. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Writes run.json and the system's report into `directory`. */
export function writeResults<Result extends MeasuredRun>(
  { name, report }: Pick<Reporter<Result>, 'name' | 'report'>,
  directory: string,
  run: MeasuredRunOf<Result>,
): void {
  const document: RunDocument<Result> = {
    id: run.id,
    system: name,
    command: run.command,
    versions: { caudal: rootPackage.version, node: process.versions.node, ...run.versions },
    machine: describeMachine(),
    settings: run.settings,
    ...run.result,
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'run.json'), `${JSON.stringify(document, null, 2)}\n`);
  for (const [file, text] of Object.entries(report.files(document)))
    writeFileSync(join(directory, file), text);
}

/** `2 × Some CPU, 24 GiB, x64` */
export function describeMachine(): string {
  return `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${arch()}`;
}

/** Creates a run ID that sorts by time: `20261121-081500-seed`. */
export function newRunId(scenario: string, now = new Date()): string {
  const [date = '', time = ''] = now.toISOString().replaceAll(/[-:]/g, '').split(/[T.]/);
  return `${date}-${time}-${scenario}`;
}
