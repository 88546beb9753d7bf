import { declares } from './declarations.ts';

/** Test files that run one after the other, because they share a release, or because they are large. */
export interface FileGroup {
  readonly files: readonly string[];
  readonly sharesRelease: boolean;
  /** Whether nothing else may run meanwhile. */
  readonly alone: boolean;
}

/** Name of the group of those that are large. */
const LARGE = 'large';

/**
 * Groups cluster test files by what each says of itself: `shares: { release: 'ha', turn: 1 }` in its `useRelease` puts files
 * on one release, in the order of their turns, a line `// large: <why>` keeps others away that say it too, and a line
 * `// alone: <why>` everything else. A file that says nothing is a group of its own. Long groups come first, then what is large, last
 * those that are alone.
 *
 * @param sources text by path
 * @throws Error where two files have the same turn
 */
export function groupFiles(sources: ReadonlyMap<string, string>): readonly FileGroup[] {
  const byName = new Map<string, { file: string; turn: number; alone: boolean }[]>();
  for (const [file, source] of sources) {
    const [, release, turn] = /\bshares: \{ release: '([\w-]+)', turn: (\d+) \}/.exec(source) ?? [];
    const name =
      release === undefined ? (declares(source, 'large') ? LARGE : `file ${file}`) : `release ${release}`;
    const files = byName.get(name) ?? [];
    const other = files.find((one) => turn !== undefined && one.turn === Number(turn));
    if (other) throw new Error(`${file} and ${other.file} both have turn ${turn} on the release ${release}`);
    files.push({ file, turn: Number(turn ?? files.length), alone: declares(source, 'alone') });
    byName.set(name, files);
  }
  const placeOf = ({ alone, isLarge }: { alone: boolean; isLarge: boolean }): number =>
    alone ? 2 : Number(isLarge);
  return [...byName]
    .map(([name, files]) => ({
      files: files.sort((a, b) => a.turn - b.turn).map(({ file }) => file),
      sharesRelease: name.startsWith('release '),
      isLarge: name === LARGE,
      alone: files.some(({ alone }) => alone),
    }))
    .sort((a, b) => placeOf(a) - placeOf(b) || b.files.length - a.files.length)
    .map(({ isLarge: _, ...group }) => group);
}
