/** Letters that have no decomposition, and what a person types for them. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};
const PLAIN_LETTERS = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'gu');

/**
 * Folds a text for a search: without accents, case and punctuation, with single spaces between words. `Amélie!` is `amelie`, `Dragon’s`
 * is `dragons`. A text without a letter or digit, such as the title `$`, keeps its signs.
 */
export function fold(text: string): string {
  const wellFormed = text.toWellFormed();
  const words = wellFormed
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(PLAIN_LETTERS, (letter) => PLAIN[letter] ?? letter)
    .replace(/['’ʼ`]/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return words === '' ? foldSigns(wellFormed) : words;
}

function foldSigns(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Cc}\p{Cn}]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** The words of a folded text, in order. */
export function tokensOf(folded: string): readonly string[] {
  return folded.split(' ').filter((token) => token !== '');
}
