import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GENERATED_DIRECTORY, generatedFiles } from './generated-files.ts';

/** Writes the dashboards and alerts into `generated/`, and removes what is no longer made. */

const files = generatedFiles();
mkdirSync(GENERATED_DIRECTORY, { recursive: true });
for (const name of readdirSync(GENERATED_DIRECTORY)) {
  if (!files.has(name)) rmSync(join(GENERATED_DIRECTORY, name));
}
for (const [name, content] of files) writeFileSync(join(GENERATED_DIRECTORY, name), content);
process.stdout.write(`${files.size} files written to grafana-dashboards/generated\n`);
