import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureK6 } from '../k6/ensure-k6.ts';
import { printsHelp } from '../lib/command-line.ts';
import { longFirst } from './declarations.ts';
import { runTestsBeside } from './run-beside.ts';
import { runSteps, type Step } from './run-steps.ts';
import { createServerSets } from './server-sets.ts';
import { type Print, runTests, runTestsOneByOne, runTool, type StepResult } from './steps.ts';

/** `npm test`: everything, the fast first; ends with one line `N passed, N failed`. */

const root = join(import.meta.dirname, '..', '..');
const binary = (name: string): string => join(root, 'node_modules', '.bin', name);
process.chdir(root);

const USAGE = `usage: npm test -- [STEP …]

Runs every check, or the named steps alone; a name that does not exist lists them.
`;
if (printsHelp(USAGE)) process.exit(0);

const find = (...patterns: readonly string[]): string[] =>
  globSync(patterns, { exclude: (path) => path.includes('node_modules') }).sort();

/** Of one test: some start processes, which takes long while everything else does. */
const UNIT_TIMEOUT_MS = 120_000;
/** Of one test with real servers, and of all tests of one file. */
const TEST_TIMEOUT_MS = 300_000;
const FILE_LIMIT_MS = 600_000;

// Built while the quick checks run: on a new machine k6 takes minutes to compile.
const k6 = ensureK6({ onProgress: (line) => process.stderr.write(`${line}\n`) });
k6.catch(() => undefined);

/** Files with real servers at a time, each on servers of its own: they wait for most of their time. With a fourth, two cores have no time left. */
const PLACES = 3;

/** A tool that passes or fails as a whole; it may run beside another one. */
const tool = ({ name, command, args }: { name: string; command: string; args: readonly string[] }): Step => ({
  name,
  group: 'tools',
  run: (print) => runTool(command, args, { print }),
});
const lint = ['ci', '--error-on-warnings', ...(process.stdout.isTTY ? [] : ['--colors=off']), '.'];

const steps: readonly Step[] = [
  tool({ name: 'format and lint', command: binary('biome'), args: lint }),
  tool({ name: 'lost promises', command: binary('eslint'), args: ['--max-warnings=0', '.'] }),
  tool({ name: 'types', command: binary('tsc'), args: ['--noEmit'] }),
  tool({
    name: 'types of the page',
    command: binary('tsc'),
    args: ['--noEmit', '-p', 'services/console/web'],
  }),
  tool({
    name: "types of the shop's page",
    command: binary('tsc'),
    args: ['--noEmit', '-p', 'services/orders/web'],
  }),
  tool({
    name: "types of the films' page",
    command: binary('tsc'),
    args: ['--noEmit', '-p', 'services/films/web'],
  }),
  tool({ name: 'types of the k6 scripts', command: binary('tsc'), args: ['--noEmit', '-p', 'load-tests'] }),
  tool({ name: 'types of their tests', command: binary('tsc'), args: ['--noEmit', '-p', 'load-tests/test'] }),
  tool({ name: 'prose', command: process.execPath, args: [join(import.meta.dirname, 'prose', 'main.ts')] }),
  tool({ name: 'names', command: process.execPath, args: [join(import.meta.dirname, 'names', 'main.ts')] }),
  tool({ name: 'dead code', command: binary('knip'), args: [] }),
  // Files with real servers wait for most of their time, the others compute: one begins, the others follow each other beside it.
  {
    name: 'integration',
    group: 'tests',
    run: (print) =>
      withServers(
        find('services/*/test/**/*.{integration,browser}.ts', 'grafana-dashboards/test/**/*.integration.ts'),
        print,
      ),
  },
  {
    name: 'unit',
    group: 'tests',
    run: (print) =>
      runTests(
        find(
          'services/*/test/**/*.test.ts',
          'tools/test/**/*.test.ts',
          'grafana-dashboards/test/**/*.test.ts',
        ),
        { timeoutMs: UNIT_TIMEOUT_MS, print },
      ),
  },
  {
    name: 'chart',
    group: 'tests',
    run: (print) => runTests(find('charts/test/**/*.{test,integration}.ts'), { timeoutMs: 600_000, print }),
  },
  {
    name: 'k6 scripts',
    group: 'tests',
    run: async (print) =>
      runTests(find('load-tests/test/**/*.test.ts'), { environment: { K6_BIN: await k6 }, print }),
  },
  {
    name: 'servers',
    group: 'tests',
    // They start the servers that they need.
    run: async (print) =>
      runTestsOneByOne(find('tools/test/**/*.integration.ts'), {
        timeoutMs: TEST_TIMEOUT_MS,
        limitMs: FILE_LIMIT_MS,
        environment: { K6_BIN: await k6 },
        print,
      }),
  },
];

/** Tests against real servers, which they may break: no two files share them at the same time. */
async function withServers(files: readonly string[], print: Print | undefined): Promise<StepResult> {
  const sets = createServerSets(join(root, '.caudal', 'test-servers'), (line) =>
    process.stderr.write(`${line}\n`),
  );
  try {
    const sources = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
    const groups = longFirst(sources).map((file) => [file]);
    return await runTestsBeside(groups, {
      places: PLACES,
      timeoutMs: TEST_TIMEOUT_MS,
      limitMs: FILE_LIMIT_MS,
      environment: { K6_BIN: await k6 },
      prepare: async (place, file) => ({ CAUDAL_TEST_SERVERS: await sets.prepare(place, file) }),
      print,
    });
  } finally {
    await sets.down();
  }
}

await runSteps(steps, process.argv.slice(2));
