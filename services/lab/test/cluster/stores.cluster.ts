import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { V1SubjectAccessReview } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { CHART } from '../../src/cluster/helm.ts';
import { isReady } from '../../src/cluster/release.ts';
import { consoleOf } from '../../src/workloads/messages/load/console-client.ts';
import { assertExact, assertFelt, deletePod, scale, untilRolledOut, useRelease } from './support/index.ts';
import { killContainer } from './support/kill-container.ts';
import { leaksOf, readSecrets } from './support/leaks.ts';
import { patientLoad } from './support/patient-load.ts';
import { restartsOf } from './support/pod-state.ts';

/** The chart's own preset, with the least memory for everything else. */
const STORES = parse(readFileSync(join(CHART, 'values-stores.yaml'), 'utf8')) as Readonly<
  Record<string, object>
>;
const POSTGRESQL = 'kafka-postgresql';
const IGNITE = 'kafka-ignite';
const LANES = [IGNITE, POSTGRESQL, 'kafka-redis', 'rabbitmq-valkey'];

const { variables: PATIENT, endedEarly: ENDED_EARLY } = patientLoad();

// large: a store in a JVM beside two brokers
const release = useRelease({
  namespace: 'stores-test',
  preset: 'minimal',
  values: {
    ...STORES,
    networkPolicy: { enabled: true },
    services: { console: { control: { enabled: true } } },
  },
});

/** What PostgreSQL says to a role that runs statements in its database, in their order. */
async function runAs(
  role: 'owner' | 'consumer' | 'console',
  statements: readonly string[],
): Promise<readonly string[]> {
  const { cluster, release: of } = release();
  const container = { namespace: of.namespace, pod: of.nameOf('postgresql-0'), container: 'postgresql' };
  const login = `PGPASSWORD=$${role.toUpperCase()}_PASSWORD psql -h 127.0.0.1 -U caudal_${role} -d caudal -At`;
  const commands = statements.map((statement) => `-c "${statement}"`).join(' ');
  const { stdout } = await cluster.exec(container, ['sh', '-c', `${login} ${commands} 2>&1`]);
  return stdout.trim().split('\n');
}

describe('lanes into PostgreSQL and Ignite, in a namespace that enforces the restricted profile', () => {
  it('come up with the others, and nothing was restarted', async () => {
    const pods = await release().release.pods();
    assert.deepEqual(
      pods.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata?.name),
      [],
    );
    assert.deepEqual(restartsOf(pods), []);
    const lanes = await consoleOf(release().release).lanes();
    assert.deepEqual(lanes.map(({ lane }) => lane).sort(), LANES);
    assert.deepEqual(
      lanes.map(({ lane, store }) => `${lane.split('-')[1]} ${store}`),
      lanes.map(({ store }) => `${store} ${store}`),
    );
  });

  it('are exact while the lane of PostgreSQL is scaled, its store replaced, and each of the two stores killed', async () => {
    const started = release();
    const scaled = `${POSTGRESQL}-consumer`;
    const result = await started.load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        await scale(started, scaled, 3);
        await untilRolledOut(started, scaled);
        await deletePod(started, 'postgresql');
        await killContainer(started, 'ignite');
        await scale(started, scaled, 1);
        await untilRolledOut(started, scaled);
        await killContainer(started, 'postgresql');
      },
    });
    assertFelt(result);
    assertExact(result, ENDED_EARLY);
    assert.deepEqual(
      result.account.lanes.map(({ lane }) => lane).sort(),
      LANES,
      'the account is of all of them',
    );
  });
});

describe('least rights in PostgreSQL', () => {
  const schema = 'caudal_kafka_postgresql';

  it('let the services read counts, and the consumer store by functions alone', async () => {
    for (const role of ['consumer', 'console'] as const) {
      const [count = ''] = await runAs(role, [`select sum(n) from ${schema}.country_count`]);
      assert.match(count, /^[1-9]\d*$/, role);
    }
    // With the rights of the owner: the only ones that write.
    const functions = `select count(*) from pg_proc where pronamespace = '${schema}'::regnamespace and prosecdef and has_function_privilege(oid, 'execute')`;
    const [own = ''] = await runAs('consumer', [functions]);
    assert.match(own, /^[1-9]\d*$/);
    assert.deepEqual(await runAs('console', [functions]), ['0']);
  });

  it('let neither write to a table, drop one, make one, or read what a message says', async () => {
    for (const role of ['consumer', 'console'] as const) {
      const statements = [
        `insert into ${schema}.country_count values (1, 'XX', 1)`,
        `update ${schema}.country_count set n = n + 1`,
        `delete from ${schema}.message`,
        `truncate ${schema}.message`,
        `drop table ${schema}.message`,
        `drop schema ${schema} cascade`,
        `select description from ${schema}.message limit 1`,
        `create table ${schema}.mine (n int)`,
        'create table public.mine (n int)',
        'create schema mine',
        'create role mine',
        `alter role caudal_${role} superuser`,
        'drop database caudal',
      ];
      const said = await runAs(role, statements);
      const isRefused = /^ERROR: {2}(permission denied|must be (the )?owner)/;
      const errors = said.filter((line) => line.startsWith('ERROR: '));
      assert.equal(errors.length, statements.length, `${role}: ${said.join('; ')}`);
      assert.deepEqual(
        errors.flatMap((line, index) => (isRefused.test(line) ? [] : [`${statements[index]}: ${line}`])),
        [],
        role,
      );
    }
  });

  it('make the owner no administrator, and let no one in by another name or without a password', async () => {
    const [said = ''] = await runAs('owner', ['create role mine']);
    assert.match(said, /^ERROR: {2}permission denied/);
    const { cluster, release: of } = release();
    const container = { namespace: of.namespace, pod: of.nameOf('postgresql-0'), container: 'postgresql' };
    for (const [user, database, expected] of [
      ['postgres', 'caudal', /no pg_hba\.conf entry/],
      ['caudal_owner', 'postgres', /no pg_hba\.conf entry/],
      ['caudal_owner', 'caudal', /password authentication failed/],
    ] as const) {
      const login = `PGPASSWORD=wrong psql -h 127.0.0.1 -U ${user} -d ${database} -c 'select 1' 2>&1`;
      const { stdout } = await cluster.exec(container, ['sh', '-c', login]);
      assert.match(stdout, expected, `${user} in ${database}`);
    }
  });
});

describe('the console’s right to scale', () => {
  it('is for the replicas of the lanes’ consumers, and for nothing else', async () => {
    const { cluster, release: of } = release();
    const may = async (verb: string, resource: string, name: string, subresource = '') => {
      const review: V1SubjectAccessReview = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: {
          user: `system:serviceaccount:${of.namespace}:${of.nameOf('console')}`,
          resourceAttributes: { namespace: of.namespace, group: 'apps', verb, resource, subresource, name },
        },
      };
      const { status } = await cluster.objects.create(review);
      return status?.allowed;
    };
    for (const lane of LANES) {
      const name = of.nameOf(`${lane}-consumer`);
      for (const verb of ['get', 'patch'])
        assert.equal(await may(verb, 'deployments', name, 'scale'), true, lane);
      for (const verb of ['get', 'patch', 'delete'])
        assert.equal(await may(verb, 'deployments', name), false, lane);
      assert.equal(await may('update', 'deployments', name, 'scale'), false, lane);
    }
    assert.equal(await may('patch', 'deployments', of.nameOf('ingest'), 'scale'), false);
    assert.equal(await may('patch', 'statefulsets', of.nameOf('kafka'), 'scale'), false);
    assert.equal(await may('patch', 'deployments', '', 'scale'), false);
  });

  it('is used by POST /api/scale, with the token that only its page can read', async () => {
    const { release: of } = release();
    const scaled = `${POSTGRESQL}-consumer`;
    const path = `${of.apiPath('console')}/api/scale`;
    const {
      enabled,
      token = '',
      replicas,
    } = (await (await of.fetch(path)).json()) as {
      readonly enabled: boolean;
      readonly token?: string;
      readonly replicas: Readonly<Record<string, number>>;
    };
    assert.equal(enabled, true);
    assert.deepEqual(Object.keys(replicas).sort(), LANES);
    const post = async (headers: Readonly<Record<string, string>>) => {
      const body = JSON.stringify({ lane: POSTGRESQL, replicas: 2 });
      const init = { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body };
      return of.fetch(path, init);
    };
    const wanted = async () => (await of.deployment(scaled)).spec?.replicas;
    const before = await wanted();
    assert.equal((await post({})).status, 403);
    assert.equal(await wanted(), before);
    const response = await post({ 'Caudal-Token': token });
    assert.deepEqual(await response.json(), { lane: POSTGRESQL, from: before, replicas: 2 });
    await untilRolledOut(release(), scaled);
    assert.equal(await wanted(), 2);
  });
});

describe('the passwords of these stores', () => {
  it('are in Secrets alone: in no other object, no log, no arguments', async () => {
    const secrets = await readSecrets(release());
    for (const name of ['postgresql-auth/owner-password', 'ignite-auth/admin-password'])
      assert.ok(secrets.has(`${release().release.name}-${name}`), name);
    assert.deepEqual(await leaksOf(release(), secrets), []);
  });
});
