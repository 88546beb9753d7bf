import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readOptions } from '../cli/arguments.ts';
import { createPainter } from '../cli/painter.ts';
import { RESULTS_DIRECTORY, ROOT } from '../cli/paths.ts';
import { ExpectedError, runCommandLine } from '../cli/run-command-line.ts';
import type { RunDocument } from '../report/run-document.ts';
import { runReport } from '../report/run-report.ts';
import { runSummary } from '../report/summary.ts';

const USAGE = `usage: npm run report -- [ID] [--list]

Prints a measured run from results/, by default the latest, and regenerates its report.md and chart.svg.
`;

await runCommandLine(USAGE, (args) => {
  const { values, positionals } = readOptions(args, { list: { type: 'boolean', default: false } }, 1);
  const ids = runIds();
  if (values.list) {
    process.stdout.write(ids.map((id) => `${id}\n`).join(''));
    return Promise.resolve(0);
  }
  const id = positionals[0] ?? ids.at(-1);
  if (id === undefined) throw new ExpectedError('no results yet: run npm start or npm run load');
  if (!ids.includes(id))
    throw new ExpectedError(`unknown run '${id}': list runs with npm run report -- --list`);
  const directory = join(RESULTS_DIRECTORY, id);
  const run = JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8')) as RunDocument;
  const { markdown, chart } = runReport(run);
  writeFileSync(join(directory, 'report.md'), markdown);
  writeFileSync(join(directory, 'chart.svg'), chart);
  process.stdout.write(
    `${run.id}\n\n${runSummary(run, createPainter(process.stdout))}\n${relative(ROOT, join(directory, 'report.md'))}\n`,
  );
  return Promise.resolve(0);
});

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
