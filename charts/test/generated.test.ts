import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { copiedFiles } from '../scripts/copied-files.ts';
import { staleFiles } from '../scripts/generated-file.ts';
import { readmeFile } from '../scripts/readme-file.ts';
import { documentedValues, valuesTable } from '../scripts/values-table.ts';
import { find, type Manifest, render, specOf } from './support/manifests.ts';
import { containerOf } from './support/pods.ts';
import { toggles } from './support/toggles.ts';

describe('generated files', () => {
  it('are up to date: dashboards, rules and load tests (node charts/scripts/copy-files.ts)', () => {
    const files = copiedFiles();
    assert.ok(files.filter(({ path }) => path.endsWith('.ts')).length >= 15);
    assert.deepEqual(staleFiles(files), []);
  });

  it('are up to date: the table of values in the README (node charts/scripts/write-readme.ts)', () => {
    assert.deepEqual(staleFiles([readmeFile()]), []);
    assert.ok(
      (readmeFile().content ?? '').split('\n').filter((line) => line.startsWith('| `')).length >= 150,
    );
  });

  it('are called stale when they differ, are missing, or should be gone', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'caudal-stale-'));
    try {
      const path = join(directory, 'file');
      assert.equal(staleFiles([{ path, content: 'a' }]).length, 1);
      await writeFile(path, 'a');
      assert.equal(staleFiles([{ path, content: 'a' }]).length, 0);
      assert.equal(staleFiles([{ path, content: 'b' }]).length, 1);
      assert.equal(staleFiles([{ path, content: undefined }]).length, 1);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('the table of values', () => {
  it('has every documented key with its default', () => {
    const values = documentedValues(
      '# -- first\na: 1\nb:\n  # -- second | half\n  c: [x]\n  # -- third\n  d: { e: "" }\n',
    );
    assert.equal(
      valuesTable(values),
      [
        '| Key | Default | Meaning |',
        '| --- | --- | --- |',
        '| `a` | `1` | first |',
        '| `b.c` | `["x"]` | second \\| half |',
        '| `b.d` | `{"e":""}` | third |',
      ].join('\n'),
    );
  });

  it('names the keys that are not documented', () => {
    assert.throws(() => documentedValues('a: 1\nb:\n  # -- known\n  c: 1\n  d: 2\n'), /above: a, b\.d$/);
  });
});

describe('dashboards', () => {
  it('are one ConfigMap each, mounted into Grafana, and labelled for another one where that is asked for', async () => {
    const manifests = await render({ presets: ['orders', 'films'] });
    const own = manifests.filter(({ metadata }) => metadata.name.includes('-dashboard-'));
    const files = copiedFiles().filter(
      ({ path, content }) => path.includes('/dashboards/') && content !== undefined,
    );
    assert.equal(own.length, files.length);
    for (const { data = {}, metadata } of own) {
      // A sidecar would import them from all namespaces, unasked.
      assert.equal(metadata.labels?.grafana_dashboard, undefined);
      for (const content of Object.values(data)) JSON.parse(content);
    }
    const grafana = find(manifests, 'Deployment', 'caudal-grafana');
    for (const { metadata } of own)
      assert.ok(JSON.stringify(grafana.spec).includes(metadata.name), metadata.name);
  });
});

describe('the load test', () => {
  it('has every script where its imports look for it', async () => {
    const manifests = await render(toggles['load test']);
    const scripts = find(manifests, 'ConfigMap', 'caudal-loadtest-scripts').data ?? {};
    const [volume] = podVolumes(manifests);
    const paths = new Map(volume?.configMap.items.map(({ key, path }) => [path, scripts[key] ?? '']));
    assert.equal(paths.size, Object.keys(scripts).length);
    assert.ok(paths.has('seed.ts') && paths.has('lib/load.ts'));
    for (const [path, text] of paths) {
      for (const [, name = ''] of text.matchAll(/from '(\.[^']+)'/g)) {
        const target = join(path, '..', name);
        assert.ok(paths.has(target), `${path} imports ${target}`);
      }
    }
    assert.equal(
      paths.get('seed.ts'),
      await readFile(new URL('../../load-tests/seed.ts', import.meta.url), 'utf8'),
    );
  });

  it('runs once per revision, ends with the account, and receives its variables', async () => {
    const manifests = await render(toggles['load test']);
    const job = find(manifests, 'Job', 'caudal-loadtest-1');
    assert.equal(job.spec?.backoffLimit, 0);
    const { env, args } = containerOf(manifests, 'Job caudal-loadtest-1');
    assert.deepEqual(
      env?.filter(({ name }) => name === 'BASE_URL' || name === 'MESSAGES'),
      [
        { name: 'BASE_URL', value: 'http://caudal-ingest:80' },
        { name: 'MESSAGES', value: '1000' },
      ],
    );
    assert.match(args?.[0] ?? '', /exit \$status\s*$/);
  });

  it('takes the API key from a Secret', async () => {
    const key = (secret: string, own: string) => [
      { name: 'API_KEY', valueFrom: { secretKeyRef: { name: secret, key: own } } },
    ];
    const keysOf = (env: readonly { name: string }[] | undefined) =>
      env?.filter(({ name }) => name === 'API_KEY');
    const job = async (loadtest: object) =>
      keysOf(
        containerOf(
          await render({ values: { loadtest: { enabled: true, ...loadtest } } }),
          'Job caudal-loadtest-1',
        ).env,
      );
    assert.deepEqual(await job({}), []);
    assert.deepEqual(await job({ apiKey: { existingSecret: 'mine' } }), key('mine', 'api-key'));
    // As everywhere, what the user writes into `env` wins, and no variable is there twice.
    assert.deepEqual(await job({ apiKey: { existingSecret: 'mine' }, env: { API_KEY: 'plain' } }), [
      { name: 'API_KEY', value: 'plain' },
    ]);
  });
});

function podVolumes(manifests: readonly Manifest[]) {
  type Volume = { configMap: { items: readonly { key: string; path: string }[] } };
  const job = specOf<{ template: { spec: { volumes: readonly Volume[] } } }>(
    manifests,
    'Job',
    'caudal-loadtest-1',
  );
  return job.template.spec.volumes;
}
