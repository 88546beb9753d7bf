import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatFilms } from '@caudal/films/data/write-csv';
import { ROOT, STATE_DIRECTORY } from '../../cli/paths.ts';

/** The films of the repository. */
export const COMMITTED_FILE = join(ROOT, 'services', 'films', 'data', 'films.csv.gz');

/**
 * File of the films that a system has: that of the repository, or as many as are asked for by the importer's generator, which is written
 * unless it is there. The oracle reads it.
 */
export async function filmsFile(films: number | undefined): Promise<string> {
  if (films === undefined) return COMMITTED_FILE;
  const file = join(STATE_DIRECTORY, 'films', `generated-${films}.csv`);
  if (existsSync(file)) return file;
  const { generatedFilms } = await import('@caudal/films/data/film-sources');
  const all = [];
  for await (const film of generatedFilms(films).films()) all.push(film);
  await mkdir(join(STATE_DIRECTORY, 'films'), { recursive: true });
  await writeFile(`${file}.new`, formatFilms(all));
  await rename(`${file}.new`, file);
  return file;
}
