const MAX_LINE = 110;

/** JSON as the repository's formatter writes it, so that generated files pass its check: short lists stay on a line. */
export function formatJson(value: unknown): string {
  return `${format(JSON.parse(JSON.stringify(value)), '', 0)}\n`;
}

/** `taken` is what the line already holds before the value, indentation included. */
function format(value: unknown, indent: string, taken: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const inline = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    const isFlat = value.every((item) => typeof item !== 'object' || item === null);
    if (isFlat && taken + inline.length <= MAX_LINE) return inline;
    return `[\n${value.map((item) => `${inner}${format(item, inner, inner.length)}`).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const lines = entries.map(([key, item]) => {
    const start = `${inner}${JSON.stringify(key)}: `;
    return `${start}${format(item, inner, start.length)}`;
  });
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
