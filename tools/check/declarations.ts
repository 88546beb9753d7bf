/** What a test file says of itself to the runner, each by a comment line `// <word>: <why>`. */
export type Declaration =
  /** It takes long, so it is started before the others. */
  | 'first'
  /** It runs after the others, and one after the other with those that are large too: two of them are more than a small machine. */
  | 'large'
  /** Nothing else may run meanwhile. */
  | 'alone';

/** Whether a test file's text has a declaration, with its reason. */
export function declares(source: string, declaration: Declaration): boolean {
  return new RegExp(`^// ${declaration}: \\S`, 'm').test(source);
}

/**
 * Files in their order, but first those that take long, lest the last one runs alone at the end.
 *
 * @param sources text by path
 */
export function longFirst(sources: ReadonlyMap<string, string>): readonly string[] {
  const isFirst = (source: string): number => Number(declares(source, 'first'));
  return [...sources].sort(([, a], [, b]) => isFirst(b) - isFirst(a)).map(([file]) => file);
}
