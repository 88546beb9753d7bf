import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printsHelp } from '../../tools/lib/command-line.ts';
import { GENERATED_DIRECTORY, generatedFiles } from './generated-files.ts';

/** Writes the dashboards and alerts to `generated/` and removes obsolete files. */

if (printsHelp('usage: npm run dashboards\n\nWrites grafana-dashboards/generated.\n')) process.exit(0);
const files = generatedFiles();
mkdirSync(GENERATED_DIRECTORY, { recursive: true });
for (const name of readdirSync(GENERATED_DIRECTORY)) {
  if (!files.has(name)) rmSync(join(GENERATED_DIRECTORY, name));
}
for (const [name, content] of files) writeFileSync(join(GENERATED_DIRECTORY, name), content);
process.stdout.write(`${files.size} files written to grafana-dashboards/generated\n`);
