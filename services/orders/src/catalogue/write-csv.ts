import type { Game } from './game.ts';

/** Formats games as CSV: the header `appid,name,price`; prices have two decimals. */
export function formatCsv(games: readonly Game[]): string {
  const lines = games.map(
    ({ id, name, priceCents }) => `${id},${quote(name)},${(priceCents / 100).toFixed(2)}`,
  );
  return `${['appid,name,price', ...lines].join('\n')}\n`;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
