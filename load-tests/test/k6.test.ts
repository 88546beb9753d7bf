import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { LoadAccount, OutcomeCounts } from '../lib/account.ts';
import type { ScenarioName } from '../lib/profiles.ts';
import { everyFault } from './faults.ts';
import { type Behaviour, type FaultyIngest, startFaultyIngest } from './faulty-ingest.ts';
import { runK6, startK6 } from './run-k6.ts';

async function startTarget(t: TestContext, behaviour: Behaviour = {}): Promise<FaultyIngest> {
  const target = await startFaultyIngest(behaviour);
  t.after(() => target.close());
  return target;
}

/** One column of an account, without the countries it has nothing for. */
function column(account: LoadAccount, outcome: keyof OutcomeCounts): Record<string, number> {
  const entries = Object.entries(account.perCountry).map(
    ([code, counts]) => [code, counts[outcome]] as const,
  );
  return Object.fromEntries(entries.filter(([, messages]) => messages > 0));
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, messages) => sum + messages, 0);
}

/** What holds for every account, whatever happened in the run. */
function checkSums(account: LoadAccount): void {
  const { sent, accepted, refused, unknown } = account.messages;
  assert.equal(sent, accepted + refused + unknown);
  for (const outcome of ['accepted', 'refused', 'unknown'] as const) {
    assert.equal(total(column(account, outcome)), account.messages[outcome], outcome);
    assert.ok(Object.values(account.perCountry).every((counts) => counts[outcome] >= 0));
  }
}

function assertAccount(account: LoadAccount | undefined, output: string): asserts account is LoadAccount {
  assert.ok(account !== undefined, `no account was written:\n${output}`);
  checkSums(account);
}

describe('k6 against a server that fails in every way', () => {
  for (const batch of [1, 7]) {
    it(`accepts every message once, by the server's own books, with BATCH=${batch}`, async (t) => {
      const target = await startTarget(t, { faults: everyFault });
      const variables = {
        BASE_URL: target.url,
        MESSAGES: 900,
        USERS: 30,
        BATCH: batch,
        REQUEST_TIMEOUT: '400ms',
      };
      const { exitCode, output, account } = await runK6(t, 'seed.ts', variables);
      assertAccount(account, output);
      assert.equal(exitCode, 0, output);
      assert.deepEqual(account.messages, { sent: 900, accepted: 900, refused: 0, unknown: 0 });
      assert.deepEqual(column(account, 'accepted'), target.counted());
      assert.deepEqual(column(account, 'accepted'), target.confirmed());

      const requests = Math.ceil(900 / batch);
      assert.equal(account.requests.total, requests);
      assert.equal(target.attempts.size, requests);
      const keys = Array.from({ length: requests }, (_, n) => `${account.keys.prefix}-${n}`);
      assert.deepEqual([...target.attempts.keys()].sort(), keys.sort());
      assert.deepEqual([account.keys.batch, account.keys.messages], [batch, 900]);
      for (const fault of Object.keys(everyFault)) {
        assert.ok([...target.struck.keys()].includes(fault as never), `${fault} never struck`);
      }
      assert.ok(account.requests.retried > 0 && account.requests.retries >= account.requests.retried);
      assert.equal(total(account.requests.status), requests + account.requests.retries);
      assert.equal(account.requests.status['202'], requests);
      for (const status of ['0', '429', '503'])
        assert.ok(Number(account.requests.status[status]) > 0, status);
      assert.ok([...target.attempts.keys()].every((key) => /^[\x21-\x7e]{1,128}$/.test(key)));
      const sizes = [...target.bodies.values()].map((body) => (Array.isArray(body) ? body.length : 0));
      assert.equal(Math.max(...sizes), batch === 1 ? 0 : batch);
    });
  }

  it('without retries says what is refused and what is unknown, and fails', async (t) => {
    const target = await startTarget(t, { faults: everyFault, refuseCountry: 'GT' });
    const variables = {
      BASE_URL: target.url,
      MESSAGES: 900,
      USERS: 30,
      RETRY: 'off',
      // A refusal that comes later is unknown.
      REQUEST_TIMEOUT: '2s',
    };
    const { exitCode, output, account } = await runK6(t, 'seed.ts', variables);
    assertAccount(account, output);
    assert.equal(exitCode, 99, output);
    assert.equal(account.messages.sent, 900);
    assert.equal(account.requests.retries, 0);
    assert.ok(account.messages.unknown > 0 && account.messages.refused > 0);
    assert.ok(Number(account.requests.status['429']) > 0);
    assert.equal(account.messages.accepted, account.requests.status['202']);
    const confirmed = target.confirmed();
    for (const [code, accepted] of Object.entries(column(account, 'accepted'))) {
      assert.ok(accepted <= Number(confirmed[code]), code);
    }
    assert.deepEqual(column(account, 'refused'), target.refused());
    const counted = target.counted();
    for (const [code, { accepted, unknown }] of Object.entries(account.perCountry)) {
      const stored = counted[code] ?? 0;
      assert.ok(
        accepted <= stored && stored <= accepted + unknown,
        `${code}: ${accepted} ≤ ${stored} ≤ +${unknown}`,
      );
    }
    assert.ok(total(counted) > account.messages.accepted, 'no fault struck after the messages were counted');
    assert.match(output, /FAILED .*messages_unknown: count<=0/);
    const notAccepted = [...output.matchAll(/NOT-ACCEPTED (refused|unknown) (\d+)/g)];
    assert.equal(notAccepted.length, account.messages.refused + account.messages.unknown);
    assert.deepEqual(
      notAccepted
        .filter(([, outcome]) => outcome === 'refused')
        .map(([, , request]) => `${account.keys.prefix}-${request}`)
        .sort(),
      target.refusedKeys().sort(),
    );
    assert.match(output, /refused after 1 attempt\(s\): 400 .*bad country/);
  });

  it('outlives a server that is gone for a while', async (t) => {
    const target = await startTarget(t, { outageAfter: 60, outageMs: 600 });
    const variables = { BASE_URL: target.url, MESSAGES: 300, USERS: 10 };
    const { exitCode, output, account } = await runK6(t, 'seed.ts', variables);
    assertAccount(account, output);
    assert.equal(exitCode, 0, output);
    assert.deepEqual(column(account, 'accepted'), target.counted());
    assert.equal(account.messages.accepted, 300);
    assert.ok(account.requests.retries > 0 && Number(account.requests.status['0']) > 0);
    assert.ok(Number(account.settleMs.max) >= Number(account.latencyMs.max));
  });

  it('gives up after RETRY_FOR_SECONDS', async (t) => {
    const target = await startTarget(t, { faults: { '429': 1 } });
    const variables = { BASE_URL: target.url, MESSAGES: 20, USERS: 20, RETRY_FOR_SECONDS: 1 };
    const { exitCode, output, account } = await runK6(t, 'seed.ts', variables);
    assertAccount(account, output);
    assert.equal(exitCode, 99, output);
    assert.deepEqual(account.messages, { sent: 20, accepted: 0, refused: 0, unknown: 20 });
    assert.ok(account.requests.retries >= 20);
    assert.deepEqual(account.latencyMs, { avg: null, p50: null, p95: null, p99: null, max: null });
  });

  it('interrupted by a person, leaves what it could not settle as unknown', async (t) => {
    const target = await startTarget(t, { faults: { 'silent-after': 0.2 } });
    const variables = { BASE_URL: target.url, MESSAGES: 100_000, USERS: 20 };
    const run = await startK6(t, 'seed.ts', variables);
    await target.whenConfirmed(20);
    run.child.kill('SIGINT');
    const { exitCode, output, account } = await run.finished;
    assertAccount(account, output);
    assert.equal(exitCode, 105, output);
    assert.ok(account.messages.unknown > 0);
    const counted = target.counted();
    for (const [code, { accepted, unknown }] of Object.entries(account.perCountry)) {
      const stored = counted[code] ?? 0;
      assert.ok(
        accepted <= stored && stored <= accepted + unknown,
        `${code}: ${accepted} ≤ ${stored} ≤ +${unknown}`,
      );
    }
  });
});

describe('every script, as k6 runs it', () => {
  for (const scenario of ['seed', 'steady', 'ramp', 'spike', 'soak'] as const satisfies ScenarioName[]) {
    it(`${scenario}.ts ends well and exactly`, async (t) => {
      const target = await startTarget(t);
      const { exitCode, output, account } = await runK6(t, `${scenario}.ts`, {
        BASE_URL: target.url,
        PROFILE: 'smoke',
        ...(scenario === 'seed' ? {} : { DURATION: '2s' }),
      });
      assertAccount(account, output);
      assert.equal(exitCode, 0, output);
      assert.equal(account.scenario, scenario);
      assert.ok(account.messages.accepted > 0);
      assert.deepEqual(column(account, 'accepted'), target.counted());
      assert.equal(account.thresholds.passed, true);
      assert.equal(account.droppedIterations, 0);
      assert.ok(
        Number(account.latencyMs.p50) > 0 && Number(account.latencyMs.max) >= Number(account.latencyMs.p99),
      );
      assert.ok(Date.parse(account.startedAt) <= Date.parse(account.endedAt));
      assert.match(output, /passed {4}all 6 thresholds/);
    });
  }

  it('sends the same messages for the same seed, to the path and with the key it is given', async (t) => {
    const accounts: LoadAccount[] = [];
    for (const seed of ['a', 'a', 'b']) {
      const target = await startTarget(t, { apiKey: 'k-123', path: '/process' });
      const { exitCode, output, account } = await runK6(t, 'seed.ts', {
        BASE_URL: `${target.url}/`,
        API_PATH: '/process',
        API_KEY: 'k-123',
        PROFILE: 'smoke',
        SEED: seed,
        RUN_ID: 'twice',
      });
      assertAccount(account, output);
      assert.equal(exitCode, 0, output);
      assert.equal(account.runId, 'twice');
      assert.ok([...target.attempts.keys()].every((key) => key.startsWith('twice-')));
      accounts.push(account);
    }
    assert.deepEqual(accounts[0]?.perCountry, accounts[1]?.perCountry);
    assert.notDeepEqual(accounts[0]?.perCountry, accounts[2]?.perCountry);
  });

  it('never uses a key again, even under the same RUN_ID', async (t) => {
    const target = await startTarget(t);
    for (const round of [1, 2]) {
      const variables = { BASE_URL: target.url, MESSAGES: 50, USERS: 5, RUN_ID: 'same' };
      const { exitCode, output } = await runK6(t, 'seed.ts', variables);
      assert.equal(exitCode, 0, output);
      assert.equal(total(target.counted()), 50 * round);
    }
  });
});

describe('a run that cannot be trusted', () => {
  it('exits 99 when a threshold fails', async (t) => {
    const target = await startTarget(t, { answerAfterMs: 20 });
    const variables = { BASE_URL: target.url, PROFILE: 'smoke', P95_MS: 5 };
    const { exitCode, output, account } = await runK6(t, 'seed.ts', variables);
    assertAccount(account, output);
    assert.equal(exitCode, 99, output);
    assert.equal(account.thresholds.passed, false);
    assert.deepEqual(
      account.thresholds.results.filter(({ passed }) => !passed).map(({ condition }) => condition),
      ['p(95)<5'],
    );
  });

  it('exits 99 when arrivals are dropped', async (t) => {
    const target = await startTarget(t, { answerAfterMs: 300 });
    const variables = {
      BASE_URL: target.url,
      RATE: 40,
      DURATION: '1s',
      USERS: 2,
      P95_MS: 5000,
      P99_MS: 5000,
    };
    const { exitCode, output, account } = await runK6(t, 'steady.ts', variables);
    assertAccount(account, output);
    assert.equal(exitCode, 99, output);
    assert.ok(account.droppedIterations > 0);
    assert.match(output, /FAILED .*dropped_iterations: count<=0/);
  });

  it('does not start on a dead target', async (t) => {
    const target = await startFaultyIngest();
    await target.close();
    const { exitCode, output, account } = await runK6(t, 'seed.ts', {
      BASE_URL: target.url,
      PROFILE: 'smoke',
    });
    assert.equal(exitCode, 108, output);
    assert.match(
      output,
      new RegExp(`no ingest API at ${target.url}/openapi.json \\(.*refused\\): start it, or set`),
    );
    assertAccount(account, output);
    assert.equal(account.messages.sent, 0);
    assert.equal(account.thresholds.passed, false);
  });

  it('does not start where k6 would ignore its scenario', async (t) => {
    const target = await startTarget(t);
    const variables = { BASE_URL: target.url, PROFILE: 'smoke' };
    const byFlag = await runK6(t, 'seed.ts', variables, { args: ['--duration', '1s', '--vus', '1'] });
    assert.equal(byFlag.exitCode, 108, byFlag.output);
    assert.match(byFlag.output, /--vus, --duration.* replace this scenario/);
    const byEnvironment = await runK6(t, 'seed.ts', variables, { env: { K6_DURATION: '1s' } });
    assert.notEqual(byEnvironment.exitCode, 0);
    assert.match(byEnvironment.output, /K6_DURATION is set.*-e DURATION/);
    assert.equal(target.attempts.size, 0);
  });

  it('does not start with a wrong variable, and names it', async (t) => {
    const { exitCode, output } = await runK6(t, 'steady.ts', { RATE: 'fast', MESSAGES: 5 });
    assert.notEqual(exitCode, 0);
    assert.match(output, /RATE=fast: use a whole number/);
    assert.match(output, /MESSAGES does not apply to steady/);
  });

  it('does not pass for a good one when it was not judged', async (t) => {
    const target = await startTarget(t);
    const variables = { BASE_URL: target.url, PROFILE: 'smoke' };
    const { output, account } = await runK6(t, 'seed.ts', variables, { args: ['--no-thresholds'] });
    assertAccount(account, output);
    assert.deepEqual(column(account, 'accepted'), target.counted());
    assert.deepEqual(account.thresholds, { passed: false, results: [] });
    assert.match(output, /NOT JUDGED/);
  });
});
