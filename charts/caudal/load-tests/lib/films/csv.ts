/**
 * Reads CSV as RFC 4180 has it: fields with commas, quotes or line ends are quoted, a quote in them is doubled.
 *
 * @returns rows of fields, the header among them; none for the empty end of the text
 * @throws Error for a quote that is never closed
 */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const { field, end } = text[at] === '"' ? quoted(text, at) : plain(text, at);
    row.push(field);
    const isLast = text[end] !== ',';
    if (isLast) {
      rows.push(row);
      row = [];
      at = end + (text.startsWith('\r\n', end) ? 2 : 1);
    } else {
      at = end + 1;
      // The field after the last comma of the text is empty.
      if (at === text.length) rows.push([...row, '']);
    }
  }
  return rows;
}

/** One line, without its end. */
export function formatCsvRow(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
}

type Field = { field: string /** Place of what follows it. */; end: number };

function plain(text: string, start: number): Field {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return { field: text.slice(start, end), end };
}

function quoted(text: string, start: number): Field {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  if (end === -1) throw new Error(`the quote at ${start} is never closed`);
  return { field: text.slice(start + 1, end).replaceAll('""', '"'), end: end + 1 };
}
