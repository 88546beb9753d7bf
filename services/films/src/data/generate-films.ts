import { pick, type Random, randomOf } from '@caudal/common/row-random';
import { directorId } from './director-id.ts';
import type { Director, Film } from './film.ts';

/** Most films that are made up. */
export const MAX_FILMS = 1_000_000;

/** Parts of all words, films and directors, of 1. */
const REPLACED_PART = 0.6;
const SECOND_DIRECTOR_PART = 0.07;
const NO_DIRECTOR_PART = 0.005;
const NEW_DIRECTOR_PART = 0.3;

/** The best known film of the real ones has 388. */
const MAX_POPULARITY = 380;

/** A word of a title that another may stand for, with the signs around it. */
const WORD = /^([^\p{L}\p{N}]*)(\p{Lu}\p{L}{3,})((?![\p{L}\p{N}]).*)$/u;
const SEQUELS = ['2', '3', 'II', 'III', 'Returns', 'Again'];

/** What films are made up from. */
interface Parts {
  readonly films: readonly Film[];
  /** Words of titles, each as often as it is used. */
  readonly words: readonly string[];
  /** Directors, each as often as they directed. */
  readonly directors: readonly Director[];
}

/**
 * Makes up films from real ones until there are `count`: first the real ones, then `G1`, `G2`, … with titles from the words of real ones,
 * and real directors or such with the names of two. Few are well known. The same for the same seed on every machine, and the first ones
 * of many are those of fewer.
 */
export function* generateFilms(seed: number, count: number, films: readonly Film[]): Generator<Film> {
  yield* films.slice(0, count);
  const parts: Parts = {
    films,
    words: films.flatMap(({ title }) => title.split(' ').flatMap((word) => WORD.exec(word)?.[2] ?? [])),
    directors: films.flatMap(({ directors }) => directors),
  };
  for (let row = 1; row <= count - films.length; row += 1) yield filmOf(randomOf(seed, row), row, parts);
}

function filmOf(random: Random, row: number, parts: Parts): Film {
  const model = pick(random, parts.films);
  return {
    id: `G${row}`,
    imdbId: '',
    title: titleOf(random, parts),
    year: model.year,
    directors: directorsOf(random, parts),
    genres: model.genres,
    runtimeMinutes: model.runtimeMinutes,
    countries: model.countries,
    // As words in a text: the n-th best known has an n-th of the best known.
    popularity: Math.min(Math.floor(1 / (1 - random())) - 1, MAX_POPULARITY),
  };
}

function titleOf(random: Random, { films, words }: Parts): string {
  const { title } = pick(random, films);
  const made = title
    .split(' ')
    .map((word) => {
      const [, before, , after] = WORD.exec(word) ?? [];
      return before !== undefined && random() < REPLACED_PART
        ? `${before}${pick(random, words)}${after}`
        : word;
    })
    .join(' ');
  if (made !== title && made.includes(' ')) return made;
  return random() < 0.5 ? `${made} ${pick(random, SEQUELS)}` : `${made} ${pick(random, words)}`;
}

function directorsOf(random: Random, parts: Parts): readonly Director[] {
  const draw = random();
  const first = directorOf(random, parts);
  if (draw < NO_DIRECTOR_PART) return [];
  const second = directorOf(random, parts);
  return draw < NO_DIRECTOR_PART + SECOND_DIRECTOR_PART && second.id !== first.id ? [first, second] : [first];
}

function directorOf(random: Random, { directors }: Parts): Director {
  const [one, other] = [pick(random, directors), pick(random, directors)];
  if (random() >= NEW_DIRECTOR_PART) return one;
  const name = [one.name.split(' ')[0], other.name.split(' ').at(-1)].join(' ');
  return { id: directorId(name), name };
}
