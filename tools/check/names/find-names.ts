import { matchesGlob } from 'node:path';
import type { Place } from './places.ts';

/** Words and schemes that contain a name without naming a server. */
const NOT_A_NAME = /redistribut|rediscover|redisplay|rediss?:\/\//gi;

/** A line that is nothing but a comment, in the languages that are read: documentation, which may name an example. */
const COMMENT = /^\s*(?:\*|\/[/*]|#|\{\{-? ?\/\*)/;

/**
 * Finds files that name a broker or a store where that is not allowed, and places that no file needs any more.
 *
 * @param texts contents by path from the root of the repository
 * @param names of brokers and stores, lower case
 * @returns lines for the reader, none if all is well
 */
export function findNames(
  texts: ReadonlyMap<string, string>,
  names: readonly string[],
  places: readonly Place[],
): readonly string[] {
  const name = new RegExp(names.join('|'), 'i');
  const anyName = `{${names.join(',')}}`;
  const needed = new Set<Place>();
  const problems: string[] = [];
  for (const [path, text] of texts) {
    const lines = text.split('\n').map((line) => (COMMENT.test(line) ? '' : line.replaceAll(NOT_A_NAME, '')));
    const named = lines.flatMap((line, index) => {
      const [found] = name.exec(line) ?? [];
      return found === undefined ? [] : [{ found, number: index + 1 }];
    });
    const [first] = named;
    if (first === undefined) continue;
    const place = places.find(({ glob }) => matchesGlob(path, glob.replaceAll('<name>', anyName)));
    if (place !== undefined) needed.add(place);
    else problems.push(`${path}:${first.number}: names ${first.found}; ${named.length} lines name a server`);
  }
  for (const place of places)
    if (!needed.has(place)) problems.push(`${place.glob}: no file there names a server: remove this place`);
  return problems;
}
