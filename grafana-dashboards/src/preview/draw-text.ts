import { escapeText } from './theme.ts';

/** The little Markdown that the dashboards use: paragraphs, code and a table. */
export function drawText(markdown: string): string {
  const blocks = markdown.split('\n\n').map((block) => {
    const lines = block.split('\n');
    if (!block.startsWith('|')) return `<p>${inline(lines.join(' '))}</p>`;
    const [head = '', , ...rows] = lines;
    const row = (line: string, tag: string): string =>
      `<tr>${line
        .replace(/^\|\s*|\s*\|$/g, '')
        .split(/\s*\|\s*/)
        .map((cell) => `<${tag}>${inline(cell)}</${tag}>`)
        .join('')}</tr>`;
    return `<table>${row(head, 'th')}${rows.map((line) => row(line, 'td')).join('')}</table>`;
  });
  return `<div class="text">${blocks.join('')}</div>`;
}

const inline = (text: string): string => escapeText(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>');
