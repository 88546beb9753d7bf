import { join } from 'node:path';
import { formatCount } from '../../report/text-table.ts';
import { PIPELINE } from '../messages/lane-system.ts';
import { laneWorkload } from '../messages/lane-workload.ts';
import { runReport } from '../messages/report/run-report.ts';
import { runSummary } from '../messages/report/summary.ts';
import { CONSOLE } from '../messages/services.ts';
import type { Workload } from '../workload.ts';
import { BENCH } from './commands/bench.ts';
import { chaosWithViewers } from './commands/chaos.ts';
import { judgeLive } from './judge-live.ts';
import { CLEAN_LIVE, LIVE_FAULTS } from './plants.ts';
import { liveLines } from './summary.ts';
import { type LiveResult, withViewers } from './with-viewers.ts';

const LIVE = { ...PIPELINE, noun: 'live ' };
const messages = laneWorkload(LIVE);

/** The pipeline with viewers of its live tail, who get every message and of whom nothing is stored. */
export const LIVE_SYSTEM: Workload<LiveResult> = {
  ...messages,
  name: 'live',
  promise: 'every viewer gets every message once, in the order of its partition; nothing is stored for it',
  chaos: chaosWithViewers(messages.chaos),
  bench: BENCH,
  report: {
    summary: (result, paint) => `${runSummary(result, paint)}${liveLines(result, formatCount).join('\n')}\n`,
    files(run) {
      const { markdown, chart } = runReport(run);
      const lines = liveLines(run, formatCount).map((line) => `- ${line}`);
      return { 'report.md': `${markdown}\n## Live tail\n\n${lines.join('\n')}\n`, 'chart.svg': chart };
    },
  },
  measure: (options) =>
    withViewers(
      {
        consoleUrl: options.site.url(CONSOLE),
        fetch: options.site.fetch,
        brokers: options.site.addresses?.kafka.brokers,
      },
      () => messages.measure(options),
    ),
  judge: judgeLive,
  plants: {
    servers: ['kafka', 'redis'],
    clean: CLEAN_LIVE,
    faults: LIVE_FAULTS,
    where: 'between the console and its viewer, and in the store',
    async check(options) {
      const { checkLivePlants } = await import('./check-plants.ts');
      return checkLivePlants(options);
    },
  },
  mutants: [
    {
      bug: 'a live tail that forgets messages',
      service: CONSOLE,
      program: join(import.meta.dirname, 'mutants', 'forgetful-console.ts'),
      under: 'load',
      finding: 'lost',
      subject: 'viewer 1',
    },
  ],
};
