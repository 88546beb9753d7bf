import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { repository } from './paths.ts';

/** A file that a script makes; `undefined` means that it should not be there. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string | undefined;
}

/** Returns the paths of files that differ from their generated content. */
export function staleFiles(files: readonly GeneratedFile[]): readonly string[] {
  return files
    .filter(({ path, content }) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined) !== content)
    .map(({ path }) => relative(repository, path));
}

/** Writes the files that differ from their generated content, and returns their paths. */
export function writeFiles(files: readonly GeneratedFile[]): readonly string[] {
  const stale = staleFiles(files);
  for (const { path, content } of files) {
    if (content === undefined) {
      rmSync(path, { force: true });
    } else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }
  return stale;
}

/** Runs a generator as a program: writes its files, or with `--check` only names the stale ones and fails. */
export function runGenerator(name: string, files: readonly GeneratedFile[]): void {
  if (process.argv.includes('--check')) {
    const stale = staleFiles(files);
    if (stale.length === 0) return;
    process.stderr.write(`not up to date: ${stale.join(', ')}; run "node charts/scripts/${name}.ts"\n`);
    process.exitCode = 1;
    return;
  }
  for (const path of writeFiles(files)) process.stdout.write(`${path}\n`);
}
