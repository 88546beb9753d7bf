import { join } from 'node:path';

/**
 * Builds the page: `index.html`, which refers to files whose names change with their contents.
 *
 * @param directory emptied first
 */
export async function buildPage(directory: string): Promise<void> {
  // Only who builds waits for it to load.
  const { build } = await import('vite');
  await build({
    root: import.meta.dirname,
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
}

/** Where a build without a cache puts the page, and where the console looks for it. */
export const PAGE_DIRECTORY = join(import.meta.dirname, 'dist');
