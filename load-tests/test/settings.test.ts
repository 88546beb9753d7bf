import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrivalUsers, k6Scenario, requestCount, requestSize } from '../lib/executors.ts';
import { readSettings } from '../lib/settings.ts';
import { allThresholds, gateThresholds } from '../lib/thresholds.ts';
import { type Environment, parseDurationMs } from '../lib/variables.ts';

function problemsOf(env: Environment, scenario: 'seed' | 'steady' = 'steady'): string {
  try {
    readSettings(scenario, env);
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  return '';
}

describe('settings', () => {
  it('have defaults for everything', () => {
    const settings = readSettings('seed', {});
    assert.equal(settings.baseUrl, 'http://localhost:8080');
    assert.equal(settings.apiPath, '/messages');
    assert.equal(settings.retryForMs, 120_000);
    assert.equal(settings.requestTimeoutMs, 10_000);
    assert.equal(settings.batch, 1);
  });

  it('name the variable and the fix, all problems at once', () => {
    const problems = problemsOf({ RATE: 'fast', DURATION: '30', BATCH: '1001', BASE_URL: 'localhost:8080' });
    assert.match(problems, /RATE=fast: use a whole number from 1 to 1000000, e\.g\. -e RATE=1/);
    assert.match(problems, /DURATION=30: use a duration with its unit, e\.g\. -e DURATION=30s/);
    assert.match(problems, /BATCH=1001: use a whole number from 1 to 1000/);
    assert.match(problems, /BASE_URL=localhost:8080: use a URL, e\.g\. http:\/\/localhost:8080/);
    assert.equal(problems.split('\n').length, 5);
  });

  it('refuse variables that k6 would obey by dropping the scenario', () => {
    assert.match(problemsOf({ K6_VUS: '5' }), /K6_VUS is set.*unset it and use -e USERS/);
    assert.match(problemsOf({ K6_DURATION: '5s' }), /K6_DURATION is set.*-e DURATION/);
  });

  it('refuse variables that would change nothing', () => {
    assert.match(problemsOf({ MESSAGES: '5' }), /MESSAGES does not apply to steady: use RATE and DURATION/);
    assert.match(problemsOf({ RATE: '5' }, 'seed'), /RATE does not apply to seed/);
  });

  it('refuse other wrong values', () => {
    for (const [name, value] of Object.entries({
      API_PATH: 'messages',
      MAX_UNKNOWN: '-1',
      P95_MS: '0',
      PROFILE: 'huge',
      REQUEST_TIMEOUT: '10',
      RETRY: 'no',
      RETRY_FOR_SECONDS: '2m',
      RUN_ID: 'a b',
      USERS: '0',
    })) {
      assert.ok(problemsOf({ [name]: value }).includes(`- ${name}=${value}: use`), name);
    }
  });

  it('keep a wrong API key to themselves', () => {
    const problems = problemsOf({ API_KEY: 'sécret' });
    assert.match(problems, /- API_KEY: use visible ASCII/);
    assert.doesNotMatch(problems, /sécret/);
  });

  it('take empty variables for unset and drop a trailing slash', () => {
    assert.equal(
      readSettings('steady', { RATE: '', BASE_URL: 'https://x.test/caudal/' }).baseUrl,
      'https://x.test/caudal',
    );
  });

  it('read durations', () => {
    assert.equal(parseDurationMs('90s'), 90_000);
    assert.equal(parseDurationMs('1m30s'), 90_000);
    assert.equal(parseDurationMs('1.5h'), 5_400_000);
    assert.equal(parseDurationMs('250ms'), 250);
    for (const wrong of ['', '10', '0s', 's', '-1s', '1 s', '1d'])
      assert.equal(parseDurationMs(wrong), undefined, wrong);
  });
});

describe('requests', () => {
  it('add up to exactly the messages of a seed, whatever the batch', () => {
    for (const [messages, batch] of [
      [10_000, 1],
      [10_000, 100],
      [500, 7],
      [3, 1000],
    ] as const) {
      const settings = readSettings('seed', { MESSAGES: String(messages), BATCH: String(batch) });
      assert.equal(settings.load.kind, 'fixed-count');
      if (settings.load.kind !== 'fixed-count') return;
      const requests = requestCount(settings.load, batch);
      const sizes = Array.from({ length: requests }, (_, request) => requestSize(settings, request));
      assert.equal(
        sizes.reduce((sum, size) => sum + size, 0),
        messages,
      );
      assert.ok(sizes.every((size) => size > 0));
      assert.equal(requestSize(settings, requests), 0);
    }
  });
});

describe('executors', () => {
  it('share the iterations of a seed among the users, and no more users than iterations', () => {
    const scenario = k6Scenario(readSettings('seed', { MESSAGES: '5', RETRY: 'off' }));
    assert.deepEqual(scenario, {
      executor: 'shared-iterations',
      vus: 5,
      iterations: 5,
      maxDuration: '1800000ms',
      gracefulStop: '15000ms',
    });
  });

  it('keep the message rate exact under batches and prepare every user before the start', () => {
    const scenario = k6Scenario(
      readSettings('steady', { RATE: '10', BATCH: '3', DURATION: '1m', USERS: '7' }),
    );
    assert.deepEqual(scenario, {
      executor: 'constant-arrival-rate',
      rate: 10,
      timeUnit: '3s',
      duration: '60000ms',
      preAllocatedVUs: 7,
      maxVUs: 7,
      gracefulStop: '135000ms',
    });
  });

  it('bound the prepared users', () => {
    const load = (rate: number) => ({ kind: 'arrival', startRate: rate, stages: [] }) as const;
    assert.equal(arrivalUsers(load(1), 1, undefined), 20);
    assert.equal(arrivalUsers(load(100), 1, undefined), 200);
    assert.equal(arrivalUsers(load(100), 10, undefined), 20);
    assert.equal(arrivalUsers(load(1_000_000), 1, undefined), 500);
    assert.equal(arrivalUsers(load(1), 1, 3), 3);
  });

  it('follow the stages of a changing load in whole rates', () => {
    const scenario = k6Scenario(readSettings('ramp', { PROFILE: 'smoke', RATE: '33' }));
    assert.equal(scenario.executor, 'ramping-arrival-rate');
    assert.deepEqual('stages' in scenario && scenario.stages, [
      { duration: '2000ms', target: 33 },
      { duration: '2000ms', target: 33 },
      { duration: '1000ms', target: 0 },
    ]);
  });
});

describe('thresholds', () => {
  it('are always on and demand every message of a seed', () => {
    const gates = gateThresholds(readSettings('seed', { MESSAGES: '300' }));
    assert.deepEqual(gates.messages_accepted, ['count>=300']);
    assert.deepEqual(gates.messages_refused, ['count<=0']);
    assert.deepEqual(gates.messages_unknown, ['count<=0']);
    assert.deepEqual(gates.dropped_iterations, ['count<=0']);
  });

  it('can be loosened by number only', () => {
    const env = {
      MESSAGES: '300',
      MAX_UNKNOWN: '20',
      MAX_REFUSED: '5',
      MAX_DROPPED: '7',
      P95_MS: '11',
      P99_MS: '12',
    };
    const gates = gateThresholds(readSettings('seed', env));
    assert.deepEqual(gates.messages_accepted, ['count>=275']);
    assert.deepEqual(gates.dropped_iterations, ['count<=7']);
    assert.deepEqual(gates['http_req_duration{name:post-messages,status:202}'], ['p(95)<11', 'p(99)<12']);
  });

  it('name every country, or its count would be missing from the account', () => {
    const names = Object.keys(allThresholds(readSettings('soak', {})));
    for (const metric of ['messages_sent', 'messages_accepted', 'messages_refused']) {
      assert.ok(names.includes(`${metric}{country:GT}`), metric);
    }
  });
});
