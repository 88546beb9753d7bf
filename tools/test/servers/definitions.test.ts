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
  // An address, and no secret to anyone who may connect.
  const clusterId = ownState(state, 'kafka').secrets.kafkaClusterId;
  for (const name of serverNames) {
    const { user, group, environment, command } = define(name);
    assert.ok(user > 0 && group > 0, name);
    const visible = JSON.stringify({ environment, command });
    for (const each of serverNames) {
      for (const secret of Object.values(ownState(state, each).secrets))
        assert.ok(secret === clusterId || !visible.includes(secret), name);
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

test('PostgreSQL keeps what a replica lacks up to a limit, and replicas may copy it and do nothing else', () => {
  const { files } = define('postgresql');
  assert.match(files['postgresql.conf'] ?? '', /^max_slot_wal_keep_size = '256MB'$/m);
  assert.deepEqual(
    files['pg_hba.conf']?.split('\n').filter((line) => line.includes('replica')),
    ['host replication caudal_replica 127.0.0.1/32 scram-sha-256'],
  );
  assert.match(files['passwords.sql'] ?? '', /create role caudal_replica login replication;/);
  assert.doesNotMatch(
    files['passwords.sql'] ?? '',
    /grant connect on database \w+ to caudal_(?:replica|films)/,
  );
});

test('a replica is configured as its primary, but for its port, and knows where that is', () => {
  for (const [number, name] of (['postgresql-replica-1', 'postgresql-replica-2'] as const).entries()) {
    const { files, environment } = define(name);
    const { ports, secrets } = ownState(state, 'postgresql');
    const own = (text = '') =>
      text.replace(`port = ${ownState(state, name).ports.main}\n`, `port = ${ports.main}\n`);
    assert.equal(own(files['postgresql.conf']), define('postgresql').files['postgresql.conf']);
    assert.equal(files['pg_hba.conf'], define('postgresql').files['pg_hba.conf']);
    assert.equal(files['replica-password'], secrets.replicaPassword);
    assert.equal(environment.PRIMARY, `host=127.0.0.1 port=${ports.main}`);
    assert.equal(environment.SLOT, `replica_${number + 1}`);
  }
});

test('Prometheus finds services by file, and scrapes as often as asked', () => {
  const config = JSON.parse(
    defineServer('prometheus', state, { scrapeIntervalSeconds: 5 }).files['prometheus.yml'] ?? '',
  );
  assert.equal(config.global.scrape_interval, '5s');
  assert.deepEqual(config.scrape_configs[0].file_sd_configs[0].files, ['/etc/prometheus/targets/*.json']);
});
