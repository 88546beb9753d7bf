import { join } from 'node:path';
import { stringify } from 'yaml';
import { ruleGroups } from './alerts/groups.ts';
import { DASHBOARDS } from './dashboards/all.ts';
import type { NamedDashboard } from './dashboards/dashboard.ts';
import { formatJson } from './format-json.ts';

/** Where the files are kept that Grafana and Prometheus read. */
export const GENERATED_DIRECTORY = join(import.meta.dirname, '..', 'generated');

/** Every file by name, as it must be in {@link GENERATED_DIRECTORY}. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ...DASHBOARDS.map((dashboard) => [`${dashboard.name}.json`, formatJson(toJson(dashboard))] as const),
    ['alerts.yaml', stringify(ruleGroups(), { lineWidth: 0 })] as const,
  ]);
}

/** The classic model with numbered panels: otherwise Grafana would renumber them at every start. */
function toJson({ builder }: NamedDashboard): object {
  const built = builder.build();
  return { ...built, panels: (built.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 })) };
}
