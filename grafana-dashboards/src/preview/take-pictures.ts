import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findChromium } from '../../../tools/browser/chromium.ts';
import { readDashboards, systemOf } from '../model/dashboard-json.ts';
import { resolveDashboard, type View } from '../model/resolve.ts';
import { createPrometheusClient } from '../prometheus/client.ts';
import { HERO_DASHBOARD, HERO_SCALE, HERO_WIDTH, heroOf } from './hero.ts';
import { readDashboardData } from './panel-data.ts';
import { type Page, renderPage } from './render-page.ts';
import { takePicture } from './take-picture.ts';

/** Dashboards to draw, their source and the output directory. */
export interface PictureOptions {
  /** Directory with the dashboards' JSON. */
  readonly directory: string;
  readonly prometheusUrl: string;
  readonly view: View;
  /** Directory of the pictures; made where it is missing. */
  readonly outputDirectory: string;
  /** Names of dashboards; by default all of the pipeline. */
  readonly only?: readonly string[];
}

/** A picture that was written. */
export interface Picture {
  readonly dashboard: string;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Draws dashboards with what Prometheus holds, `dashboard-<name>.png` each; of the first one also `hero-dark.png` and
 * `hero-light.png`, the part of it that can be read at the width of a README.
 *
 * @throws PrerequisiteError without a browser; Error for a name that is no dashboard, or if Prometheus does not answer
 */
export async function takePictures(options: PictureOptions): Promise<Picture[]> {
  const { directory, prometheusUrl, view, outputDirectory, only = [] } = options;
  const dashboards = readDashboards(directory);
  for (const name of only) {
    if (!dashboards.has(name))
      throw new Error(`unknown dashboard "${name}"; use: ${[...dashboards.keys()].join(', ')}`);
  }
  const chromium = await findChromium();
  const client = createPrometheusClient(prometheusUrl);
  mkdirSync(outputDirectory, { recursive: true });
  const pictures: Picture[] = [];
  for (const [name, json] of dashboards) {
    if (only.length > 0 ? !only.includes(name) : systemOf(json) !== undefined) continue;
    const data = await readDashboardData(await resolveDashboard(json, client, view), client, view);
    const take = async (file: string, page: Page, scale: number): Promise<void> => {
      const path = resolve(join(outputDirectory, file));
      await takePicture(chromium, page, path, scale);
      pictures.push({ dashboard: name, path, bytes: statSync(path).size });
    };
    await take(`dashboard-${name}.png`, renderPage(data, view), 1);
    if (name !== HERO_DASHBOARD) continue;
    for (const theme of ['dark', 'light'] as const) {
      const page = renderPage(heroOf(data), view, { theme, width: HERO_WIDTH });
      await take(`hero-${theme}.png`, page, HERO_SCALE);
    }
  }
  return pictures;
}
