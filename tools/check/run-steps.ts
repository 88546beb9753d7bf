import type { StepResult } from './steps.ts';

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
    process.stderr.write(`no step '${unknown.join("', '")}'; there are: ${names}\n`);
    process.exitCode = 2;
    return;
  }
  const total = { passed: 0, failed: 0 };
  const lines: string[] = [];
  const failures: string[] = [];
  for (const step of steps) {
    if (only.length > 0 && !only.includes(step.name)) continue;
    process.stdout.write(`\n── ${step.name}\n`);
    const startedAt = performance.now();
    const result = await step.run().catch((error: unknown): StepResult => {
      process.stdout.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      return { passed: 0, failed: 1, failures: [String(error)] };
    });
    failures.push(...(result.failures ?? []).map((failure) => `✖ ${step.name}: ${failure}`));
    total.passed += result.passed;
    total.failed += result.failed;
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    lines.push(
      `${result.failed === 0 ? 'ok  ' : 'FAIL'}  ${step.name} (${result.passed} passed, ${result.failed} failed, ${seconds} s)`,
    );
  }
  if (failures.length > 0) process.stdout.write(`\nwhat failed:\n${failures.join('\n')}\n`);
  process.stdout.write(`\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed\n`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
