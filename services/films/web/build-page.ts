import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage } from '@caudal/console-web/build';

/** Builds the films' page into a directory, which is emptied first: a template that the API fills, and the files that it loads. */
export async function buildFilmsPage(directory: string): Promise<void> {
  await buildPage(directory, import.meta.dirname);
  // The font's licence goes where the font goes.
  await copyFile(
    fileURLToPath(import.meta.resolve('@fontsource-variable/bricolage-grotesque/LICENSE')),
    join(directory, 'font-licence.txt'),
  );
}

/** Where a build without a cache puts the page, and where the image has it. */
export const FILMS_PAGE_DIRECTORY = join(import.meta.dirname, 'dist');
