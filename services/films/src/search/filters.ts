import type { Condition } from './matches.ts';
import { schemaOf } from './version.ts';

/** A condition of a statement whose values are numbered from the given place. */
export type Filter = (first: number) => Condition;

/** Films of a year. */
export function ofYear(year: number): Filter {
  return (first) => ({ text: `year = $${first}`, values: [year] });
}

/** The one with an id. */
export function withId(id: string): Filter {
  return (first) => ({ text: `id = $${first}`, values: [id] });
}

/** Films of a director. */
export function directedBy(version: number, personId: string): Filter {
  return (first) => ({
    text: `id in (select film_id from ${schemaOf(version)}.film_director where person_id = $${first})`,
    values: [personId],
  });
}

/**
 * Titles that contain a text, anywhere.
 * @param folded text, folded; not empty
 */
export function containing(folded: string): Filter {
  const pattern = `%${folded.replace(/[\\%_]/g, String.raw`\$&`)}%`;
  return (first) => ({ text: `folded like $${first}`, values: [pattern] });
}

/** Films from one place in the import to another. */
export function between(first: number, last: number): Filter {
  return (place) => ({ text: `ordinal between $${place} and $${place + 1}`, values: [first, last] });
}
