import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { BadLines } from '@caudal/common/bad-lines';
import { errorMessage } from '@caudal/common/errors';
import { CsvError, parse } from 'csv-parse';
import { type Columns, findColumns, readGame } from './csv-columns.ts';
import { type Game, MAX_ROWS } from './game.ts';

/** Games of a CSV file, and its lines that are none. */
export interface CsvGames {
  /** In the order of rows; a bad line leaves a gap. */
  readonly games: readonly Game[];
  readonly bad: BadLines;
}

/** A file cannot be read as a catalogue. The message says why. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
}

/** Longest record, bytes: an opening quote without an end would else take the rest of the file into memory. */
const MAX_RECORD_BYTES = 1_000_000;

/**
 * Reads games from a CSV file: UTF-8 with or without a byte order mark, separated by commas, with a header that has the columns of
 * {@link findColumns}. A row is a record after the header, whatever number of lines it has; empty lines are none.
 *
 * @throws CatalogueError if the file cannot be read, has no such header, or has a quote in a wrong place: what follows it would be guessed
 */
export async function readCsvGames(file: string): Promise<CsvGames> {
  const games: Game[] = [];
  const bad = new BadLines();
  const lineOfId = new Map<number, number>();
  let columns: Columns | undefined;
  let row = 0;

  function take(record: readonly string[], line: number): void {
    if (columns === undefined) {
      columns = headerOf(record);
      return;
    }
    row += 1;
    if (row > MAX_ROWS) throw new CatalogueError(`more than ${MAX_ROWS.toLocaleString('en')} games`);
    const game = readGame(record, columns);
    if (typeof game === 'string') {
      bad.add(line, game);
      return;
    }
    const earlier = lineOfId.get(game.id);
    if (earlier !== undefined) {
      bad.add(line, `the id ${game.id} is also on line ${earlier}`);
      return;
    }
    lineOfId.set(game.id, line);
    games.push({ ...game, row });
  }

  try {
    const parser = parse({
      bom: true,
      skip_empty_lines: true,
      // Counted here, so that such a line is listed like the others.
      relax_column_count: true,
      max_record_size: MAX_RECORD_BYTES,
      // Not by reading the stream, which ends with an error before it has given all records before it.
      on_record: (record: readonly string[], { lines }) => {
        take(record, lines);
        return null;
      },
    });
    await pipeline(createReadStream(file), parser.resume());
  } catch (error) {
    const reasons = [error instanceof CsvError ? csvReason(error) : errorMessage(error)];
    if (bad.count > 0) reasons.push(bad.toString());
    throw new CatalogueError(`${file}: ${reasons.join('\n')}`, { cause: error });
  }
  if (columns === undefined) throw new CatalogueError(`${file}: the file is empty`);
  return { games, bad };
}

function headerOf(record: readonly string[]): Columns {
  const found = findColumns(record);
  if (typeof found === 'string') throw new CatalogueError(found);
  return found;
}

function csvReason(error: CsvError): string {
  return `${error.message}: the lines after it cannot be read`;
}
