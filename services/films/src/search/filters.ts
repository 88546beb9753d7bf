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

/**
 * A part of the films, by their place in the import: all parts together are all films, each once.
 * @param part from 0
 */
export function inPart(version: number, part: number, parts: number): Filter {
  const last = `(select max(ordinal) from ${schemaOf(version)}.film)`;
  const bound = (place: number): string => `${last}::bigint * $${place} / ${parts}`;
  return (first) => ({
    text: `ordinal > ${bound(first)} and ordinal <= ${bound(first + 1)}`,
    values: [part, part + 1],
  });
}
