import { BadLines } from '@caudal/common/bad-lines';
import type { Director, Film } from '../film.ts';
import { idOfNumber } from './ids.ts';
import { readDirectors, readNames, readVotes } from './read-lookups.ts';
import { readTitles, type Title } from './read-titles.ts';

/** Files of IMDb's non-commercial data sets, compressed or not. */
export interface ImdbFiles {
  /** `title.basics.tsv.gz` */
  readonly titles: string;
  /** `title.crew.tsv.gz` */
  readonly crew: string;
  /** `name.basics.tsv.gz` */
  readonly names: string;
  /** `title.ratings.tsv.gz`, whose number of votes is how well known a film is. Default: all films are equally unknown. */
  readonly ratings?: string | undefined;
}

/** How the files are read. */
export interface ImdbOptions {
  /** Values of `titleType` that are films. Default: `movie`. */
  readonly types?: readonly string[] | undefined;
  /** Called with each file when its reading begins. */
  readonly onReading?: ((file: string) => void) | undefined;
  /** Called for each file that has lines of no use, which are left out, with the first of them; after its last line. */
  readonly onSkipped?: ((list: string) => void) | undefined;
}

/**
 * Reads films from files of IMDb. The titles are read twice: first to know which crew and names are needed, so that only those are held.
 * @throws FilmsFileError that names the file, if it cannot be read or is another one
 */
export async function* readImdbFilms(files: ImdbFiles, options: ImdbOptions): AsyncGenerator<Film> {
  const { types = ['movie'], onReading = () => undefined, onSkipped = () => undefined } = options;
  const wantedTypes = new Set(types);

  async function reading<T>(file: string, read: (bad: BadLines) => Promise<T>): Promise<T> {
    onReading(file);
    const bad = new BadLines();
    const result = await read(bad);
    if (bad.count > 0) onSkipped(`${file}: ${bad}`);
    return result;
  }

  const wanted = await reading(files.titles, async (bad) => {
    const numbers = new Set<number>();
    for await (const titles of readTitles(files.titles, wantedTypes, bad))
      for (const { number } of titles) numbers.add(number);
    return numbers;
  });
  const directors = await reading(files.crew, (bad) => readDirectors(files.crew, wanted, bad));
  const people = new Set([...directors.values()].flat());
  const names = await reading(files.names, (bad) => readNames(files.names, people, bad));
  const { ratings } = files;
  const votes =
    ratings === undefined ? undefined : await reading(ratings, (bad) => readVotes(ratings, wanted, bad));

  onReading(files.titles);
  // Its bad lines are listed already.
  // A title that is there twice is the first one.
  for await (const titles of readTitles(files.titles, wantedTypes, new BadLines()))
    for (const title of titles) if (wanted.delete(title.number)) yield filmOf(title, directors, names, votes);
}

function filmOf(
  { number, title, year, runtimeMinutes, genres }: Title,
  directors: ReadonlyMap<number, readonly number[]>,
  names: ReadonlyMap<number, string>,
  votes: ReadonlyMap<number, number> | undefined,
): Film {
  const id = idOfNumber('tt', number);
  return {
    id,
    imdbId: id,
    title,
    year,
    directors: (directors.get(number) ?? []).flatMap((person): readonly Director[] => {
      const name = names.get(person);
      return name === undefined ? [] : [{ id: idOfNumber('nm', person), name }];
    }),
    genres,
    runtimeMinutes,
    countries: [],
    popularity: votes?.get(number) ?? 0,
  };
}
