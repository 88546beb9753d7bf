import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError, errorMessage } from '../errors.ts';

/** Environment variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** All problems of a configuration, one per line, starting with the variable's name. */
export class ConfigError extends AppError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('CONFIG_INVALID', `invalid configuration:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads a service's configuration from environment variables.
 *
 * The shape maps each variable's name to its zod type. An empty variable counts as unset. `NAME_FILE` may
 * name a file to read the value from (a mounted Secret); setting both is a problem.
 *
 * @throws ConfigError that lists every invalid, missing or duplicate variable.
 */
export function parseConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Environment,
): z.output<z.ZodObject<Shape>> {
  const problems: string[] = [];
  const given: Record<string, string> = {};
  const unreadable = new Set<string>();
  for (const name of Object.keys(shape)) {
    const value = environment[name];
    const file = environment[`${name}_FILE`];
    if (value && file) {
      problems.push(`${name}: set either ${name} or ${name}_FILE, not both`);
      unreadable.add(name);
    } else if (file) {
      try {
        given[name] = readFileSync(file, 'utf8').trim();
      } catch (error) {
        problems.push(`${name}_FILE: cannot be read: ${errorMessage(error)}`);
        unreadable.add(name);
      }
    } else if (value) {
      given[name] = value;
    }
  }
  const parsed = z.object(shape).safeParse(given);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0] ?? '');
      if (unreadable.has(name)) continue;
      const reason = name in given ? issue.message : `is required (${issue.message})`;
      problems.push(`${name}: ${reason}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return parsed.data as z.output<z.ZodObject<Shape>>;
}
