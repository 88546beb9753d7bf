import { ConfigError } from './parse-config.ts';

/**
 * Runs every reader, and returns their results under the same keys.
 * @throws ConfigError that lists the problems of all readers, each once.
 */
export function readAll<Readers extends Readonly<Record<string, () => unknown>>>(
  readers: Readers,
): { readonly [Key in keyof Readers]: ReturnType<Readers[Key]> } {
  const problems = new Set<string>();
  const results = Object.entries(readers).map(([key, read]) => {
    try {
      return [key, read()];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) problems.add(problem);
      return [key, undefined];
    }
  });
  if (problems.size > 0) throw new ConfigError([...problems]);
  return Object.fromEntries(results) as { [Key in keyof Readers]: ReturnType<Readers[Key]> };
}
