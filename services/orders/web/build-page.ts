import { join } from 'node:path';
import { buildPage } from '@caudal/console-web/build';

/** Builds the shop's page into a directory, which is emptied first. */
export function buildShopPage(directory: string): Promise<void> {
  return buildPage(directory, import.meta.dirname);
}

/** Where a build without a cache puts the page, and where the image has it. */
export const SHOP_PAGE_DIRECTORY = join(import.meta.dirname, 'dist');
