import type { GridPosition } from '../model/dashboard-json.ts';
import type { DashboardData } from './panel-data.ts';

/** The dashboard whose most telling panels are a picture of their own. */
export const HERO_DASHBOARD = 'pipeline';

/** Width of that picture's page: a README shows it at about 830 pixels, so texts stay readable. */
export const HERO_WIDTH = 960;

/** Pixels of the picture for one of the page: sharp on dense screens as well. */
export const HERO_SCALE = 2;

/** Which panels, by the beginning of their titles, and where: the verdict, the flow, and how long messages took. */
const LAYOUT: readonly (readonly [title: string, places: readonly GridPosition[]])[] = [
  ['Verdict', [{ x: 0, y: 0, w: 5, h: 3 }]],
  ['Accepted', [{ x: 5, y: 0, w: 4, h: 3 }]],
  ['Stored', [{ x: 9, y: 0, w: 8, h: 3 }]],
  ['Difference', [{ x: 17, y: 0, w: 7, h: 3 }]],
  ['Messages at ingest', [{ x: 0, y: 3, w: 8, h: 7 }]],
  ['Messages stored', [{ x: 8, y: 3, w: 8, h: 7 }]],
  ['Backlog', [{ x: 16, y: 3, w: 8, h: 7 }]],
  [
    'Distribution of end-to-end latency',
    [
      { x: 0, y: 10, w: 12, h: 7 },
      { x: 12, y: 10, w: 12, h: 7 },
    ],
  ],
];

/** The same data, with the panels of the picture alone. @throws Error for a panel that the dashboard does not have */
export function heroOf({ panels, ...data }: DashboardData): DashboardData {
  const chosen = LAYOUT.flatMap(([title, places]) => {
    const found = panels.filter(({ panel }) => panel.title.startsWith(title));
    if (found.length === 0) throw new Error(`no panel "${title}" for the hero picture`);
    return found.slice(0, places.length).map((one, index) => ({
      ...one,
      panel: { ...one.panel, gridPos: places[index] ?? one.panel.gridPos },
    }));
  });
  return { ...data, panels: chosen };
}
