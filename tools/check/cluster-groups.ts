import { declares } from './declarations.ts';

/** Test files that run one after the other, because they share a release. */
export interface FileGroup {
  readonly files: readonly string[];
  /** Whether nothing else may run meanwhile. */
  readonly alone: boolean;
}

/**
 * Groups cluster test files by what each says of itself: `shares: { release: 'ha', turn: 1 }` in its `useRelease` puts files
 * on one release, in the order of their turns, and a line `// alone: <why>` keeps everything else away. A file that says
 * nothing is a group of its own. Long groups come first, those that are alone last.
 *
 * @param sources text by path
 * @throws Error where two files have the same turn
 */
export function groupFiles(sources: ReadonlyMap<string, string>): readonly FileGroup[] {
  const byRelease = new Map<string, { file: string; turn: number; alone: boolean }[]>();
  for (const [file, source] of sources) {
    const [, release = `of ${file}`, turn = '1'] =
      /\bshares: \{ release: '([\w-]+)', turn: (\d+) \}/.exec(source) ?? [];
    const files = byRelease.get(release) ?? [];
    const other = files.find((one) => one.turn === Number(turn));
    if (other) throw new Error(`${file} and ${other.file} both have turn ${turn} on the release ${release}`);
    files.push({ file, turn: Number(turn), alone: declares(source, 'alone') });
    byRelease.set(release, files);
  }
  return [...byRelease.values()]
    .map((files) => ({
      files: files.sort((a, b) => a.turn - b.turn).map(({ file }) => file),
      alone: files.some(({ alone }) => alone),
    }))
    .sort((a, b) => Number(a.alone) - Number(b.alone) || b.files.length - a.files.length);
}
