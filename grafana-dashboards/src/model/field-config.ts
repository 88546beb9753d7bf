import type { DynamicConfigJson, FieldConfigJson, FieldDefaultsJson } from './dashboard-json.ts';

/**
 * How one series is shown: the panel's defaults, changed by each override that matches its name, the last one winning, as
 * Grafana applies them.
 *
 * @throws Error for a matcher other than `byName` and `byRegexp`
 */
export function fieldConfigOf(config: FieldConfigJson | undefined, name: string): FieldDefaultsJson {
  const { defaults = {}, overrides = [] } = config ?? {};
  return overrides
    .filter(({ matcher }) => matches(matcher, name))
    .flatMap(({ properties }) => properties)
    .reduce(withProperty, defaults);
}

function matches({ id, options }: { readonly id: string; readonly options: string }, name: string): boolean {
  if (id === 'byName') return options === name;
  if (id !== 'byRegexp') throw new Error(`overrides ${id} are not understood: use byName or byRegexp`);
  const [, pattern = options, flags = ''] = /^\/(.*)\/(\w*)$/.exec(options) ?? [];
  return new RegExp(pattern, flags).test(name);
}

function withProperty(defaults: FieldDefaultsJson, { id, value }: DynamicConfigJson): FieldDefaultsJson {
  if (!id.startsWith('custom.')) return { ...defaults, [id]: value };
  return { ...defaults, custom: { ...defaults.custom, [id.slice('custom.'.length)]: value } };
}
