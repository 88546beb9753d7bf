import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseCsv } from '../../load-tests/lib/films/csv.ts';
import { formatTitles } from '../../load-tests/lib/films/titles.ts';

const root = join(import.meta.dirname, '..', '..');

/** The films whose words the load scripts search for. */
export const TITLES_FILE = join(root, 'load-tests', 'lib', 'films', 'titles.csv');

/** Enough for thousands of different queries, and few enough for a ConfigMap that has the scripts besides. */
const FILMS = 1_500;

/** The text of {@link TITLES_FILE}: of the committed films the best known, in the order of results. */
export function bestKnownFilms(): string {
  const text = gunzipSync(readFileSync(join(root, 'services', 'films', 'data', 'films.csv.gz'))).toString();
  const [names = [], ...rows] = parseCsv(text);
  const films = rows.map((row) => {
    const field = new Map(names.map((name, place) => [name, row[place] ?? '']));
    const year = field.get('year') ?? '';
    return {
      id: field.get('id') ?? '',
      title: field.get('title') ?? '',
      year: year === '' ? undefined : Number(year),
      directors: (field.get('directors') ?? '').split('|').filter((name) => name !== ''),
      popularity: Number(field.get('popularity')),
    };
  });
  films.sort((a, b) => b.popularity - a.popularity || (a.id < b.id ? -1 : 1));
  return formatTitles(films.slice(0, FILMS));
}
