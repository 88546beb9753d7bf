import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineServer } from '../../servers/definitions.ts';
import { createState, portsOf, serverNames } from '../../servers/state.ts';

const state = await createState('processes');
const define = (name: (typeof serverNames)[number]) =>
  defineServer(name, state, { scrapeIntervalSeconds: 2 });

test('every port of a server is configured', () => {
  for (const name of serverNames) {
    const { files, environment, command } = define(name);
    const text = JSON.stringify({ files, environment, command });
    for (const port of portsOf(name)) assert.ok(text.includes(String(state.ports[port])), `${name}: ${port}`);
  }
});

test('no server runs as root or is given a password where others can read it', () => {
  for (const name of serverNames) {
    const { user, group, environment, command } = define(name);
    assert.ok(user > 0 && group > 0, name);
    const visible = JSON.stringify({ environment, command });
    for (const password of Object.values(state.passwords)) assert.ok(!visible.includes(password), name);
  }
});

test('the stores write before they answer, and evict nothing', () => {
  for (const [name, appendfsync] of [
    ['valkey', 'always'],
    ['redis', 'everysec'],
  ] as const) {
    const lines = define(name).files[`${name}.conf`]?.split('\n') ?? [];
    for (const line of [
      'bind 127.0.0.1',
      'appendonly yes',
      `appendfsync ${appendfsync}`,
      'maxmemory-policy noeviction',
      `requirepass ${state.passwords[name]}`,
    ]) {
      assert.ok(lines.includes(line), `${name}: ${line}`);
    }
  }
});

test('Prometheus finds services by file, and scrapes as often as asked', () => {
  const config = JSON.parse(
    defineServer('prometheus', state, { scrapeIntervalSeconds: 5 }).files['prometheus.yml'] ?? '',
  );
  assert.equal(config.global.scrape_interval, '5s');
  assert.deepEqual(config.scrape_configs[0].file_sd_configs[0].files, ['/etc/prometheus/targets/*.json']);
});
