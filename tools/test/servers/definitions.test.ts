import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineServer } from '../../servers/definitions.ts';
import { type ServerName, serverNames } from '../../servers/descriptions/index.ts';
import { createState, ownState } from '../../servers/state.ts';

const state = await createState('processes');
const define = (name: ServerName) => defineServer(name, state, { scrapeIntervalSeconds: 2 });

test('every port of a server is configured', () => {
  for (const name of serverNames) {
    const { files, environment, command } = define(name);
    const text = JSON.stringify({ files, environment, command });
    for (const [port, number] of Object.entries(ownState(state, name).ports))
      assert.ok(text.includes(String(number)), `${name}: ${port}`);
  }
});

test('no server runs as root or is given a password where others can read it', () => {
  for (const name of serverNames) {
    const { user, group, environment, command } = define(name);
    assert.ok(user > 0 && group > 0, name);
    const visible = JSON.stringify({ environment, command });
    for (const each of serverNames) {
      const secrets: Readonly<Record<string, string>> = ownState(state, each).secrets;
      if (secrets.password !== undefined) assert.ok(!visible.includes(secrets.password), name);
    }
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
      `requirepass ${ownState(state, name).secrets.password}`,
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
