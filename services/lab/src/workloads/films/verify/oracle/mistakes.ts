/**
 * Whether two words are one mistake apart: a letter missing, one too many, another one, or two next to each other swapped. It fills the
 * table of the optimal string alignment distance, row by row, and gives up where two rows in turn have nothing below two.
 *
 * @param left and right code points
 */
export function isOneApart(left: Uint32Array, right: Uint32Array): boolean {
  if (Math.abs(left.length - right.length) > 1) return false;
  let before = new Uint8Array(right.length + 1);
  let above = Uint8Array.from({ length: right.length + 1 }, (_, column) => Math.min(column, FAR));
  let row = new Uint8Array(right.length + 1);
  let leastAbove = 0;
  for (let i = 1; i <= left.length; i += 1) {
    row[0] = Math.min(i, FAR);
    let least = at(row, 0);
    for (let j = 1; j <= right.length; j += 1) {
      const isSame = left[i - 1] === right[j - 1];
      let cost = Math.min(at(above, j) + 1, at(row, j - 1) + 1, at(above, j - 1) + (isSame ? 0 : 1));
      const isSwap = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (isSwap) cost = Math.min(cost, at(before, j - 2) + 1);
      row[j] = Math.min(cost, FAR);
      least = Math.min(least, cost);
    }
    if (least > 1 && leastAbove > 1) return false;
    leastAbove = least;
    [before, above, row] = [above, row, before];
  }
  return at(above, right.length) === 1;
}

/** Stands for any distance that is not worth knowing. */
const FAR = 9;

function at(row: Uint8Array, column: number): number {
  return row[column] ?? FAR;
}

/** Code points of a word. */
export function pointsOf(word: string): Uint32Array {
  return Uint32Array.from(word, (point) => point.codePointAt(0) ?? 0);
}
