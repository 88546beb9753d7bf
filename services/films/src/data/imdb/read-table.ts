import { StringDecoder } from 'node:string_decoder';
import { FilmsFileError } from '../import-error.ts';
import { openFile, reasonOf } from '../open-file.ts';

/** A line of a table: its number, from 1, and its columns. */
export interface TableRow {
  readonly line: number;
  readonly values: readonly string[];
}

/** What stands for a value that is missing. */
export const MISSING = String.raw`\N`;

/** Longest line, characters: a file without line ends would else be taken into memory. */
const MAX_LINE = 1_000_000;

/**
 * Reads a table of IMDb: UTF-8, columns separated by tabs without any quoting, the first line has their names. Yields the lines after it,
 * many at a time; a value is as it is there, {@link MISSING} too.
 *
 * @param columns names of the columns that the file has to begin with
 * @throws FilmsFileError that names the file, if it cannot be read or is another table
 */
export async function* readTable(
  file: string,
  columns: readonly string[],
): AsyncGenerator<readonly TableRow[]> {
  let line = 0;
  for await (const lines of linesOf(file)) {
    const rows = lines.map((text): TableRow => ({ line: ++line, values: text.split('\t') }));
    const [first] = rows;
    if (first?.line === 1) checkHeader(file, columns, first.values);
    yield first?.line === 1 ? rows.slice(1) : rows;
  }
  if (line === 0) throw new FilmsFileError(`${file}: the file is empty`);
}

function checkHeader(file: string, columns: readonly string[], header: readonly string[]): void {
  if (columns.every((column, place) => header[place] === column)) return;
  throw new FilmsFileError(
    `${file}: its columns are ${header.slice(0, columns.length).join(', ').slice(0, 200)} instead of ${columns.join(', ')}: is it another file?`,
  );
}

/** Lines of a file, without their ends, many at a time. */
async function* linesOf(file: string): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of openFile(file)) {
      const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw new Error(`a line is longer than ${MAX_LINE} characters`);
      if (lines.length > 0) yield lines.map(withoutReturn);
    }
  } catch (error) {
    throw new FilmsFileError(`${file}: ${reasonOf(error)}`, { cause: error });
  }
  rest += decoder.end();
  if (rest !== '') yield [withoutReturn(rest)];
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
