import type { GridPosition } from '../model/dashboard-json.ts';
import type { View } from '../model/resolve.ts';
import { drawFigure } from './draw-figure.ts';
import { drawHeatMap } from './draw-heat-map.ts';
import { drawLines } from './draw-lines.ts';
import { drawCounts, drawStates } from './draw-states.ts';
import { drawTable } from './draw-table.ts';
import { drawText } from './draw-text.ts';
import type { DashboardData, Mark, PanelData } from './panel-data.ts';
import { clock } from './scale.ts';
import { escapeText, THEME, type ThemeName, themeStyle } from './theme.ts';

/** A page of a fixed size, in pixels. */
export interface Page {
  readonly html: string;
  readonly width: number;
  readonly height: number;
}

/** How a page looks. */
export interface PageOptions {
  /** By default dark, as Grafana's own. */
  readonly theme?: ThemeName;
  /** In pixels. By default 1,600. */
  readonly width?: number;
}

/** Below this width the header says only what it must. */
const NARROW = 1_200;
const HEADER = 64;
const ROW_HEIGHT = 30;
const GAP = 6;
const TITLE = 26;

const STYLE = `
*{box-sizing:border-box;margin:0}
body{background:${THEME.page};color:${THEME.text};font:12px "DejaVu Sans",Inter,Arial,sans-serif}
header{height:${HEADER}px;padding:10px 14px;display:flex;justify-content:space-between}
header h1{font-size:17px;font-weight:600}header p{color:${THEME.faint};margin-top:5px}header aside{text-align:right}
.legend i{display:inline-block;width:12px;height:3px;margin-right:6px;vertical-align:middle}
section{position:absolute;background:${THEME.panel};border:1px solid ${THEME.border};border-radius:2px;overflow:hidden}
section h3{font-size:12px;font-weight:600;height:${TITLE}px;padding:6px 10px;white-space:nowrap}
h2{position:absolute;font-size:14px;font-weight:600;padding:7px 6px}
.legend{display:grid;gap:0 14px;padding:0 10px}.legend div{height:16px;line-height:16px;font-size:11px;white-space:nowrap;overflow:hidden;display:flex}
.legend div{align-items:center}.legend i{flex:none}.legend span{flex:1;overflow:hidden;text-overflow:ellipsis}
.legend b{font-weight:600;margin-left:8px}.legend em{font-style:normal;color:${THEME.faint};margin-left:8px}
.figure{display:flex;height:calc(100% - ${TITLE}px);align-items:stretch;gap:4px;padding:0 4px 4px}
.figure div{flex:1;text-align:center;display:flex;flex-direction:column;justify-content:center;position:relative;border-radius:2px}
.figure span{font-size:12px;color:${THEME.faint};margin-bottom:4px;white-space:nowrap}.figure b{font-weight:600;white-space:nowrap}
.empty span{white-space:normal}.filled,.filled span{color:#fff}.filled span{font-weight:600}.spark{position:absolute;left:0;bottom:2px}
.on text{fill:#111217}.text{padding:0 10px;line-height:1.5}.text p{margin-bottom:6px}.text code{background:${THEME.grid};padding:0 3px}
table{width:100%;border-collapse:collapse}td,th{height:24px;text-align:right;padding:0 12px;border-top:1px solid ${THEME.grid};font-weight:400}
th:first-child{text-align:left}.head th{color:${THEME.link};border:0}.text td,.text th{text-align:left;height:20px;padding:0}.text th{font-weight:600}
`;

/** Draws a dashboard as one page without scripts. It resembles Grafana, and says that it is not. */
export function renderPage(
  { dashboard, panels, marks }: DashboardData,
  view: View,
  { theme = 'dark', width = 1_600 }: PageOptions = {},
): Page {
  const rows = Math.max(...panels.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h));
  const height = HEADER + rows * ROW_HEIGHT + GAP;
  const { from, to } = view.range;
  const date = new Date(to * 1_000).toISOString().slice(0, 10);
  const chosen = dashboard.chosen.map(({ label, text }) => `${label}: ${text}`).join(' · ');
  const isNarrow = width < NARROW;
  const body = panels.map((data) => renderPanel(data, marks, view, width)).join('\n');
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeText(dashboard.json.title)}</title><style>${themeStyle(theme)}${STYLE}</style><body style="width:${width}px">
<header><div><h1>${escapeText(dashboard.json.title)}</h1><p>${escapeText(`${date} ${clock(from)} – ${clock(to)} UTC${isNarrow ? '' : ` · ${chosen}`}`)}</p></div>
<aside>${markKey(marks)}<p>drawn from Prometheus by Caudal's preview${isNarrow ? '' : '; Grafana shows the same queries'}</p></aside></header>
${body}</body></html>`;
  return { html, width, height };
}

/** Each kind of mark once: which way it points, and what it means. */
function markKey(marks: readonly Mark[]): string {
  const kinds = new Set(marks.map(({ text }) => text.replace(/ \S+: /, ' ')));
  return [...kinds].map((text) => `${escapeText(text)} &nbsp; `).join('');
}

function renderPanel(data: PanelData, marks: readonly Mark[], view: View, pageWidth: number): string {
  const { panel } = data;
  const { left, top, width, height } = place(panel.gridPos, pageWidth);
  const style = `left:${left}px;top:${top}px;width:${width}px`;
  if (panel.type === 'row') return `<h2 style="${style}">${escapeText(panel.title)}</h2>`;
  const box = { width: width - 2, height: height - TITLE - 6 };
  return `<section style="${style};height:${height}px"><h3>${escapeText(panel.title)}</h3>${draw(data, marks, box, view)}</section>`;
}

function draw(
  data: PanelData,
  marks: readonly Mark[],
  box: { width: number; height: number },
  view: View,
): string {
  switch (data.panel.type) {
    case 'timeseries':
      return drawLines(data, marks, box, view);
    case 'heatmap':
      return drawHeatMap(data, box, view);
    case 'stat':
      return drawFigure(data, box, view);
    case 'state-timeline':
      return drawStates(data, box, view);
    case 'status-history':
      return drawCounts(data, box, view);
    case 'text':
      return drawText(data.panel.options?.content ?? '');
    case 'table':
      return drawTable(data, box.height);
    default:
      throw new Error(`the preview cannot draw a panel of type ${data.panel.type}`);
  }
}

function place({ x, y, w, h }: GridPosition, pageWidth: number) {
  const column = (pageWidth - GAP) / 24;
  return {
    left: Math.round(GAP + x * column),
    top: HEADER + y * ROW_HEIGHT,
    width: Math.round(w * column - GAP),
    height: h * ROW_HEIGHT - GAP,
  };
}
