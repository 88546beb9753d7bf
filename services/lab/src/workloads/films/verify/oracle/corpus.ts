import { foldText, wordsOf } from './fold-text.ts';
import { isOneApart, pointsOf } from './mistakes.ts';

/** Texts to search, the best known first: a text is known by its place. */
export interface Corpus {
  /** Places of the texts that match a folded query, in the order of an answer: what is it, what begins with it, what has its words. */
  match(folded: string): readonly number[];
  /** Places of the texts that have a folded query anywhere. */
  containing(folded: string): readonly number[];
  /** A folded query with its mistakes put right; undefined where it has none, or one that cannot be put right. */
  correct(folded: string): string | undefined;
}

/** A word shorter than this is never put right. */
const SHORTEST = 3;

/** A word of the texts. */
interface Word {
  readonly word: string;
  readonly points: Uint32Array;
  /** Places of the texts that have it, ascending; each once. */
  readonly places: readonly number[];
}

/** Prepares texts for searches. @param texts the best known first */
export function createCorpus(texts: readonly string[]): Corpus {
  const folded = texts.map(foldText);
  const byFolded = [...folded.keys()].sort((a, b) => compare(folded[a] ?? '', folded[b] ?? ''));
  const words = readWords(folded);
  const places = new Map(words.map((word) => [word.word, word]));
  const beginningWith = (start: string): readonly Word[] =>
    slice(
      words,
      ({ word }) => compare(word, start) >= 0 && !word.startsWith(start),
      start,
      ({ word }) => word,
    );

  const withWords = (asked: readonly string[]): readonly number[] => {
    const last = asked.at(-1) ?? '';
    const unfinished = beginningWith(last).map((word) => word.places);
    const whole = asked.slice(0, -1).map((word) => places.get(word)?.places ?? []);
    const [first = [], ...others] = [
      unfinished.length === 1 ? (unfinished[0] ?? []) : [...new Set(unfinished.flat())],
      ...whole,
    ].sort((a, b) => a.length - b.length);
    const sets = others.map((other) => new Set(other));
    return first.filter((place) => sets.every((set) => set.has(place)));
  };

  const replacements = new Map<string, string | undefined>();
  const replacementOf = (word: string): string | undefined => {
    if (!replacements.has(word)) replacements.set(word, mostUsed(word, words));
    return replacements.get(word);
  };

  return {
    match(query) {
      const begin = slice(
        byFolded,
        (place) => compare(folded[place] ?? '', query) >= 0 && !(folded[place] ?? '').startsWith(query),
        query,
        (place) => folded[place] ?? '',
      );
      const exact = begin.filter((place) => folded[place] === query);
      const longer = begin.filter((place) => folded[place] !== query);
      const have = withWords(wordsOf(query)).filter((place) => folded[place]?.startsWith(query) === false);
      return [exact, longer, have].flatMap(ascending);
    },
    containing: (query) => [...folded.keys()].filter((place) => folded[place]?.includes(query)),
    correct(query) {
      const asked = wordsOf(query);
      const instead = asked.map((word, index) => {
        const isLast = index === asked.length - 1;
        const isKnown = places.has(word) || (isLast && beginningWith(word).length > 0);
        return isKnown ? word : replacementOf(word);
      });
      if (instead.includes(undefined)) return undefined;
      const corrected = instead.join(' ');
      return corrected === query ? undefined : corrected;
    },
  };
}

function readWords(folded: readonly string[]): readonly Word[] {
  const places = new Map<string, number[]>();
  for (const [place, text] of folded.entries()) {
    for (const word of new Set(wordsOf(text))) {
      const known = places.get(word);
      if (known === undefined) places.set(word, [place]);
      else known.push(place);
    }
  }
  return [...places]
    .map(([word, of]) => ({ word, points: pointsOf(word), places: of }))
    .sort((a, b) => compare(a.word, b.word));
}

/** The word one mistake away that most texts have; of several the first by its bytes. */
function mostUsed(word: string, words: readonly Word[]): string | undefined {
  const points = pointsOf(word);
  if (points.length < SHORTEST) return undefined;
  const near = words.filter((candidate) => isOneApart(points, candidate.points));
  const most = Math.max(...near.map(({ places }) => places.length));
  return near
    .filter(({ places }) => places.length === most)
    .map((candidate) => Buffer.from(candidate.word))
    .sort(Buffer.compare)[0]
    ?.toString();
}

/** Entries of a sorted list from the first that is not below `start`, to the first that is past it. */
function slice<Entry>(
  sorted: readonly Entry[],
  isPast: (entry: Entry) => boolean,
  start: string,
  textOf: (entry: Entry) => string,
): readonly Entry[] {
  const from = firstPlace(sorted, (entry) => compare(textOf(entry), start) >= 0);
  const rest = firstPlace(sorted, isPast);
  return sorted.slice(from, rest);
}

/** Place of the first entry that fulfils a condition which holds from there on. */
function firstPlace<Entry>(sorted: readonly Entry[], holds: (entry: Entry) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle] as Entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function ascending(places: readonly number[]): readonly number[] {
  return Array.from(Uint32Array.from(places).sort());
}

/** By code units, so that texts with one beginning stand together. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
