import { median } from './pairs.ts';
import type { Figure, Row } from './rows.ts';

/** Whether a row's median ratio reaches its goal. */
export function isMet(row: Row): boolean {
  return median(row.result.ratios) >= row.goal;
}

/** Formats the Markdown table of docs/performance.md. */
export function renderTable(rows: readonly Row[], figures: readonly Figure[]): string {
  const lines = [
    '| what | against | ours | reference | ratio: median (min–max) | goal | |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => {
      const { ours, reference, ratios } = row.result;
      const ratio = `${round(median(ratios))} (${round(Math.min(...ratios))}–${round(Math.max(...ratios))})`;
      const what = row.note === undefined ? row.what : `${row.what} (${row.note})`;
      const rates = `${count(median(ours))} | ${count(median(reference))}`;
      return `| ${what} | ${row.against} | ${rates} | ${ratio} | ≥ ${row.goal} | ${mark(isMet(row))} |`;
    }),
    ...figures.map((figure) => {
      const what = figure.note === undefined ? figure.what : `${figure.what} (${figure.note})`;
      return `| ${what} | — | ${round(figure.value)} ${figure.unit} | — | — | ${figure.goal} | ${mark(figure.isMet)} |`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function mark(isGoalMet: boolean): string {
  return isGoalMet ? 'met' : '**missed**';
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function round(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
}
