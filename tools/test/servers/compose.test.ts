import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { composeEnvironment } from '../../servers/compose-runtime.ts';
import { defineServer } from '../../servers/definitions.ts';
import { descriptionOf, serverNames } from '../../servers/descriptions/index.ts';
import { createState, ownState, writeState } from '../../servers/state.ts';

/** No container engine is needed for these: they hold compose.yaml against what the servers must be like. */

interface ComposeFile {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image: string;
        readonly ports?: readonly string[];
        readonly volumes?: readonly string[];
        readonly network_mode?: string;
        readonly environment?: Readonly<Record<string, string | number>>;
        readonly command?: readonly string[];
        readonly configs?: readonly { readonly source: string; readonly target: string }[];
      }
    >
  >;
  readonly configs: Readonly<Record<string, { readonly content?: string; readonly file?: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const root = join(import.meta.dirname, '..', '..', '..');
const text = await readFile(join(root, 'compose.yaml'), 'utf8');
const compose = parse(text) as ComposeFile;
const contentOf = (config: string): string => compose.configs[config]?.content ?? '';

const serviceOf = (name: string) => {
  const service = compose.services[name];
  assert.ok(service, `compose.yaml has no ${name}`);
  return service;
};

test('every server is there, from a pinned image, with its data on a volume', () => {
  assert.deepEqual(Object.keys(compose.services).sort(), [...serverNames].sort());
  for (const name of serverNames) {
    const service = serviceOf(name);
    assert.match(service.image, /^[a-z/]+:v?\d+\.\d+/, `${name}: ${service.image}`);
    assert.ok(
      service.volumes?.some((volume) => volume.startsWith(`${name}:/`)),
      `${name} keeps no data`,
    );
    assert.ok(name in compose.volumes);
  }
});

test('nothing is published beyond loopback', () => {
  for (const name of serverNames) {
    const service = serviceOf(name);
    for (const port of service.ports ?? [])
      assert.match(port, /^127\.0\.0\.1:\$\{CAUDAL_[A-Z_\d]+:-\d+\}:\d+$/);
    if (service.network_mode === 'host') {
      assert.ok(service.command?.some((argument) => argument.startsWith('--web.listen-address=127.0.0.1:')));
    } else {
      assert.ok((service.ports ?? []).length > 0, `${name} is not to be reached`);
    }
  }
});

test('what is acknowledged survives', () => {
  for (const [name, appendfsync] of [
    ['valkey', 'always'],
    ['redis', 'everysec'],
  ] as const) {
    const config = contentOf(name);
    for (const line of [
      'appendonly yes',
      `appendfsync ${appendfsync}`,
      'dir /data',
      'maxmemory-policy noeviction',
    ]) {
      assert.ok(config.split('\n').includes(line), `${name}: ${line}`);
    }
    assert.match(config, /^requirepass \$\{CAUDAL_[A-Z]+_PASSWORD:\?/m);
  }
  const kafka = serviceOf('kafka').environment ?? {};
  assert.equal(kafka.KAFKA_AUTO_CREATE_TOPICS_ENABLE, 'false');
  assert.equal(kafka.KAFKA_LOG_RETENTION_HOURS, 72);
  assert.ok(String(kafka.KAFKA_LOG_DIRS).startsWith('/var/lib/kafka/data/'));
  assert.match(contentOf('postgresql'), /^synchronous_commit = on$/m);
  assert.ok(String(serviceOf('postgresql').environment?.PGDATA).startsWith('/var/lib/postgresql/data/'));
  assert.ok(String(serviceOf('ignite').environment?.IGNITE_WORK_DIR).startsWith('/var/lib/ignite/'));
});

test('PostgreSQL and Ignite start as they do without containers', async () => {
  const state = await createState('compose');
  for (const name of ['postgresql', 'ignite'] as const) {
    const { configPath, files } = defineServer(name, state, { scrapeIntervalSeconds: 2 });
    const { configs = [] } = serviceOf(name);
    assert.ok(configs.length > 0);
    for (const { source, target } of configs) {
      const inside = relative(configPath, target);
      assert.ok(inside in files, target);
      const { file } = compose.configs[source] ?? {};
      if (file !== undefined) assert.equal(await readFile(join(root, file), 'utf8'), files[inside]);
    }
  }
  const variables = descriptionOf('postgresql').composeVariables(ownState(state, 'postgresql'));
  assert.equal(
    contentOf('postgresql-passwords')
      .replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_, name: string) => variables[name] ?? '')
      .replaceAll('$$', () => '$'),
    defineServer('postgresql', state, { scrapeIntervalSeconds: 2 }).files['passwords.sql'],
  );
});

test('no password is written down, and every variable is given by the runtime', async () => {
  const variables = new Set([...text.matchAll(/\$\{([A-Z_\d]+)/g)].map((match) => match[1] ?? ''));
  const dataDirectory = await mkdtemp(join(tmpdir(), 'caudal-compose-'));
  try {
    writeState(dataDirectory, await createState('compose'));
    const given = composeEnvironment({
      dataDirectory,
      scrapeIntervalSeconds: 2,
      onProgress: () => undefined,
    });
    assert.deepEqual([...variables].sort(), Object.keys(given).sort());
    for (const name of [...variables].filter((variable) => variable.endsWith('_PASSWORD'))) {
      assert.match(text, new RegExp(`\\$\\{${name}:\\?`), `${name} has a default`);
    }
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
});
