import type { Condition } from './matches.ts';
import type { VersionReader } from './results.ts';
import type { Subject } from './subjects.ts';

/** Rows of one condition, best known first. */
export interface RowsRequest {
  /** Conditions that rows fulfil, each with its values numbered from the given place. */
  readonly conditions: readonly ((first: number) => Condition)[];
  /** Rows after this one only. */
  readonly after?: { readonly popularity: number; readonly id: string } | undefined;
  readonly limit: number;
}

/** Reads rows of a subject that fulfil all conditions, best known first, then by id. */
export function readRows<Entry>(
  reader: VersionReader,
  subject: Subject<Entry>,
  { conditions, after, limit }: RowsRequest,
): Promise<readonly Entry[]> {
  const { rank } = subject;
  const afterwards = (first: number): Condition => ({
    // The first part alone can be looked up in an index.
    text: `${rank} <= $${first} and (${rank} < $${first} or id > $${first + 1})`,
    values: after === undefined ? [] : [after.popularity, after.id],
  });
  const all = [...conditions, ...(after === undefined ? [] : [afterwards])].reduce<Condition>(
    (sum, condition) => {
      const { text, values } = condition(sum.values.length + 1);
      return {
        text: sum.text === '' ? text : `${sum.text} and ${text}`,
        values: sum.values.concat(values),
      };
    },
    { text: '', values: [] },
  );
  const where = all.text === '' ? '' : `where ${all.text}`;
  return reader.query<Entry>({
    text: `${subject.select(reader.version)} ${where} order by ${rank} desc, id limit $${all.values.length + 1}`,
    values: [...all.values, limit],
  });
}
