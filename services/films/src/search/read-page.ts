import type { Place } from './cursor.ts';
import type { Filter } from './filters.ts';
import type { Condition } from './matches.ts';
import type { VersionReader } from './results.ts';
import type { Subject } from './subjects.ts';

/** Rows that fulfil all conditions, best known first. */
export interface RowsRequest {
  readonly filters: readonly Filter[];
  /** Rows after this one only. */
  readonly after?: Pick<Place, 'popularity' | 'id'> | undefined;
  readonly limit: number;
}

/** Reads rows of a subject that fulfil all conditions, best known first, then by id. */
export function readRows<Entry>(
  reader: VersionReader,
  subject: Subject<Entry>,
  { filters, after, limit }: RowsRequest,
): Promise<readonly Entry[]> {
  const { rank } = subject;
  const select = subject.select(reader.version);
  const all = together(filters);
  const value = (place: number): string => `$${all.values.length + place}`;
  const rows = (more: string, number: string): string => {
    const where = [all.text, more].filter((text) => text !== '').join(' and ');
    return `${select} ${where === '' ? '' : `where ${where}`} order by ${rank} desc, id limit ${number}`;
  };
  if (after === undefined)
    return reader.query<Entry>({ text: rows('', value(1)), values: [...all.values, limit] });
  // Two parts, each of which an index has in its order: many films are equally known.
  const equal = rows(`${rank} = ${value(1)} and id > ${value(2)}`, value(3));
  const less = rows(`${rank} < ${value(1)}`, value(3));
  return reader.query<Entry>({
    text: `select * from ((${equal}) union all (${less})) as page order by ${rank} desc, id limit ${value(3)}`,
    values: [...all.values, after.popularity, after.id, limit],
  });
}

function together(filters: readonly Filter[]): Condition {
  return filters.reduce<Condition>(
    (sum, filter) => {
      const { text, values } = filter(sum.values.length + 1);
      return {
        text: sum.text === '' ? text : `${sum.text} and ${text}`,
        values: [...sum.values, ...values],
      };
    },
    { text: '', values: [] },
  );
}
