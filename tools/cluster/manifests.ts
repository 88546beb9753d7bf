import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** URL of the ingress of manifests/ingress.yaml from within pods. */
export const ingressUrlInside = 'http://traefik.ingress.svc';

/**
 * Reads a manifest of tools/cluster/manifests and replaces its `$(…)`.
 *
 * @throws Error for a placeholder without a value or an unused value.
 */
export async function readManifest(
  name: string,
  values: Readonly<Record<string, string>> = {},
): Promise<string> {
  const text = await readFile(join(import.meta.dirname, 'manifests', `${name}.yaml`), 'utf8');
  return fillIn(text, values, `${name}.yaml`);
}

/** Replaces each `$(key)`; every value must be used and every placeholder known. */
export function fillIn(text: string, values: Readonly<Record<string, string>>, source: string): string {
  const used = new Set<string>();
  const filled = text.replaceAll(/\$\((\w+)\)/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`${source}: no value for $(${key})`);
    used.add(key);
    return value;
  });
  const unused = Object.keys(values).filter((key) => !used.has(key));
  if (unused.length > 0) throw new Error(`${source}: unused values: ${unused.join(', ')}`);
  return filled;
}
