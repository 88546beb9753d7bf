import { globSync } from 'node:fs';
import { join } from 'node:path';
import { ensureK6 } from '../k6/ensure-k6.ts';
import { printsHelp } from '../lib/command-line.ts';
import { startServers } from '../servers/servers.ts';
import { runSteps, type Step } from './run-steps.ts';
import { runTests, runTestsOneByOne, runTool, type StepResult } from './steps.ts';

/** `npm test`: everything, the fast first; ends with one line `N passed, N failed`. */

const root = join(import.meta.dirname, '..', '..');
const bin = join(root, 'node_modules', '.bin');
process.chdir(root);

const USAGE = `usage: npm test -- [STEP …]

Runs every check, or the named steps alone; a name that does not exist lists them.
`;
if (printsHelp(USAGE)) process.exit(0);

const find = (...patterns: readonly string[]): string[] =>
  globSync(patterns, { exclude: (path) => path.includes('node_modules') }).sort();

/** Of one test with real servers, and of all tests of one file. */
const TEST_TIMEOUT_MS = 300_000;
const FILE_LIMIT_MS = 600_000;

// Built while the quick checks run: on a new machine k6 takes minutes to compile.
const k6 = ensureK6({ onProgress: (line) => process.stderr.write(`${line}\n`) });
k6.catch(() => undefined);

const steps: readonly Step[] = [
  {
    name: 'format and lint',
    run: () =>
      runTool(join(bin, 'biome'), [
        'ci',
        '--error-on-warnings',
        ...(process.stdout.isTTY ? [] : ['--colors=off']),
        '.',
      ]),
  },
  { name: 'types', run: () => runTool(join(bin, 'tsc'), ['--noEmit']) },
  { name: 'types of the k6 scripts', run: () => runTool(join(bin, 'tsc'), ['--noEmit', '-p', 'load-tests']) },
  {
    name: 'types of their tests',
    run: () => runTool(join(bin, 'tsc'), ['--noEmit', '-p', 'load-tests/test']),
  },
  { name: 'lost promises', run: () => runTool(join(bin, 'eslint'), ['--max-warnings=0', '.']) },
  { name: 'dead code', run: () => runTool(join(bin, 'knip'), []) },
  {
    name: 'unit',
    run: () =>
      runTests(
        find(
          'services/*/test/**/*.test.ts',
          'tools/test/**/*.test.ts',
          'grafana-dashboards/test/**/*.test.ts',
        ),
      ),
  },
  {
    name: 'chart',
    run: () => runTests(find('charts/test/**/*.{test,integration}.ts'), { timeoutMs: 600_000 }),
  },
  {
    name: 'k6 scripts',
    run: async () => runTests(find('load-tests/test/**/*.test.ts'), { environment: { K6_BIN: await k6 } }),
  },
  { name: 'servers', run: () => integration('tools/test/**/*.integration.ts') },
  {
    name: 'integration',
    run: () =>
      withServers('services/*/test/**/*.integration.ts', 'grafana-dashboards/test/**/*.integration.ts'),
  },
];

/** Tests that start the servers they need. */
async function integration(pattern: string): Promise<StepResult> {
  return runTestsOneByOne(find(pattern), {
    timeoutMs: TEST_TIMEOUT_MS,
    limitMs: FILE_LIMIT_MS,
    environment: { K6_BIN: await k6 },
  });
}

/** Tests against one shared set of real servers. */
async function withServers(...patterns: readonly string[]): Promise<StepResult> {
  const servers = await startServers({
    dataDirectory: join(root, '.caudal', 'test-servers'),
    fresh: true,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    return await runTestsOneByOne(find(...patterns), {
      timeoutMs: TEST_TIMEOUT_MS,
      limitMs: FILE_LIMIT_MS,
      environment: { CAUDAL_TEST_SERVERS: JSON.stringify(servers.addresses), K6_BIN: await k6 },
    });
  } finally {
    await servers.down();
  }
}

await runSteps(steps, process.argv.slice(2));
