import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ConfigError } from '@caudal/common/config';
import { parseConsoleConfig } from '../src/config.ts';

const lane = { name: 'kafka-redis', broker: 'kafka', store: 'redis', storeUrl: 'redis://localhost' };
const environment = (lanes: unknown, more: Record<string, string> = {}) => ({
  LANES: typeof lanes === 'string' ? lanes : JSON.stringify(lanes),
  ...more,
});
function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    parseConsoleConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
}

describe('parseConsoleConfig', () => {
  it('asks for the addresses of those brokers alone that a lane uses', () => {
    const config = parseConsoleConfig(environment([lane], { KAFKA_BROKERS: 'k:9092' }));
    assert.deepEqual(config.lanes[0]?.broker.settings.clientId, 'caudal-console');
    assert.equal(config.http.port, 8081);
    assert.deepEqual(
      problemsOf(environment([lane])).map((line) => line.split(':')[0]),
      ['KAFKA_BROKERS'],
    );
  });

  it("takes a store's user and password apart from its URL", () => {
    const secret = { ...lane, storeUsername: 'u', storePassword: 'p@ss', storeKeyPrefix: 'x:' };
    const [read] = parseConsoleConfig(environment([secret], { KAFKA_BROKERS: 'k:9092' })).lanes;
    assert.equal(read?.store.settings.url, 'redis://u:p%40ss@localhost');
    assert.equal(read?.store.settings.keyPrefix, 'x:');
  });

  it('reads the password of a store from the variable or file that its lane names', async () => {
    // What JSON would need escaped, and what a Secret's file often ends with.
    const password = 'a"b\\c$(D)';
    const named = { ...lane, storeUsername: 'u', storePasswordEnv: 'REDIS_PASSWORD' };
    const passwordOf = (more: Record<string, string>) => {
      const [read] = parseConsoleConfig(environment([named], { KAFKA_BROKERS: 'k:9092', ...more })).lanes;
      return decodeURIComponent(new URL(read?.store.settings.url ?? '').password);
    };
    assert.equal(passwordOf({ REDIS_PASSWORD: password }), password);
    const directory = await mkdtemp(join(tmpdir(), 'caudal-console-'));
    try {
      const file = join(directory, 'password');
      await writeFile(file, `${password}\n`);
      assert.equal(passwordOf({ REDIS_PASSWORD_FILE: file }), password);
    } finally {
      await rm(directory, { recursive: true });
    }
    assert.match(
      problemsOf(environment([named], { KAFKA_BROKERS: 'k:9092' })).join(),
      /^REDIS_PASSWORD: is required/,
    );
    const twice = { ...named, storePassword: 'p' };
    assert.match(
      problemsOf(environment([twice], { KAFKA_BROKERS: 'k:9092' })).join(),
      /LANES: set either storePassword or storePasswordEnv/,
    );
  });

  it("trusts each store's own CA, and STORE_CA_FILE's where a lane names none", async () => {
    const directory = await mkdtemp(join(tmpdir(), 'caudal-console-'));
    try {
      const [own, common] = [join(directory, 'own.crt'), join(directory, 'common.crt')];
      await writeFile(own, 'own');
      await writeFile(common, 'common');
      const both = [
        { ...lane, storeCaFile: own },
        { ...lane, name: 'kafka-valkey', store: 'valkey' },
      ];
      const casOf = (more: Record<string, string>) =>
        parseConsoleConfig(environment(both, { KAFKA_BROKERS: 'k:9092', ...more })).lanes.map(
          ({ store }) => store.settings.ca,
        );
      assert.deepEqual(casOf({ STORE_CA_FILE: common }), ['own', 'common']);
      assert.deepEqual(casOf({}), ['own', undefined]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('gives the management API to RabbitMQ lanes, and refuses what is no HTTP address', () => {
    const rabbitmq = { ...lane, name: 'rabbitmq-redis', broker: 'rabbitmq' };
    const urls = { RABBITMQ_URL: 'amqp://r', RABBITMQ_MANAGEMENT_URL: 'http://r:15672' };
    const [read] = parseConsoleConfig(environment([rabbitmq], urls)).lanes;
    assert.ok(read?.broker.name === 'rabbitmq');
    assert.equal(read.broker.settings.managementUrl, 'http://r:15672');
    const wrong = environment([rabbitmq], { ...urls, RABBITMQ_MANAGEMENT_URL: 'amqp://r' });
    assert.match(problemsOf(wrong).join(), /^RABBITMQ_MANAGEMENT_URL: /);
  });

  it('reads the names that a lane has at its broker, and its countries', () => {
    const brokers = { RABBITMQ_URL: 'amqp://r', RABBITMQ_QUEUE: 'q', KAFKA_BROKERS: 'k:1' };
    const rabbitmq = { ...lane, name: 'rabbitmq-redis', broker: 'rabbitmq' };
    const second = { subscription: 's', deadLetters: 's.dead', countries: ['ES'] };
    const read = parseConsoleConfig(
      environment(
        [
          rabbitmq,
          lane,
          { ...rabbitmq, ...second, name: 'r2' },
          { ...lane, ...second, name: 'k2', countries: [] },
        ],
        brokers,
      ),
    ).lanes;
    const names = read.map(({ broker }) =>
      broker.name === 'kafka'
        ? [broker.settings.group, broker.settings.deadLetterTopic]
        : [broker.settings.exchange, broker.settings.queue, broker.settings.deadLetterQueue],
    );
    assert.deepEqual(names, [
      ['q', 'q', 'message.dead'],
      ['caudal', 'message.dead'],
      ['q', 's', 's.dead'],
      ['s', 's.dead'],
    ]);
    assert.deepEqual(
      read.map(({ countries }) => countries),
      [undefined, undefined, ['ES'], undefined],
    );
    const wrong = (more: object) => problemsOf(environment([{ ...lane, ...more }], brokers)).join();
    assert.match(wrong({ countries: ['Spain'] }), /^LANES: must be ISO 3166-1 alpha-2 codes/);
    assert.match(wrong({ subscription: '' }), /^LANES: must not be empty/);
    assert.match(wrong({ storeUrl: 'http://s' }), /^LANES: must be a URL that starts with redis:/);
  });

  it('scales nothing unless given what and how, and names what is missing', () => {
    const control = (more: Record<string, string> = {}) =>
      parseConsoleConfig(environment([lane], { KAFKA_BROKERS: 'k:1', ...more })).control;
    const targets = { CONTROL_TARGETS: '{"kafka-redis":"caudal-kafka-redis-consumer"}' };
    assert.deepEqual(control(), { kind: 'off' });
    assert.deepEqual(
      control({
        CONTROL: 'kubernetes',
        CONTROL_NAMESPACE: 'default',
        KUBERNETES_SERVICE_HOST: '10.0.0.1',
        ...targets,
      }),
      {
        kind: 'kubernetes',
        host: '10.0.0.1',
        port: 443,
        namespace: 'default',
        targets: { 'kafka-redis': 'caudal-kafka-redis-consumer' },
      },
    );
    assert.equal(control({ CONTROL: 'local', CONTROL_RECORD: '/run.json', ...targets }).kind, 'local');
    for (const [variables, expected] of [
      [{ CONTROL: 'kubernetes' }, /CONTROL_TARGETS is required with CONTROL=kubernetes/],
      [{ CONTROL: 'kubernetes', ...targets }, /CONTROL_NAMESPACE is required/],
      [{ CONTROL: 'kubernetes', CONTROL_NAMESPACE: 'd', ...targets }, /KUBERNETES_SERVICE_HOST is required/],
      [{ CONTROL: 'local', ...targets }, /CONTROL_RECORD is required with CONTROL=local/],
      [{ CONTROL: 'yes' }, /CONTROL: /],
      [{ CONTROL_TARGETS: '{' }, /CONTROL_TARGETS: must be JSON/],
      [{ LIVE: 'yes' }, /LIVE: /],
      [{ PROMETHEUS_SELECTOR: 'default' }, /PROMETHEUS_SELECTOR: must be label matchers, such as/],
      [{ PROMETHEUS_SELECTOR: 'a="b"} or x{c="d"' }, /PROMETHEUS_SELECTOR: /],
    ] as const) {
      assert.throws(() => control(variables), expected);
    }
  });

  it('lists every problem at once', () => {
    const both = { RABBITMQ_URL: 'amqp://r', KAFKA_BROKERS: 'k:1' };
    assert.match(problemsOf(environment('{', both)).join(), /LANES: must be JSON/);
    assert.match(problemsOf(environment([], both)).join(), /at least one lane/);
    assert.match(problemsOf(environment([lane, lane], both)).join(), /unique lane names/);
    assert.match(problemsOf(environment([{ ...lane, broker: 'nats' }], both)).join(), /LANES/);
    const names = problemsOf({ HTTP_PORT: 'x' }).map((line) => line.split(':')[0]);
    assert.deepEqual(names.sort(), ['HTTP_PORT', 'KAFKA_BROKERS', 'LANES', 'RABBITMQ_URL']);
  });
});
