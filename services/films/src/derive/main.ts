import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { formatFilms } from '../data/write-csv.ts';
import { readMovies } from './read-movies.ts';

const USAGE = `usage: node services/films/src/derive/main.ts MOVIES.db FILMS.csv.gz

Derives the committed films from the SQLite file of the package bokeh-sampledata (see services/films/data/SOURCE.md).
`;

/** SHA-256 of the file that the committed films come from. Earlier versions of the package have another one under another licence. */
const SOURCE_SHA256 = '1d9c6a02e488d0354b2309e16130c58820a91ac2ce417e814c5964f9579a65ac';

function derive(source: string, target: string): void {
  const found = createHash('sha256').update(readFileSync(source)).digest('hex');
  if (found !== SOURCE_SHA256)
    throw new Error(`${source} is another file than the one named in SOURCE.md: its SHA-256 is ${found}`);
  const films = readMovies(source);
  const csv = formatFilms(films);
  writeFileSync(target, gzipSync(csv, { level: 9 }));
  const digest = createHash('sha256').update(csv).digest('hex');
  process.stdout.write(`${films.length} films; SHA-256 of the CSV ${digest}\n`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', default: false } },
});
const [source, target, ...others] = positionals;
if (values.help) {
  process.stdout.write(USAGE);
} else if (source === undefined || target === undefined || others.length > 0) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  try {
    derive(source, target);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
