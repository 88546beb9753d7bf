import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { GENERATED_DIRECTORY } from '../../../../../grafana-dashboards/src/generated-files.ts';
import type { StartedRelease } from '../../../src/cluster/start-release.ts';

/** An alert and the group that it is in. */
export interface GroupedAlert {
  readonly group: string;
  readonly alert: string;
}

/** Systems that are off by default. */
const SYSTEMS = ['orders', 'films'] as const;

/**
 * Every alert that the chart has, by group and name.
 * @param on systems whose alerts are among them, of those that are off by default
 * @throws Error where one of these systems has no alert
 */
export async function alertsWritten(
  on: readonly (typeof SYSTEMS)[number][],
): Promise<readonly GroupedAlert[]> {
  const { groups } = parse(await readFile(join(GENERATED_DIRECTORY, 'alerts.yaml'), 'utf8')) as {
    readonly groups: readonly {
      readonly name: string;
      readonly rules: readonly { readonly alert?: string }[];
    }[];
  };
  const off = SYSTEMS.map((system) => {
    const group = `caudal-${system}`;
    if (!groups.some(({ name }) => name === group)) throw new Error(`there is no group ${group}`);
    return on.includes(system) ? undefined : group;
  });
  return inOrder(
    groups
      .filter(({ name }) => !off.includes(name))
      .flatMap(({ name, rules }) =>
        rules.flatMap(({ alert }) => (alert === undefined ? [] : [{ group: name, alert }])),
      ),
  );
}

/**
 * Every alert that a release's Prometheus evaluates, by group and name.
 * @throws Error where one cannot be evaluated
 */
export async function alertsLoaded({ release }: StartedRelease): Promise<readonly GroupedAlert[]> {
  const response = await release.fetch(`${release.apiPath('prometheus')}/api/v1/rules?type=alert`);
  const { data } = (await response.json()) as {
    readonly data: {
      readonly groups: readonly {
        readonly name: string;
        readonly rules: readonly {
          readonly name: string;
          readonly health: string;
          readonly lastError?: string;
        }[];
      }[];
    };
  };
  return inOrder(
    data.groups.flatMap(({ name: group, rules }) =>
      rules.map(({ name: alert, health, lastError }) => {
        if (health === 'err') throw new Error(`${alert} cannot be evaluated: ${lastError}`);
        return { group, alert };
      }),
    ),
  );
}

const inOrder = (alerts: readonly GroupedAlert[]): readonly GroupedAlert[] =>
  [...alerts].sort((a, b) => a.group.localeCompare(b.group) || a.alert.localeCompare(b.alert));
