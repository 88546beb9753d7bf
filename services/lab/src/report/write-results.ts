import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import rootPackage from '../../../../package.json' with { type: 'json' };
import type { LoadResult } from '../load/measure-load.ts';
import type { RunDocument } from './run-document.ts';
import { runReport } from './run-report.ts';

/** Writes run.json, report.md and chart.svg into `directory`. */
export function writeResults(
  directory: string,
  run: Pick<RunDocument, 'id' | 'command' | 'settings'> & {
    readonly result: LoadResult;
    /** Versions of the servers and of k6. */
    readonly versions: Readonly<Record<string, string>>;
  },
): RunDocument {
  const document: RunDocument = {
    id: run.id,
    command: run.command,
    versions: { caudal: rootPackage.version, node: process.versions.node, ...run.versions },
    machine: describeMachine(),
    settings: run.settings,
    ...run.result,
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'run.json'), `${JSON.stringify(document, null, 2)}\n`);
  const { markdown, chart } = runReport(document);
  writeFileSync(join(directory, 'report.md'), markdown);
  writeFileSync(join(directory, 'chart.svg'), chart);
  return document;
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
