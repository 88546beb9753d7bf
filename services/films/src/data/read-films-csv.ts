import { pipeline } from 'node:stream';
import { BadLines } from '@caudal/common/bad-lines';
import { CsvError, parse } from 'csv-parse';
import type { Film } from './film.ts';
import { type Columns, findColumns, readFilm } from './film-columns.ts';
import { FilmsFileError } from './import-error.ts';
import { openFile, reasonOf } from './open-file.ts';

/** Longest record, bytes: an opening quote without an end would else take the rest of the file into memory. */
const MAX_RECORD_BYTES = 1_000_000;

/** How a file is read. */
export interface CsvOptions {
  /** What to do about lines that are no films: refuse the file, or leave them out. */
  readonly badLines: 'refuse' | 'skip';
  /** Called with the list of the lines that were left out, after the last film. */
  readonly onSkipped?: ((list: string) => void) | undefined;
}

/**
 * Reads films from a CSV file, one after the other: UTF-8, separated by commas, with the header of {@link findColumns}, compressed if its
 * name ends in `.gz`. A director who is named twice in a film is one.
 *
 * @throws FilmsFileError while reading: if the file cannot be read, has no such header, or has a quote in a wrong place; after the last
 * line, with a list of them, if there are bad lines and they are to be refused
 */
export async function* readFilmsCsv(file: string, options: CsvOptions): AsyncGenerator<Film> {
  const bad = new BadLines();
  const lineOfId = new Map<string, number>();
  let columns: Columns | undefined;

  /** Null for what is not a film: such a record is not in the stream. */
  function take(record: readonly string[], line: number): Film | null {
    if (columns === undefined) {
      const found = findColumns(record);
      if (typeof found === 'string') throw new FilmsFileError(found);
      columns = found;
      return null;
    }
    const film = readFilm(record, columns);
    const earlier = typeof film === 'string' ? undefined : lineOfId.get(film.id);
    const problem = earlier === undefined ? film : `the id ${record[columns.id]} is also on line ${earlier}`;
    if (typeof problem === 'string') {
      bad.add(line, problem);
      return null;
    }
    lineOfId.set(problem.id, line);
    return problem;
  }

  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    // Counted here, so that such a line is listed like the others.
    relax_column_count: true,
    max_record_size: MAX_RECORD_BYTES,
    // The stream is of what this returns, which the types do not know.
    on_record: (record: string[], { lines }) => take(record, lines) as unknown as string[] | null,
  });
  try {
    // An error of the file is then the parser's.
    pipeline(openFile(file), parser, () => undefined);
    yield* parser as AsyncIterable<unknown> as AsyncIterable<Film>;
  } catch (error) {
    const reason =
      error instanceof CsvError ? `${error.message}: the lines after it cannot be read` : reasonOf(error);
    throw new FilmsFileError([`${file}: ${reason}`, ...(bad.count > 0 ? [bad] : [])].join('\n'), {
      cause: error,
    });
  }
  if (columns === undefined) throw new FilmsFileError(`${file}: the file is empty`);
  if (bad.count === 0) return;
  if (options.badLines === 'refuse') throw new FilmsFileError(`${file}: ${bad}`);
  options.onSkipped?.(`${file}: ${bad}`);
}
