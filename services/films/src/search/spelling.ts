/** Shorter words are like too many others. */
export const MIN_LETTERS = 3;

/** A word under itself and under what is left without any one of its letters, each once. Letters are code points. */
export function spellingsOf(word: string): readonly string[] {
  const letters = [...word];
  return [...new Set([word, ...letters.map((_, place) => letters.toSpliced(place, 1).join(''))])];
}

/** Whether two words differ by one mistake: a letter that is missing, too many, another, or swapped with the next one. */
export function isOneMistake(left: string, right: string): boolean {
  const [a, b] = [[...left], [...right]];
  if (Math.abs(a.length - b.length) > 1 || left === right) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const rest = (letters: readonly string[], from: number): string => letters.slice(from).join('');
  if (a.length > b.length) return rest(a, same + 1) === rest(b, same);
  if (a.length < b.length) return rest(a, same) === rest(b, same + 1);
  const isSwapped = a[same] === b[same + 1] && a[same + 1] === b[same];
  return rest(a, same + 1) === rest(b, same + 1) || (isSwapped && rest(a, same + 2) === rest(b, same + 2));
}
