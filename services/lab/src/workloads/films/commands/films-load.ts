import { wholeNumber } from '../../../cli/arguments.ts';
import type { AnnouncedLoad } from '../../workload.ts';

/** Options of the load that a new deployment is proved with. */
export const LOAD_OPTIONS = {
  queries: { type: 'string' },
  users: { type: 'string' },
  seed: { type: 'string', default: '1' },
} as const;

/** Their lines in a usage. */
export const LOAD_USAGE = `  --queries N         questions to ask (20000)
  --users N           people who ask at once (50)
  --seed TEXT         seed for what is asked (1)
`;

/** Reads them. @throws UsageError */
export function readFilmsLoad(values: {
  readonly queries?: string | undefined;
  readonly users?: string | undefined;
  readonly seed: string;
}): AnnouncedLoad {
  const queries = wholeNumber('queries', values.queries, { min: 1, max: 10_000_000, fallback: 20_000 });
  const users = wholeNumber('users', values.users, { min: 1, max: 20_000, fallback: 50 });
  const { seed } = values;
  return {
    scenario: 'films-seed',
    variables: { QUERIES: String(queries), USERS: String(users), SEED: seed },
    settings: { queries, users, seed },
    announcement: `${queries.toLocaleString('en-US')} queries by ${users} users`,
  };
}

/** Bounds of `--films`: few enough for the oracle to have all in memory. */
export const GENERATED = { min: 1, max: 1_000_000 } as const;

/** Reads how many films are generated; undefined for those of the repository. @throws UsageError */
export function readFilms(text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber('films', text, { ...GENERATED, fallback: 0 });
}
