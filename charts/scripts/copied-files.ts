import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratedFile } from './generated-file.ts';
import { chart, repository } from './paths.ts';

/** A folder of the chart that mirrors files from elsewhere in the repository; Helm reads only what lies in the chart. */
interface Mirror {
  readonly from: string;
  readonly patterns: readonly string[];
  readonly to: string;
}

const mirrors: readonly Mirror[] = [
  { from: 'grafana-dashboards/generated', patterns: ['*.json'], to: 'dashboards' },
  { from: 'grafana-dashboards/generated', patterns: ['*.yaml'], to: 'rules' },
  { from: 'load-tests', patterns: ['*.ts', 'lib/**/*.{ts,csv}'], to: 'load-tests' },
];

/** Type declarations and settings are for editors; k6 does not read them. */
const left = /\.d\.ts$/;

/** Every file that the chart mirrors, and those it no longer should. */
export function copiedFiles(): readonly GeneratedFile[] {
  return mirrors.flatMap(({ from, patterns, to }) => {
    const source = join(repository, from);
    const target = join(chart, to);
    const wanted = new Set(existsSync(source) ? globSync([...patterns], { cwd: source }) : []);
    for (const file of wanted) if (left.test(file)) wanted.delete(file);
    const present = existsSync(target) ? globSync(['**/*.{json,yaml,ts,csv}'], { cwd: target }) : [];
    return [
      ...[...wanted].sort().map((file) => ({
        path: join(target, file),
        content: readFileSync(join(source, file), 'utf8'),
      })),
      ...present
        .filter((file) => !wanted.has(file))
        .map((file) => ({ path: join(target, file), content: undefined })),
    ];
  });
}
