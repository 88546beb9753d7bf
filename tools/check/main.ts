import { globSync } from 'node:fs';
import { join } from 'node:path';
import { ensureK6 } from '../k6/ensure-k6.ts';
import { startServers } from '../servers/servers.ts';
import { runTests, runTestsOneByOne, runTool, type StepResult } from './steps.ts';

/** `npm test`: everything, the fast first; ends with one line `N passed, N failed`. */

const root = join(import.meta.dirname, '..', '..');
const bin = join(root, 'node_modules', '.bin');
process.chdir(root);

const find = (...patterns: readonly string[]): string[] =>
  globSync(patterns, { exclude: (path) => path.includes('node_modules') }).sort();

/** Of one test with real servers, and of all tests of one file. */
const TEST_TIMEOUT_MS = 300_000;
const FILE_LIMIT_MS = 600_000;

interface Step {
  readonly name: string;
  run(): Promise<StepResult>;
}

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

/** Tests that start what they need by themselves. */
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

const only = process.argv.slice(2);
const unknown = only.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no step '${unknown.join("', '")}'; there are: ${steps.map((step) => step.name).join(', ')}\n`,
  );
  process.exit(2);
}

const total = { passed: 0, failed: 0 };
const lines: string[] = [];
for (const step of steps) {
  if (only.length > 0 && !only.includes(step.name)) continue;
  process.stdout.write(`\n── ${step.name}\n`);
  const startedAt = performance.now();
  const result = await step.run().catch((error: unknown) => {
    process.stdout.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return { passed: 0, failed: 1 };
  });
  total.passed += result.passed;
  total.failed += result.failed;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  lines.push(
    `${result.failed === 0 ? 'ok  ' : 'FAIL'}  ${step.name} (${result.passed} passed, ${result.failed} failed, ${seconds} s)`,
  );
}
process.stdout.write(`\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
