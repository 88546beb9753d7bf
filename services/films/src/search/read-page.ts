import type { Place } from './cursor.ts';
import type { Filter } from './filters.ts';
import type { VersionReader } from './results.ts';
import type { Subject } from './subjects.ts';

/**
 * How rows of a part are found. `planned`: as PostgreSQL thinks best. `gathered`: all of them, to be sorted then, so never by going through
 * the best known until enough have been seen. `best known`: among the first rows after the page before, whatever they are.
 */
export type Way =
  | { readonly kind: 'planned' }
  | { readonly kind: 'gathered' }
  | { readonly kind: 'best known'; readonly rows: number };

/** Some of the rows of a page. */
export interface Part {
  /** Its place among the parts: all rows of one come before those of the next. */
  readonly matchClass: number;
  /** Conditions that its rows fulfil. */
  readonly filters: readonly Filter[];
  /** Rows after this one only. */
  readonly after?: Pick<Place, 'popularity' | 'id'> | undefined;
  /** Default: planned. */
  readonly way?: Way;
}

/** A row with the part it belongs to. */
export interface Row<Entry> {
  readonly entry: Entry;
  readonly matchClass: number;
}

/**
 * Reads the first rows of parts, in one statement: part after part, within each the best known first, then by id. First only ids are looked
 * for, which are in the indexes.
 */
export async function readRows<Entry>(
  reader: VersionReader,
  subject: Subject<Entry>,
  { parts, limit }: { readonly parts: readonly Part[]; readonly limit: number },
): Promise<readonly Row<Entry>[]> {
  const { rank } = subject;
  const table = subject.table(reader.version);
  const values: (string | number)[] = [limit];
  const add = (filter: Filter): string => {
    const { text, values: more } = filter(values.length + 1);
    values.push(...more);
    return text;
  };
  const branches = parts.flatMap((part) =>
    sourcesOf(part, { table, rank, add }).map(
      (source) =>
        `(select ${part.matchClass} as class, id as row_id, ${rank} as row_rank from ${source} order by ${rank} desc, id limit $1)`,
    ),
  );
  const rows = await reader.query<Entry & { readonly class: number }>({
    text: `
      select class, ${subject.columns(reader.version)}
        from (select * from (${branches.join(' union all ')}) as branch order by class, row_rank desc, row_id limit $1) as page
        join ${table} as entry on entry.id = row_id
       order by class, row_rank desc, row_id`,
    values,
  });
  return rows.map((row) => ({ entry: row, matchClass: row.class }));
}

interface Names {
  readonly table: string;
  readonly rank: string;
  /** Adds a condition's values to the statement; returns its text. */
  add(filter: Filter): string;
}

/** The tables, with conditions, that have a part's rows together. */
function sourcesOf(
  { filters, after, way = { kind: 'planned' } }: Part,
  { table, rank, add }: Names,
): readonly string[] {
  const where = (more: readonly Filter[]): string => more.map(add).join(' and ') || 'true';
  const slices = slicesOf(rank, after);
  switch (way.kind) {
    case 'planned':
      return slices.map((slice) => `${table} where ${where([...filters, ...slice])}`);
    case 'gathered': {
      const rest: Filter = (first) =>
        after === undefined
          ? { text: 'true', values: [] }
          : {
              text: `(${rank} < $${first} or ${rank} = $${first} and id > $${first + 1})`,
              values: [after.popularity, after.id],
            };
      // The offset keeps PostgreSQL from planning for the first rows only.
      return [`(select id, ${rank} from ${table} where ${where([...filters, rest])} offset 0) as gathered`];
    }
    case 'best known': {
      const inOrder = `order by ${rank} desc, id limit ${way.rows}`;
      const best = slices.map(
        (slice) => `(select id, ${rank}, folded, words from ${table} where ${where(slice)} ${inOrder})`,
      );
      return [
        `(select * from (${best.join(' union all ')}) as slice ${inOrder}) as best where ${where(filters)}`,
      ];
    }
  }
}

/** What follows a row, in two slices that an index has in their order: many are equally known. */
function slicesOf(rank: string, after: Part['after']): readonly (readonly Filter[])[] {
  if (after === undefined) return [[]];
  const { popularity, id } = after;
  const equal: Filter = (first) => ({
    text: `${rank} = $${first} and id > $${first + 1}`,
    values: [popularity, id],
  });
  const less: Filter = (first) => ({ text: `${rank} < $${first}`, values: [popularity] });
  return [[equal], [less]];
}
