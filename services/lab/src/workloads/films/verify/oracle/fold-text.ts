/** Letters that a keyboard may lack and Unicode does not take apart. */
const TWO_WAYS = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['ł', 'l'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['þ', 'th'],
  ['ı', 'i'],
]);
const APOSTROPHES = new Set(["'", '’', 'ʼ', '`']);

/** What a code point does in a folded text. */
type Part = { readonly adds: string } | 'nothing' | 'gap';

/** Of each code point that was seen: texts have few different ones. */
const parts = new Map<string, Part>();

/**
 * Folds a text letter by letter, by the rules of docs/systems/films.md: without accents, case, apostrophes and signs, one space between
 * words. A text of which that leaves nothing keeps its signs.
 */
export function foldText(text: string): string {
  const sound = text.toWellFormed();
  const letters = [...sound.normalize('NFKD')].filter((point) => !/^\p{M}$/u.test(point)).join('');
  let folded = '';
  let isGap = false;
  for (const point of letters.toLowerCase()) {
    const part = partOf(point);
    if (part === 'gap') isGap = folded !== '';
    if (typeof part === 'string') continue;
    folded += (isGap ? ' ' : '') + part.adds;
    isGap = false;
  }
  return folded === '' ? signsOf(sound) : folded;
}

/** The words of a folded text. */
export function wordsOf(folded: string): readonly string[] {
  return folded === '' ? [] : folded.split(' ');
}

function partOf(point: string): Part {
  const known = parts.get(point);
  if (known !== undefined) return known;
  const part = readPart(point);
  parts.set(point, part);
  return part;
}

function readPart(point: string): Part {
  const instead = TWO_WAYS.get(point);
  if (instead !== undefined) return { adds: instead };
  if (APOSTROPHES.has(point)) return 'nothing';
  return /^[\p{L}\p{N}]$/u.test(point) ? { adds: point } : 'gap';
}

function signsOf(text: string): string {
  return [...text.normalize('NFKC').toLowerCase()]
    .map((point) => (/^[\p{Cc}\p{Cn}]$/u.test(point) ? ' ' : point))
    .join('')
    .split(/\s+/u)
    .filter((word) => word !== '')
    .join(' ');
}
