import { pick, type Random } from '../random.ts';

/** Shorter words have no mistakes: they are too easily another word. */
const fewestLetters = 4;

/** A way to mistype a word at one of its letters; undefined where that would leave it as it is. */
type Slip = (letters: readonly string[], place: number) => string[] | undefined;

const slips: readonly Slip[] = [
  // Swapped with the next.
  (letters, place) => {
    const [here = '', next = ''] = letters.slice(place, place + 2);
    if (next === '' || here === next) return undefined;
    return [...letters.slice(0, place), next, here, ...letters.slice(place + 2)];
  },
  // Left out.
  (letters, place) => [...letters.slice(0, place), ...letters.slice(place + 1)],
  // Typed twice.
  (letters, place) => [...letters.slice(0, place + 1), ...letters.slice(place)],
];

/** Whether a word has nothing but letters, none of which has two forms of one case. */
function hasOnlyLetters(word: string): boolean {
  return [...word].every((letter) => letter.toLowerCase() !== letter.toUpperCase());
}

/** Makes one mistake in one word of four letters or more; undefined for a text without such a word. */
export function mistype(random: Random, text: string): string | undefined {
  const words = text.toLowerCase().split(' ');
  const places = words.flatMap((word, place) =>
    [...word].length >= fewestLetters && hasOnlyLetters(word) ? [place] : [],
  );
  if (places.length === 0) return undefined;
  const chosen = pick(random, places);
  const letters = [...(words[chosen] ?? '')];
  const slip = pick(random, slips);
  const place = (random() * letters.length) | 0;
  // The last letter has no next one, and two alike cannot be swapped: leaving one out is a mistake everywhere.
  const mistyped = slip(letters, place) ?? [...letters.slice(0, place), ...letters.slice(place + 1)];
  return words.map((word, at) => (at === chosen ? mistyped.join('') : word)).join(' ');
}
