import { relative } from 'node:path';
import type { TestDuration } from './result-reporter.ts';
import type { Print, StepResult } from './steps.ts';

/** Tests and files that are listed as the slowest. */
const SLOWEST = 15;

/** A part of the check with a name. */
export interface Step {
  readonly name: string;
  /** Steps of the same group that follow one another may run at the same time. */
  readonly group?: string;
  /** @param print takes whole pieces of output where another step runs at the same time; otherwise it is for this terminal */
  run(print?: Print): Promise<StepResult>;
}

/** Steps of a group at a time. */
const AT_ONCE = 2;

/** A step that has been run. */
interface Done {
  readonly step: Step;
  readonly result: StepResult;
  readonly seconds: number;
}

/**
 * Runs steps, all of them or those that are named, whatever fails on the way: in order, and those of a group two at a time.
 * Ends with what failed, a line for each step and the line `N passed, N failed`. Sets the exit status.
 */
export async function runSteps(steps: readonly Step[], only: readonly string[]): Promise<void> {
  const unknown = only.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    const names = steps.map((step) => step.name).join(', ');
    process.stderr.write(`unknown step '${unknown.join("', '")}'; use: ${names}\n`);
    process.exitCode = 2;
    return;
  }
  const chosen = steps.filter(({ name }) => only.length === 0 || only.includes(name));
  const done: Done[] = [];
  for (const group of groupsOf(chosen)) done.push(...(await runGroup(group)));
  report(done);
}

/** Neighbours of the same group together, every other step alone. */
function groupsOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (step.group !== undefined && last?.[0]?.group === step.group) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

async function runGroup(steps: readonly Step[]): Promise<readonly Done[]> {
  const waiting = steps.entries();
  const done: Done[] = [];
  const work = async (): Promise<void> => {
    for (const [index, step] of waiting) done[index] = await runStep(step, steps.length > 1);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, steps.length) }, work));
  return done;
}

/** Runs one step. Beside another one, each piece of its output has its name above it. */
async function runStep(step: Step, isBeside: boolean): Promise<Done> {
  const heading = `\n── ${step.name}\n`;
  const print: Print = (text) => void process.stdout.write(isBeside ? heading + text : text);
  if (!isBeside) process.stdout.write(heading);
  const startedAt = performance.now();
  const result = await step.run(isBeside ? print : undefined).catch((error: unknown): StepResult => {
    print(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return { passed: 0, failed: 1, failures: [String(error)] };
  });
  return { step, result, seconds: (performance.now() - startedAt) / 1_000 };
}

function report(done: readonly Done[]): void {
  const failures = done.flatMap(({ step, result }) =>
    (result.failures ?? []).map((failure) => `✖ ${step.name}: ${failure}`),
  );
  const durations = done.flatMap(({ result }) => result.durations ?? []);
  const sum = (count: (result: StepResult) => number): number =>
    done.reduce((total, { result }) => total + count(result), 0);
  const lines = done.map(
    ({ step, result, seconds }) =>
      `${result.failed === 0 ? 'ok  ' : 'FAIL'}  ${step.name} (${result.passed} passed, ${result.failed} failed, ${seconds.toFixed(1)} s)`,
  );
  const failed = sum((result) => result.failed);
  if (durations.length > 0)
    process.stdout.write(
      `\n${slowest(durations).join('\n')}\n\n${sum((result) => result.files ?? 0)} test files\n`,
    );
  if (failures.length > 0) process.stdout.write(`\nwhat failed:\n${failures.join('\n')}\n`);
  process.stdout.write(
    `\n${lines.join('\n')}\n\n${sum((result) => result.passed)} passed, ${failed} failed\n`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
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
