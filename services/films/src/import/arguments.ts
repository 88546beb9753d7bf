import { parseArgs } from 'node:util';
import { MAX_FILMS } from '../data/generate-films.ts';
import type { ImdbFiles } from '../data/imdb/read-imdb-films.ts';
import { UsageError } from './usage.ts';

/** Films of an import, as they are asked for. */
export type Wanted =
  | { readonly kind: 'committed' }
  | { readonly kind: 'csv'; readonly file: string; readonly badLines: 'refuse' | 'skip' }
  | { readonly kind: 'imdb'; readonly files: ImdbFiles; readonly types: readonly string[] }
  | { readonly kind: 'generated'; readonly count: number; readonly seed: number };

/** What the command is to do. */
export type Task = { readonly url: string | undefined } & (
  | { readonly command: 'import'; readonly wanted: Wanted }
  | { readonly command: 'versions' }
);

const OPTIONS = {
  titles: { type: 'string' },
  crew: { type: 'string' },
  names: { type: 'string' },
  ratings: { type: 'string' },
  types: { type: 'string' },
  csv: { type: 'string' },
  'skip-bad': { type: 'boolean' },
  generate: { type: 'string' },
  seed: { type: 'string' },
  url: { type: 'string' },
} as const;

type Values = Partial<Record<keyof typeof OPTIONS, string | boolean>>;
type TextName = Exclude<keyof typeof OPTIONS, 'skip-bad'>;
type Name = keyof typeof OPTIONS;

/** Options by the one that they belong to. */
const GROUPS = {
  titles: ['crew', 'names', 'ratings', 'types'],
  csv: ['skip-bad'],
  generate: ['seed'],
} as const satisfies Partial<Record<Name, readonly Name[]>>;
const LEADERS = Object.keys(GROUPS) as readonly (keyof typeof GROUPS)[];
const MAX_SEED = 0xffff_ffff;

/** Reads the command line. @throws UsageError that names what is wrong with it */
export function readArguments(args: readonly string[]): Task {
  const { values, positionals } = parse(args);
  const [command, ...others] = positionals;
  if (command === undefined) throw new UsageError('name a command: import or versions');
  if (others.length > 0) throw new UsageError(`unexpected '${others[0]}': files are given by their options`);
  const url = textOf(values, 'url');
  if (command === 'import') return { command, url, wanted: wantedOf(values) };
  if (command !== 'versions') throw new UsageError(`unknown command '${command}': import or versions`);
  const useless = Object.keys(values).find((name) => name !== 'url');
  if (useless !== undefined) throw new UsageError(`--${useless} is of no use to versions`);
  return { command, url };
}

function parse(args: readonly string[]): {
  readonly values: Values;
  readonly positionals: readonly string[];
} {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wantedOf(values: Values): Wanted {
  const leaders = LEADERS.filter((name) => values[name] !== undefined);
  if (leaders.length > 1)
    throw new UsageError(`${leaders.map((name) => `--${name}`).join(' and ')}: choose one of them`);
  const [leader] = leaders;
  for (const name of LEADERS)
    for (const member of GROUPS[name])
      if (name !== leader && values[member] !== undefined)
        throw new UsageError(`--${member} needs --${name}`);
  if (leader === 'csv')
    return {
      kind: 'csv',
      file: needed(values, 'csv'),
      badLines: values['skip-bad'] === true ? 'skip' : 'refuse',
    };
  if (leader === 'generate')
    return {
      kind: 'generated',
      count: numberOf(values, 'generate', { least: 1, most: MAX_FILMS }),
      seed: values.seed === undefined ? 1 : numberOf(values, 'seed', { least: 0, most: MAX_SEED }),
    };
  if (leader === undefined) return { kind: 'committed' };
  return {
    kind: 'imdb',
    files: {
      titles: needed(values, 'titles'),
      crew: needed(values, 'crew'),
      names: needed(values, 'names'),
      ratings: textOf(values, 'ratings'),
    },
    types: typesOf(textOf(values, 'types') ?? 'movie'),
  };
}

function typesOf(text: string): readonly string[] {
  const types = text.split(',');
  if (types.every((type) => /^[A-Za-z]+$/.test(type))) return types;
  throw new UsageError(`--types ${text}: names separated by commas, for instance movie,tvMovie`);
}

function textOf(values: Values, name: TextName): string | undefined {
  const value = values[name];
  if (value === '') throw new UsageError(`--${name}: empty`);
  return value === undefined ? undefined : String(value);
}

function needed(values: Values, name: TextName): string {
  const text = textOf(values, name);
  if (text === undefined) throw new UsageError(`--titles needs --${name}`);
  return text;
}

function numberOf(
  values: Values,
  name: TextName,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const text = textOf(values, name) ?? '';
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`--${name} ${text}: a whole number from ${least} to ${most}`);
}
