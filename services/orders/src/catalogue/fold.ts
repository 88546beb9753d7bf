/** Folds a text for a search: without accents and case, and with single spaces between what is left. */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/ß/gu, 'ss')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Words of a folded text, in order: letters and digits. An apostrophe is no end of a word, so that `dragons` finds `Dragon's`. */
export function wordsOf(folded: string): readonly string[] {
  return folded
    .replace(/['’]/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
