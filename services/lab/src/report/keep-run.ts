import { join, relative } from 'node:path';
import { createPainter } from '../cli/painter.ts';
import { RESULTS_DIRECTORY, ROOT } from '../cli/paths.ts';
import type { MeasuredRun, Reporter } from './run-document.ts';
import { type MeasuredRunOf, writeResults } from './write-results.ts';

/** Saves a measured run in results/<id> and as the system's last load, and prints its summary. */
export function keepRun<Result extends MeasuredRun>(
  reporter: Reporter<Result>,
  run: MeasuredRunOf<Result>,
): void {
  const directory = join(RESULTS_DIRECTORY, run.id);
  reporter.remember(run.id, run.result);
  writeResults(reporter, directory, run);
  process.stdout.write(
    `\n${reporter.report.summary(run.result, createPainter(process.stdout))}\nwritten to ${relative(ROOT, directory)}\n`,
  );
}
