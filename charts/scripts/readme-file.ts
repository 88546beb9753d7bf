import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratedFile } from './generated-file.ts';
import { chart } from './paths.ts';
import { documentedValues, valuesTable } from './values-table.ts';

const start = '<!-- values: made by charts/scripts/write-readme.ts -->';
const end = '<!-- end of values -->';

/** The chart's README with the table of values as values.yaml has it. */
export function readmeFile(): GeneratedFile {
  const path = join(chart, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${path} lacks the lines "${start}" and "${end}"`);
  const table = valuesTable(documentedValues(readFileSync(join(chart, 'values.yaml'), 'utf8')));
  return { path, content: `${readme.slice(0, from)}${start}\n\n${table}\n\n${readme.slice(to)}` };
}
