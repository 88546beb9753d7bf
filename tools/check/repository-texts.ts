import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/**
 * Texts of the repository by their paths, in order: those of its top level and of `folders` whose path `isRead` accepts.
 * node_modules are left out.
 */
export function repositoryTexts(
  folders: readonly string[],
  isRead: (path: string) => boolean,
): ReadonlyMap<string, string> {
  const paths = globSync(['*', ...folders.map((folder) => `${folder}/**/*`)], {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  });
  return new Map(
    paths
      .filter(isRead)
      .sort()
      .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const),
  );
}
