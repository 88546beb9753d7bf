import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Builds a page: `index.html`, which refers to files whose names change with their contents.
 *
 * @param directory emptied first
 * @param root directory of the sources. Default: the console's page
 */
export async function buildPage(directory: string, root: string = import.meta.dirname): Promise<void> {
  // Only who builds waits for it to load.
  const { build } = await import('vite');
  await build({
    root,
    // Relative, so that the page also works below a path of an ingress.
    base: './',
    configFile: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    json: { stringify: true },
    build: {
      outDir: directory,
      emptyOutDir: true,
      target: 'es2024',
      // The policy of the page allows no inlined files.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
  // A page chooses its theme before its first paint, all of them by the same file.
  await copyFile(join(import.meta.dirname, 'public', THEME_SCRIPT), join(directory, THEME_SCRIPT));
}

const THEME_SCRIPT = 'theme.js';

/** Where a build without a cache puts the page, and where the console looks for it. */
export const PAGE_DIRECTORY = join(import.meta.dirname, 'dist');
