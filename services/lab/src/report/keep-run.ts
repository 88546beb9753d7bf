import { join, relative } from 'node:path';
import { createPainter } from '../cli/painter.ts';
import { RESULTS_DIRECTORY, ROOT, STATE_DIRECTORY } from '../cli/paths.ts';
import { saveLastLoad } from '../load/last-load.ts';
import { runSummary } from './summary.ts';
import { writeResults } from './write-results.ts';

/** Saves a measured run in results/<id> and as the last load, and prints its summary. */
export function keepRun(run: Parameters<typeof writeResults>[1]): void {
  const directory = join(RESULTS_DIRECTORY, run.id);
  saveLastLoad(STATE_DIRECTORY, { id: run.id, startedAt: run.result.load.startedAt, ...run.result.request });
  writeResults(directory, run);
  process.stdout.write(
    `\n${runSummary(run.result, createPainter(process.stdout))}\nwritten to ${relative(ROOT, directory)}\n`,
  );
}
