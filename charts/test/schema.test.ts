import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { chart } from '../scripts/paths.ts';
import { refusal } from './support/manifests.ts';
import { toggles } from './support/toggles.ts';

type Json = Record<string, unknown>;
const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as Json;
const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Json;
const validate = new Ajv({ strict: true, strictTypes: false, allErrors: true }).compile(schema);

/** Paths of all maps in the values whose keys the chart defines, not the user. */
function closedMaps(node: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  const free =
    /(^|\.)(env|annotations|labels|nodeSelector|affinity|securityContext|\w*[rR]esources|behavior|commonLabels|global|lanes)$/;
  if (free.test(path.join('.'))) return [];
  const nested = Object.entries(node).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? closedMaps(value as Json, [...path, key])
      : [],
  );
  return [path, ...nested];
}

function withTypo(path: readonly string[]): Json {
  const copy = structuredClone(values);
  let node = copy;
  for (const key of path) node = node[key] as Json;
  node.mistyped = 1;
  return copy;
}

describe('the schema', () => {
  it('accepts the defaults and every toggle', () => {
    assert.ok(validate(values), JSON.stringify(validate.errors));
    for (const [name, options] of Object.entries(toggles)) {
      assert.ok(validate(options.values ?? {}), `${name}: ${JSON.stringify(validate.errors)}`);
    }
  });

  it('accepts the presets', () => {
    for (const preset of ['minimal', 'ha', 'external']) {
      assert.ok(validate(parse(readFileSync(join(chart, `values-${preset}.yaml`), 'utf8'))), preset);
    }
  });

  it('refuses a mistyped key in every block', () => {
    const paths = closedMaps(values);
    assert.ok(paths.length >= 60, `only ${paths.length} blocks`);
    const open = paths.filter((path) => validate(withTypo(path)));
    assert.deepEqual(open, []);
  });

  it('describes every default: no key of values.yaml is unknown to it by name', () => {
    const lane = structuredClone(values);
    (lane.lanes as Json)['kafka-redis'] = { broker: 'kafka', store: 'redis', replicaz: 2 };
    assert.ok(!validate(lane));
  });

  it('makes Helm refuse a mistyped key, a wrong type and an unknown choice', async () => {
    for (const [wrong, pattern] of [
      [{ services: { ingest: { replicaz: 3 } } }, /additional properties 'replicaz' not allowed/],
      [{ services: { ingest: { replicas: 'lots' } } }, /\/services\/ingest\/replicas/],
      [{ kafka: { replicas: 2 } }, /\/kafka\/replicas/],
      [{ lanes: { 'kafka-redis': { broker: 'pulsar' } } }, /\/lanes\/kafka-redis\/broker/],
      [{ lanes: { Upper_Case: { broker: 'kafka', store: 'redis' } } }, /Upper_Case/],
      [{ images: { caudal: { digest: 'sha256:short' } } }, /\/images\/caudal\/digest/],
      [{ externalRabbitmq: { url: 'amqp://user:password@host' } }, /\/externalRabbitmq\/url/],
      [{ loadtest: { scenario: 'storm' } }, /\/loadtest\/scenario/],
    ] as const) {
      assert.match(await refusal({ values: wrong }), pattern);
    }
  });
});
