import { writeFile } from 'node:fs/promises';
import { readFilmsCsv } from '@caudal/films/data/read-films-csv';
import { formatFilms } from '@caudal/films/data/write-csv';
import { COMMITTED_FILE } from '../films-file.ts';
import { personIdOf } from '../verify/oracle/oracle.ts';
import { readFilmsFile, type TrueFilm } from '../verify/oracle/read-films-file.ts';

const FILMS = 500;
const PAGE = 7;

/** Writes the best known films into a file, for an import that takes a moment. */
export async function writePlantedFilms(file: string): Promise<readonly TrueFilm[]> {
  const all = [];
  for await (const film of readFilmsCsv(COMMITTED_FILE, { badLines: 'refuse' })) all.push(film);
  const best = all.sort((a, b) => b.popularity - a.popularity).slice(0, FILMS);
  await writeFile(file, formatFilms(best));
  return readFilmsFile(file);
}

/** The best known film with two directors, of which the first has made another one of these films. */
export function plantedFilm(films: readonly TrueFilm[]): TrueFilm {
  const others = (name: string): number => films.filter(({ directors }) => directors.includes(name)).length;
  const film = films.find(({ directors: [first = '', second] }) => second !== undefined && others(first) > 1);
  if (film === undefined) throw new Error('no film has two directors');
  return film;
}

/** Questions about a film in every way that there is, and about everything else. */
export function questionsAbout({ id, title, year, directors }: TrueFilm): readonly string[] {
  const q = encodeURIComponent;
  const words = title.toLowerCase().split(' ');
  const [first = ''] = directors;
  return [
    '/films',
    `/films?limit=${PAGE}`,
    `/films?year=${year}`,
    `/films?q=${q(title)}`,
    `/films?q=${q(title.slice(0, 3))}`,
    `/films?q=${q(words.toReversed().join(' '))}`,
    `/films?q=${q(mistyped(words).join(' '))}`,
    `/films?q=the&limit=${PAGE}`,
    '/films?q=xqzzkvw',
    `/films/${id}`,
    `/directors?q=${q(first)}`,
    `/directors/${personIdOf(first)}/films`,
  ];
}

/** Swaps the second and the third letter of the longest word. */
function mistyped(words: readonly string[]): readonly string[] {
  const [longest = ''] = words.toSorted((a, b) => b.length - a.length);
  const swapped = `${longest[0]}${longest[2]}${longest[1]}${longest.slice(3)}`;
  return words.with(words.indexOf(longest), swapped);
}
