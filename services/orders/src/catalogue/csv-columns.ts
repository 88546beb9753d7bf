import { showValue } from '@caudal/common/bad-lines';
import { type Game, MAX_INTEGER, MAX_NAME_LENGTH } from './game.ts';

/** Names of each column in the known exports, in lower case, without spaces, `-` and `_`. */
const NAMES = {
  id: ['appid', 'steamappid', 'gameid', 'id'],
  name: ['name', 'title', 'gamename'],
  price: ['price', 'finalprice', 'originalprice', 'initialprice'],
} as const;

type Column = keyof typeof NAMES;
const COLUMNS = Object.keys(NAMES) as readonly Column[];

/** Positions of the columns, and how many there are. */
export type Columns = Readonly<Record<Column, number>> & { readonly count: number };

/** Finds the columns in a header; returns what is wrong with it as a text. */
export function findColumns(header: readonly string[]): Columns | string {
  const found = header.map((name) => name.toLowerCase().replace(/[\s_-]/gu, ''));
  const position = (column: Column): number =>
    NAMES[column].map((name) => found.indexOf(name)).find((index) => index >= 0) ?? -1;
  const missing = COLUMNS.filter((column) => position(column) < 0);
  if (missing.length > 0) {
    const wanted = missing.map((column) => `${column} (${NAMES[column].join(', ')})`);
    return `the header has no column for ${wanted.join(' and for ')}`;
  }
  return { id: position('id'), name: position('name'), price: position('price'), count: header.length };
}

/** Reads the game of a record; returns what is wrong with it as a text. */
export function readGame(record: readonly string[], columns: Columns): Omit<Game, 'row'> | string {
  if (record.length !== columns.count)
    return `${record.length} columns instead of ${columns.count}: a comma without quotes?`;
  const [id, name, price] = COLUMNS.map((column) => record[columns[column]] ?? '') as [
    string,
    string,
    string,
  ];
  const idNumber = /^\d{1,10}$/.test(id.trim()) ? Number(id) : Number.NaN;
  if (!(idNumber <= MAX_INTEGER)) return `id: ${showValue(id)} is not a whole number up to ${MAX_INTEGER}`;
  // A name is one line: in a subject, in a list, in a search.
  const line = name.replace(/\s+/gu, ' ').trim();
  if (line === '') return 'name: empty';
  if (line.length > MAX_NAME_LENGTH) return `name: longer than ${MAX_NAME_LENGTH} characters`;
  if (line.includes('\ufffd')) return `name: ${showValue(line)} has bytes that are not UTF-8`;
  if (/\p{Cc}/u.test(line)) return `name: ${showValue(line)} has a control character`;
  const priceCents = readPrice(price);
  if (priceCents === undefined)
    return `price: ${showValue(price)} is not a decimal number such as 9.99, or Free`;
  return { id: idNumber, name: line, priceCents };
}

/**
 * Price in cents. A price is a decimal number with a point, so that `999` is 999.00 and never 9.99, with or without the sign of a
 * currency; zeros after the second digit are ignored. `Free` and `Free to Play` are 0. Undefined if it is neither.
 */
export function readPrice(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^free( to play)?$/i.test(trimmed)) return 0;
  const [, whole, decimals = ''] = /^[$€£]?\s*(\d{1,8})(?:\.(\d{1,2})0{0,10})?$/.exec(trimmed) ?? [];
  if (whole === undefined) return undefined;
  const cents = Number(whole) * 100 + Number(decimals.padEnd(2, '0'));
  return cents <= MAX_INTEGER ? cents : undefined;
}
