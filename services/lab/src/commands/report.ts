import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readOptions } from '../cli/arguments.ts';
import { createPainter } from '../cli/painter.ts';
import { RESULTS_DIRECTORY, ROOT } from '../cli/paths.ts';
import { readNoun } from '../cli/read-noun.ts';
import { ExpectedError, runCommandLine } from '../cli/run-command-line.ts';
import type { RunDocument } from '../report/run-document.ts';
import { WORKLOADS } from '../workloads/index.ts';

const USAGE = `usage: npm run report -- [SYSTEM] [ID] [--list]

Prints a measured run from results/, by default the latest, and regenerates its report.md and chart.svg.
`;

await runCommandLine(USAGE, (all) => {
  const noun = readNoun(all, WORKLOADS, (text) => /^\d/.test(text));
  const { values, positionals } = readOptions(noun.args, { list: { type: 'boolean', default: false } }, 1);
  // Without a noun: the runs of every system.
  const ids = runIds().filter((id) => noun.args === all || systemOf(read(id)) === noun.system);
  if (values.list) {
    process.stdout.write(ids.map((id) => `${id}\n`).join(''));
    return Promise.resolve(0);
  }
  const id = positionals[0] ?? ids.at(-1);
  if (id === undefined) throw new ExpectedError('no results yet: run npm start or npm run load');
  if (!ids.includes(id))
    throw new ExpectedError(`unknown run '${id}': list runs with npm run report -- --list`);
  const directory = join(RESULTS_DIRECTORY, id);
  const run = read(id);
  const { report } = systemOf(run);
  for (const [name, text] of Object.entries(report.files(run))) writeFileSync(join(directory, name), text);
  process.stdout.write(
    `${run.id}\n\n${report.summary(run, createPainter(process.stdout))}\n${relative(ROOT, join(directory, 'report.md'))}\n`,
  );
  return Promise.resolve(0);
});

function read(id: string): RunDocument {
  return JSON.parse(readFileSync(join(RESULTS_DIRECTORY, id, 'run.json'), 'utf8')) as RunDocument;
}

/** @throws ExpectedError for a run of a system that this version does not have */
function systemOf({ id, system }: RunDocument) {
  const workload = WORKLOADS.find(({ name }) => name === (system ?? WORKLOADS[0].name));
  if (workload === undefined)
    throw new ExpectedError(`${id} is a run of '${system}', which is no system here`);
  return workload;
}

/** Completed runs in order of time. */
function runIds(): string[] {
  try {
    return readdirSync(RESULTS_DIRECTORY)
      .filter((id) => readdirSync(join(RESULTS_DIRECTORY, id)).includes('run.json'))
      .sort();
  } catch {
    return [];
  }
}
