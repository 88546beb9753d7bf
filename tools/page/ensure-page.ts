import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPage, PAGE_DIRECTORY } from '../../services/console/web/build-page.ts';
import { cacheDirectory, ensureCached } from '../lib/cache.ts';
import { type OnProgress, withProgress } from '../lib/progress.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const KIND = 'console-page';
/** Everything that the page can be made from, and the versions of what it is made with. */
const SOURCES = ['services/console/{src,web}/**/*.*', 'package-lock.json'];

/** Directory of the page built from the sources as they are now; {@link ensurePage} fills it. */
export function pageDirectory(): string {
  return join(cacheDirectory(), KIND, sourcesKey());
}

/** Builds the console's page unless these very sources were built before; returns its directory. Takes a second. */
export function ensurePage(onProgress: OnProgress): Promise<string> {
  return ensureCached({
    kind: KIND,
    key: sourcesKey(),
    onProgress,
    build: (directory) =>
      withProgress("the console's page: building", onProgress, () => buildPage(directory)),
  });
}

let key: string | undefined;

/** Taken once: what was built for this process stays its page, whatever happens to the sources meanwhile. */
function sourcesKey(): string {
  key ??= hashSources();
  return key;
}

function hashSources(): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: ROOT }).filter(
    (file) => !join(ROOT, file).startsWith(PAGE_DIRECTORY),
  );
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}
