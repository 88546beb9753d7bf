import { relative } from 'node:path';
import type { TestDuration } from './result-reporter.ts';
import type { StepResult } from './steps.ts';

/** Tests and files that are listed as the slowest. */
const SLOWEST = 15;

/** A part of the check with a name. */
export interface Step {
  readonly name: string;
  run(): Promise<StepResult>;
}

/**
 * Runs steps in order, all of them or those that are named, whatever fails on the way; ends with what failed, a line for
 * each step and the line `N passed, N failed`. Sets the exit status.
 */
export async function runSteps(steps: readonly Step[], only: readonly string[]): Promise<void> {
  const unknown = only.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    const names = steps.map((step) => step.name).join(', ');
    process.stderr.write(`unknown step '${unknown.join("', '")}'; use: ${names}\n`);
    process.exitCode = 2;
    return;
  }
  const total = { passed: 0, failed: 0 };
  const lines: string[] = [];
  const failures: string[] = [];
  const durations: TestDuration[] = [];
  let files = 0;
  for (const step of steps) {
    if (only.length > 0 && !only.includes(step.name)) continue;
    process.stdout.write(`\n── ${step.name}\n`);
    const startedAt = performance.now();
    const result = await step.run().catch((error: unknown): StepResult => {
      process.stdout.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      return { passed: 0, failed: 1, failures: [String(error)] };
    });
    failures.push(...(result.failures ?? []).map((failure) => `✖ ${step.name}: ${failure}`));
    durations.push(...(result.durations ?? []));
    files += result.files ?? 0;
    total.passed += result.passed;
    total.failed += result.failed;
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    lines.push(
      `${result.failed === 0 ? 'ok  ' : 'FAIL'}  ${step.name} (${result.passed} passed, ${result.failed} failed, ${seconds} s)`,
    );
  }
  if (durations.length > 0)
    process.stdout.write(`\n${slowest(durations).join('\n')}\n\n${files} test files\n`);
  if (failures.length > 0) process.stdout.write(`\nwhat failed:\n${failures.join('\n')}\n`);
  process.stdout.write(`\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed\n`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

/** The slowest tests and the slowest files, each with its seconds. */
export function slowest(durations: readonly TestDuration[]): string[] {
  const byFile = new Map<string, number>();
  for (const { file, ms } of durations) byFile.set(file, (byFile.get(file) ?? 0) + ms);
  const list = (entries: readonly (readonly [label: string, ms: number])[]): string[] =>
    [...entries]
      .sort(([, a], [, b]) => b - a)
      .slice(0, SLOWEST)
      .map(([label, ms]) => `${(ms / 1_000).toFixed(1).padStart(7)} s  ${label}`);
  const shorten = (file: string): string => relative(process.cwd(), file);
  return [
    'slowest tests:',
    ...list(durations.map(({ name, file, ms }) => [`${name} (${shorten(file)})`, ms] as const)),
    'slowest files:',
    ...list([...byFile].map(([file, ms]) => [shorten(file), ms] as const)),
  ];
}
