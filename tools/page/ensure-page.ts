import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPage, PAGE_DIRECTORY } from '../../services/console/web/build-page.ts';
import { buildFilmsPage, FILMS_PAGE_DIRECTORY } from '../../services/films/web/build-page.ts';
import { buildShopPage, SHOP_PAGE_DIRECTORY } from '../../services/orders/web/build-page.ts';
import { cacheDirectory, ensureCached } from '../lib/cache.ts';
import { type OnProgress, withProgress } from '../lib/progress.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Where builds without this cache put the pages: no sources. */
const BUILT = [PAGE_DIRECTORY, SHOP_PAGE_DIRECTORY, FILMS_PAGE_DIRECTORY];

/** A page that is built once for the same sources. */
export interface CachedPage {
  /** Directory of the page built from the sources as they are now; {@link CachedPage.ensure} fills it. */
  directory(): string;
  /** Builds the page unless these very sources were built before; returns its directory. Takes a second. */
  ensure(onProgress: OnProgress): Promise<string>;
}

/** The console's page. */
export const CONSOLE_PAGE = cachedPage({
  kind: 'console-page',
  name: "the console's page",
  sources: ['services/console/{src,web}/**/*.*', 'package-lock.json'],
  build: buildPage,
});

/** The shop's page, of the system orders. */
export const SHOP_PAGE = cachedPage({
  kind: 'shop-page',
  name: "the shop's page",
  // It has parts of the console's.
  sources: ['services/orders/{src/domain,web}/**/*.*', 'services/console/web/**/*.*', 'package-lock.json'],
  build: buildShopPage,
});

/** The page of the system films. */
export const FILMS_PAGE = cachedPage({
  kind: 'films-page',
  name: "the films' page",
  // Its script renders what the server renders.
  sources: [
    'services/films/{src/page,src/search,web}/**/*.*',
    'services/console/web/**/*.*',
    'package-lock.json',
  ],
  build: buildFilmsPage,
});

function cachedPage(page: {
  readonly kind: string;
  readonly name: string;
  /** Everything that the page can be made from, and the versions of what it is made with. */
  readonly sources: readonly string[];
  build(directory: string): Promise<void>;
}): CachedPage {
  const { kind, name, sources, build } = page;
  // Taken once: what was built for this process stays its page, whatever happens to the sources meanwhile.
  let key: string | undefined;
  const keyNow = (): string => {
    key ??= hashSources(sources);
    return key;
  };
  return {
    directory: () => join(cacheDirectory(), kind, keyNow()),
    ensure: (onProgress) =>
      ensureCached({
        kind,
        key: keyNow(),
        onProgress,
        build: (directory) => withProgress(`${name}: building`, onProgress, () => build(directory)),
      }),
  };
}

function hashSources(patterns: readonly string[]): string {
  const hash = createHash('sha256');
  const files = globSync(patterns, { cwd: ROOT }).filter(
    (file) => !BUILT.some((directory) => join(ROOT, file).startsWith(directory)),
  );
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}
