import { type Print, runTests, type StepResult, sumResults, type TestOptions } from './steps.ts';

/** Options of {@link runTestsBeside}. */
export interface BesideOptions extends TestOptions {
  /** Groups at a time. */
  readonly places: number;
  /** Prepares a place, counted from 0, for a file; resolves with what the file's environment gains. A rejection fails the file. */
  readonly prepare?: (place: number, file: string) => Promise<Readonly<Record<string, string>>>;
}

/**
 * Runs groups of test files several at a time, in the order given as places become free; the files of a group one after
 * the other, each in a runner of its own. The output of a file appears when it ends.
 */
export async function runTestsBeside(
  groups: readonly (readonly string[])[],
  { places, prepare, print, ...options }: BesideOptions,
): Promise<StepResult> {
  const say: Print = print ?? ((text) => void process.stdout.write(text));
  const waiting = groups.values();
  const results: StepResult[] = [];
  const runOne = async (place: number, file: string): Promise<StepResult> => {
    const output: string[] = [`\n${file}\n`];
    try {
      const environment = { ...options.environment, ...(await prepare?.(place, file)) };
      return await runTests([file], {
        ...options,
        environment,
        concurrency: 1,
        print: (text) => output.push(text),
      });
    } catch (error) {
      output.push(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      return { passed: 0, failed: 1, failures: [`${file}: ${String(error)}`], files: 1 };
    } finally {
      say(output.join(''));
    }
  };
  const work = async (place: number): Promise<void> => {
    for (const files of waiting) for (const file of files) results.push(await runOne(place, file));
  };
  await Promise.all(Array.from({ length: Math.min(places, groups.length) }, (_, place) => work(place)));
  return sumResults(results);
}
