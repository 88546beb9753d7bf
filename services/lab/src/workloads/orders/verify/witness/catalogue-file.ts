import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../../../../../tools/lib/run-command.ts';
import { ROOT } from '../../../../cli/paths.ts';
import type { CatalogueFile } from '../evidence.ts';

/** Has the shop's catalogue written into a file, and reads that without the shop's code. */
export async function readCatalogue(file: string, rows?: number, seed?: number): Promise<CatalogueFile> {
  const program = join(ROOT, 'services', 'orders', 'src', 'write-catalogue.ts');
  const options = [
    ...(rows === undefined ? [] : [`--rows=${rows}`]),
    ...(seed === undefined ? [] : [`--seed=${seed}`]),
  ];
  await runCommand(process.execPath, [program, file, ...options]);
  return parseCatalogue(await readFile(file, 'utf8'));
}

/**
 * Reads a catalogue: a header, then `id,name,price` with quotes where a value needs them.
 * @throws Error that names the row of a line that is none
 */
export function parseCatalogue(csv: string): CatalogueFile {
  const records = recordsOf(csv).slice(1);
  return new Map(
    records.map(([id = '', name = '', price = '', ...more], index) => {
      if (!/^\d+$/.test(id) || !/^\d+\.\d\d$/.test(price) || more.length > 0)
        throw new Error(
          `row ${index + 1} of the catalogue is no game: ${[id, name, price, ...more].join(',')}`,
        );
      return [index + 1, { id: Number(id), name, priceCents: Number(price.replace('.', '')) }];
    }),
  );
}

const VALUE = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function recordsOf(csv: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let record: string[] = [];
  VALUE.lastIndex = 0;
  while (VALUE.lastIndex < csv.length) {
    const at = VALUE.lastIndex;
    const match = VALUE.exec(csv);
    if (match === null) throw new Error(`the catalogue is no CSV at character ${at}`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}
