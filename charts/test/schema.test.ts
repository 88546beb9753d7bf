import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { chart } from '../scripts/paths.ts';
import { type Manifest, refusal, render } from './support/manifests.ts';
import { toggles } from './support/toggles.ts';

type Json = Record<string, unknown>;
const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as Json;
const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Json;
const validate = new Ajv({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allErrors: true,
}).compile(schema);

/** Paths of all maps in the values whose keys the chart defines, not the user. */
function closedMaps(node: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  const free =
    /(^|\.)(env|annotations|workloadAnnotations|commonAnnotations|labels|nodeSelector|affinity|securityContext|spec|container|\w*[rR]esources|behavior|commonLabels|global|lanes)$/;
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

/** Merges values over others like Helm: a `null` removes the key. */
function laidOver(base: Json, over: Json): Json {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const under = result[key];
    if (value === null) delete result[key];
    else result[key] = isMap(value) && isMap(under) ? laidOver(under, value) : value;
  }
  return result;
}

const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);

/** Whether a user decides what is in a map. */
const isUsers = (path: readonly string[]): boolean =>
  /^(lanes|images)\.|\.(env|labels|usernames|requests|limits|routes)$/.test(path.join('.'));

/** Paths of all keys that are not a user's own, with their defaults. */
function keysOf(
  node: Json,
  path: readonly string[] = [],
): readonly (readonly [readonly string[], unknown])[] {
  return Object.entries(node).flatMap(([key, value]) => {
    const own = [...path, key];
    return isMap(value) && !isUsers(own)
      ? [[own, value] as const, ...keysOf(value, own)]
      : [[own, value] as const];
  });
}

function united(one: Json, other: Json): Json {
  const result = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const under = result[key];
    result[key] = isMap(value) && isMap(under) ? united(under, value) : value;
  }
  return result;
}

const without = (path: readonly string[]): Json =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), null) as Json;

describe('the schema', () => {
  it('accepts the defaults and every toggle', () => {
    assert.ok(validate(values), JSON.stringify(validate.errors));
    for (const [name, options] of Object.entries(toggles)) {
      const all = laidOver(values, (options.values ?? {}) as Json);
      assert.ok(validate(all), `${name}: ${JSON.stringify(validate.errors)}`);
    }
  });

  it('accepts the presets', () => {
    for (const preset of ['minimal', 'ha', 'stores', 'orders', 'films', 'external']) {
      const over = parse(readFileSync(join(chart, `values-${preset}.yaml`), 'utf8')) as Json;
      assert.ok(validate(laidOver(values, over)), preset);
    }
  });

  it('refuses `null` for a whole block, by name: templates look into it', async () => {
    const blocks = keysOf(values).filter(([, value]) => isMap(value) && !isEmpty(value));
    const needed = blocks.filter(([path]) => !isUsers(path));
    assert.ok(needed.length >= 50, `only ${needed.length} blocks`);
    const passed = needed.filter(([path]) => validate(laidOver(values, without(path))));
    assert.deepEqual(
      passed.map(([path]) => path.join('.')),
      [],
    );
    const said = await refusal({ values: { services: { console: null } } });
    assert.match(said, /\/services'.*missing property 'console'/);
  });

  it('takes `null` for whatever is empty by default, which is then as empty', async () => {
    const empty = keysOf(values).filter(([path, value]) => isEmpty(value) && path[0] !== 'images');
    assert.ok(empty.length >= 60, `only ${empty.length} keys`);
    const nothing = empty.reduce<Json>((all, [path]) => united(all, without(path)), {});
    const plain = (manifests: readonly Manifest[]) =>
      manifests.filter(({ kind }) => kind !== 'Secret').map((manifest) => JSON.stringify(manifest));
    assert.deepEqual(plain(await render({ values: nothing })), plain(await render()));
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
