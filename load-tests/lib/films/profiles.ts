import { constant, fixedCount, minute, type Profile, type ProfileName, ramp, second } from '../profiles.ts';
import type { Mix } from './query.ts';

/** The scripts that ask for films. */
export type FilmsScenario = 'films-seed' | 'films-browse' | 'films-ramp';

/** Whether a user's connection is kept for its next request. */
export type Connections = 'kept' | 'fresh';

/** A load of queries. `messages` and rates count queries, without the pages that follow one. */
export type FilmsProfile = Profile & { mix: Mix };

/** Mostly searches. */
const searching: Mix = {
  prefix: 45,
  words: 20,
  exact: 10,
  mistake: 10,
  nonsense: 5,
  page: 5,
  directors: 3,
  director: 2,
};

/** Everything that the page does. */
const browsing: Mix = {
  prefix: 30,
  words: 15,
  exact: 10,
  mistake: 5,
  nonsense: 5,
  browse: 10,
  page: 5,
  film: 10,
  directors: 5,
  director: 5,
};

function counted(queries: number, users: number, p95Ms: number): FilmsProfile {
  return { ...fixedCount(queries, users, p95Ms, 2 * p95Ms), mix: searching };
}

/** Every script in every size. The default is `average`. */
export const filmsProfiles: Readonly<Record<FilmsScenario, Readonly<Record<ProfileName, FilmsProfile>>>> = {
  'films-seed': {
    smoke: counted(200, 10, 2000),
    average: counted(20_000, 50, 2000),
    stress: counted(200_000, 200, 3000),
  },
  'films-browse': {
    smoke: { ...constant(20, 5 * second), mix: browsing },
    average: { ...constant(100, minute), mix: browsing },
    stress: { ...constant(500, 2 * minute), mix: browsing },
  },
  'films-ramp': {
    smoke: { ...ramp(40, 2 * second, 2 * second, second), mix: browsing },
    average: { ...ramp(300, minute, 2 * minute, 30 * second), mix: browsing },
    stress: { ...ramp(1500, 2 * minute, 3 * minute, minute), mix: browsing },
  },
};
