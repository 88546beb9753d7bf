import { join } from 'node:path';
import { verdictOf } from '@caudal/common/verdict';
import type { MeasuredRun } from '../../src/report/run-document.ts';
import { startEverything } from '../../src/start/start-everything.ts';
import type { StartChoice, Workload } from '../../src/workloads/workload.ts';

/**
 * A scratch system, described for the engines of the commands and for nothing else: one service that counts posts. Starts it as
 * `npm start -- tallies --once` would. An argument makes the service lose some.
 */
interface TallyRun extends MeasuredRun {
  readonly load: MeasuredRun['load'] & { readonly accepted: number };
  readonly total: number;
}

const POSTS = 20;
const isLossy = process.argv[2] === 'lossy';

const CHOICE: StartChoice = {
  once: true,
  fresh: false,
  servers: [],
  services: [
    {
      name: 'tally',
      program: join(import.meta.dirname, 'tally-service.ts'),
      role: 'entry',
      replicas: 1,
      maxReplicas: 1,
      http: {},
      environment: ({ httpPort, operationsPort }) => ({
        HTTP_PORT: String(httpPort),
        OPERATIONS_PORT: String(operationsPort),
        ...(isLossy && { TALLY_LOSES: 'yes' }),
      }),
    },
  ],
  entry: 'tally',
  load: {
    scenario: '../services/lab/test/programs/tally-load',
    variables: { POSTS: String(POSTS) },
    settings: { posts: POSTS },
    announcement: `posting ${POSTS} times …`,
  },
  nextSteps: () => '',
};

function unused(): never {
  throw new Error('not part of npm start');
}
const line = { usage: 'usage: npm start', parse: unused };

const TALLIES: Workload<TallyRun> = {
  name: 'tallies',
  promise: 'every accepted post is counted, once',
  start: { ...line, parse: () => CHOICE },
  load: line,
  scalable: [],
  verify: line,
  chaos: line,
  bench: line,
  cluster: {
    ...line,
    values: {},
    entry: 'tally',
    isMeasured: () => true,
    forwards: [],
    suggestions: () => [],
  },
  async measure({ site, startLoad, signal, onProgress }) {
    const run = await startLoad<TallyRun['load']>(signal);
    const load = await run.done;
    const response = await site.fetch(`${site.url('tally')}/tally`);
    const { total } = (await response.json()) as { readonly total: number };
    onProgress(`${total} counted`);
    return { load, total };
  },
  judge: ({ load: { accepted }, total }) =>
    verdictOf({
      promises: accepted,
      kept: Math.min(total, accepted),
      unknown: 0,
      findings:
        total < accepted
          ? [{ kind: 'lost', subject: 'tally', count: accepted - total, detail: '', examples: [] }]
          : [],
    }),
  report: {
    summary: ({ load, total }) => `${total} of ${load.accepted} counted`,
    files: ({ id, total }) => ({ 'report.md': `# ${id}\n\n${total}\n` }),
  },
  remember: () => undefined,
  mutants: [],
  plants: {
    servers: [],
    clean: { name: 'no fault' },
    faults: [],
    where: 'in the tally',
    check: unused,
  },
};

process.exitCode = await startEverything(TALLIES, CHOICE);
