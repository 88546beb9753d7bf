import { startEverything } from '../start/start-everything.ts';
import { listOf, WORKLOADS } from '../workloads/index.ts';
import { runVerb } from '../workloads/run-verb.ts';

if (process.argv.slice(2).includes('--list')) {
  process.stdout.write(listOf(WORKLOADS));
} else {
  await runVerb(({ start }) => start, startEverything);
}
