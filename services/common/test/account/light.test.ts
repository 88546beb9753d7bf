import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AcceptedReading,
  judgeLight,
  type LaneReading,
  type LightMemory,
  type LightReading,
  REST_MS,
  staleLight,
} from '../../src/account/index.ts';

const START = Date.UTC(2026, 0, 1, 8, 6, 10);

const lane = (
  name: string,
  stored: Record<string, number> | undefined,
  changes: Partial<LaneReading> = {},
): LaneReading => ({
  lane: name,
  countries: undefined,
  stored,
  backlog: { messages: 0, inHand: 0 },
  isPaused: false,
  perSecond: 0,
  problem: undefined,
  ...changes,
});
type Known = Extract<AcceptedReading, { kind: 'known' }>;
const accepted = (byCountry: Record<string, number>, changes: Partial<Known> = {}): Known => ({
  kind: 'known',
  byCountry,
  unconfirmed: {},
  asOf: Number.MAX_SAFE_INTEGER,
  endedProcesses: 0,
  ...changes,
});

/** A light that is read again and again. */
class Watched {
  memory: LightMemory | undefined;
  at = START;

  read(reading: Omit<LightReading, 'at'>, afterMs = 500) {
    this.at += afterMs;
    this.memory = judgeLight(this.memory, { ...reading, at: this.at });
    return this.memory.light;
  }

  /** Reads until it must be at rest. */
  rest(reading: Omit<LightReading, 'at'>) {
    this.read(reading);
    return this.read(reading, REST_MS);
  }
}

const both = (left: Record<string, number>, right = left) => [lane('left', left), lane('right', right)];

describe('judgeLight', () => {
  it('is exact at rest when every lane has what was accepted', () => {
    const watched = new Watched();
    const reading = { accepted: accepted({ ES: 3, FR: 2 }), lanes: both({ ES: 3, FR: 2 }) };
    assert.equal(watched.read(reading).state, 'in-flight', 'not yet at rest');
    const light = watched.read(reading, REST_MS);
    assert.deepEqual(light, {
      state: 'exact',
      line: 'every accepted message is in every store, once',
      since: watched.at,
      accepted: 5,
      inFlight: 0,
      reasons: [],
      lastCertain: { state: 'exact', at: watched.at },
    });
    assert.equal(watched.read(reading).since, watched.at - 500);
  });

  it('is in flight while something moves, waits or is in hand, whatever the counts say', () => {
    const watched = new Watched();
    watched.rest({ accepted: accepted({ ES: 3 }), lanes: both({ ES: 3 }) });
    const moving = watched.read({ accepted: accepted({ ES: 9 }), lanes: both({ ES: 9 }, { ES: 4 }) });
    assert.equal(moving.state, 'in-flight');
    const lanes = [
      lane('left', { ES: 9 }),
      lane('right', { ES: 4 }, { backlog: { messages: 5, inHand: 2 }, perSecond: 10 }),
    ];
    for (let i = 0; i < 60; i += 1) {
      const light = watched.read({ accepted: accepted({ ES: 9 }), lanes });
      assert.equal(light.state, 'in-flight');
      assert.equal(light.line, '5 in flight');
      assert.equal(light.inFlight, 5);
      assert.equal(light.etaSeconds, 0.5);
      assert.deepEqual(
        light.reasons.map(({ kind, lane: name, count }) => [kind, name, count]),
        [
          ['waiting', 'right', 3],
          ['in-hand', 'right', 2],
        ],
      );
    }
    assert.ok((watched.memory?.light.oldestSeconds ?? 0) > 29);
  });

  it('waits for counters that are older than the last change', () => {
    const watched = new Watched();
    watched.rest({ accepted: accepted({ ES: 3 }), lanes: both({ ES: 3 }) });
    const late = accepted({ ES: 3 }, { asOf: watched.at });
    assert.equal(watched.rest({ accepted: late, lanes: both({ ES: 4 }) }).state, 'in-flight');
    const fresh = accepted({ ES: 4 }, { asOf: watched.at + 2_000 });
    assert.equal(watched.rest({ accepted: fresh, lanes: both({ ES: 4 }) }).state, 'exact');
  });

  it('is amber while a lane is paused, also when its store does not answer', () => {
    const watched = new Watched();
    watched.rest({ accepted: accepted({ ES: 3 }), lanes: both({ ES: 3 }) });
    const away = { isPaused: true, problem: 'redis is not connected', backlog: { messages: 4, inHand: 0 } };
    const light = watched.rest({
      accepted: accepted({ ES: 7 }),
      lanes: [lane('left', { ES: 7 }), lane('right', undefined, away)],
    });
    assert.equal(light.state, 'in-flight');
    assert.equal(light.line, 'right is paused: redis is not connected, 4 in flight');
    assert.equal(watched.rest({ accepted: accepted({ ES: 7 }), lanes: both({ ES: 7 }) }).state, 'exact');
  });

  it('is red at rest when a lane is short, and green again when it is put right', () => {
    const watched = new Watched();
    const sent = accepted({ ES: 3, FR: 2 });
    watched.rest({ accepted: sent, lanes: both({ ES: 3, FR: 2 }) });
    const light = watched.rest({ accepted: sent, lanes: both({ ES: 3, FR: 2 }, { ES: 3, FR: 1 }) });
    assert.equal(light.state, 'drift');
    assert.equal(light.line, 'right is 1 short in France');
    assert.deepEqual(light.reasons, [
      { kind: 'missing', lane: 'right', country: 'FR', count: 1, text: 'right is 1 short in France' },
    ]);
    assert.equal(watched.rest({ accepted: sent, lanes: both({ ES: 3, FR: 2 }) }).state, 'exact');
  });

  const drifts: [name: string, reading: Omit<LightReading, 'at'>, kind: string, text: string][] = [
    [
      'all lanes short alike',
      { accepted: accepted({ ES: 5 }), lanes: both({ ES: 4 }) },
      'missing',
      'left is 1 short in Spain',
    ],
    [
      'all lanes over alike',
      { accepted: accepted({ ES: 5 }), lanes: both({ ES: 6 }) },
      'surplus',
      'left has 1 too many in Spain',
    ],
    [
      'more than could have been sent',
      { accepted: accepted({ ES: 5 }, { unconfirmed: { ES: 2 } }), lanes: both({ ES: 8 }) },
      'surplus',
      'left has 1 too many in Spain',
    ],
    [
      'a country in place of another',
      { accepted: accepted({ ES: 5 }), lanes: both({ ES: 4, PT: 1 }, { ES: 5 }) },
      'missing',
      'left is 1 short in Spain',
    ],
    [
      'a store that was emptied',
      { accepted: accepted({ ES: 5 }), lanes: both({ ES: 5 }, {}) },
      'missing',
      'right is 5 short in Spain',
    ],
  ];
  for (const [name, reading, kind, text] of drifts) {
    it(`is red: ${name}`, () => {
      const watched = new Watched();
      watched.rest({ accepted: accepted({ ES: 3 }), lanes: both({ ES: 3 }) });
      const light = watched.rest(reading);
      assert.equal(light.state, 'drift');
      assert.equal(light.reasons[0]?.kind, kind);
      assert.equal(light.reasons[0]?.text, text);
      // It stays.
      for (let i = 0; i < 20; i += 1) assert.equal(watched.read(reading).state, 'drift');
    });
  }

  it('is red for a country that is none', () => {
    const watched = new Watched();
    const light = watched.rest({ accepted: accepted({}), lanes: both({ '-': 1 }, {}) });
    assert.equal(light.line, 'right is 1 short in -');
  });

  it('is red without anybody who counts what was accepted, when the lanes differ', () => {
    const watched = new Watched();
    const light = watched.rest({ accepted: { kind: 'absent' }, lanes: both({ ES: 3 }, { ES: 2 }) });
    assert.equal(light.state, 'drift');
    assert.deepEqual(light.reasons[0]?.kind, 'lanes-differ');
  });

  it('says that the lanes agree, and no more, without anybody who counts', () => {
    const watched = new Watched();
    const light = watched.rest({ accepted: { kind: 'absent' }, lanes: both({ ES: 3 }) });
    assert.equal(light.state, 'equal');
    assert.equal(light.reasons[0]?.kind, 'accepted-uncertain');
    assert.equal('accepted' in light, false);
  });

  it('lets what has no confirm be stored or not', () => {
    for (const stored of [3, 4, 5]) {
      const watched = new Watched();
      const sent = accepted({ ES: 3 }, { unconfirmed: { ES: 2 } });
      assert.equal(watched.rest({ accepted: sent, lanes: both({ ES: stored }) }).state, 'exact');
    }
  });

  it('begins with stores that are older than the counters: exact from the next messages on', () => {
    const watched = new Watched();
    const begin = watched.rest({ accepted: accepted({ ES: 3 }), lanes: both({ ES: 1_003 }) });
    assert.equal(begin.state, 'equal');
    const light = watched.rest({ accepted: accepted({ ES: 5 }), lanes: both({ ES: 1_005 }) });
    assert.equal(light.state, 'exact');
    assert.match(light.line, /^every message accepted since 08:06:15 UTC is in every store, once$/);
    assert.equal(light.reasons[0]?.kind, 'accepted-uncertain');
    const lost = watched.rest({ accepted: accepted({ ES: 6 }), lanes: both({ ES: 1_005 }) });
    assert.equal(lost.state, 'drift', 'from there on a loss shows');
  });

  it('is not certain after an ingest process ended, until new messages came', () => {
    const watched = new Watched();
    watched.rest({ accepted: accepted({ ES: 3 }), lanes: both({ ES: 3 }) });
    // Two more were accepted after the last scrape of the process that ended.
    const ended = (es: number) => accepted({ ES: es }, { endedProcesses: 1 });
    assert.equal(watched.rest({ accepted: ended(3), lanes: both({ ES: 5 }) }).state, 'equal');
    assert.equal(watched.rest({ accepted: ended(4), lanes: both({ ES: 6 }) }).state, 'exact');
    assert.equal(
      watched.rest({ accepted: ended(5), lanes: both({ ES: 8 }) }).state,
      'drift',
      'a surplus again',
    );
  });

  it('calls a loss a loss, although an ingest process ended', () => {
    const watched = new Watched();
    watched.rest({ accepted: accepted({ ES: 3 }), lanes: both({ ES: 3 }) });
    const light = watched.rest({
      accepted: accepted({ ES: 9 }, { endedProcesses: 1 }),
      lanes: both({ ES: 8 }),
    });
    assert.equal(light.state, 'drift');
  });

  it('begins again when counters were lost', () => {
    const watched = new Watched();
    watched.rest({ accepted: accepted({ ES: 9 }), lanes: both({ ES: 9 }) });
    assert.equal(watched.rest({ accepted: accepted({ ES: 1 }), lanes: both({ ES: 9 }) }).state, 'equal');
    assert.equal(watched.rest({ accepted: accepted({ ES: 2 }), lanes: both({ ES: 10 }) }).state, 'exact');
  });

  it('knows the countries that a lane takes', () => {
    const watched = new Watched();
    const only = { countries: ['ES'] };
    const lanes = (es: number, fr: number) => [
      lane('all', { ES: 3, FR: 2 }),
      lane('some', { ES: es, FR: fr }, only),
    ];
    const sent = accepted({ ES: 3, FR: 2 });
    assert.equal(watched.rest({ accepted: sent, lanes: lanes(3, 0) }).state, 'exact');
    assert.equal(watched.rest({ accepted: sent, lanes: lanes(2, 0) }).line, 'some is 1 short in Spain');
    assert.equal(watched.rest({ accepted: sent, lanes: lanes(3, 1) }).line, 'some has 1 too many in France');
  });

  it('cannot tell while a part does not answer, and keeps the last verdict', () => {
    const watched = new Watched();
    watched.rest({ accepted: accepted({ ES: 3 }), lanes: both({ ES: 3 }) });
    const exactAt = watched.at;
    const noStore = [lane('left', { ES: 3 }), lane('right', undefined, { problem: 'redis did not answer' })];
    const light = watched.rest({ accepted: accepted({ ES: 3 }), lanes: noStore });
    assert.equal(light.state, 'unknown');
    assert.equal(light.line, 'cannot tell: right: redis did not answer');
    assert.deepEqual(light.lastCertain, { state: 'exact', at: exactAt });
    const noBroker = [
      lane('left', { ES: 3 }),
      lane('right', { ES: 3 }, { backlog: undefined, problem: 'kafka' }),
    ];
    assert.equal(watched.rest({ accepted: accepted({ ES: 3 }), lanes: noBroker }).state, 'unknown');
    const unreadable = { kind: 'unreadable', reason: 'Prometheus is unavailable' } as const;
    assert.equal(watched.rest({ accepted: unreadable, lanes: both({ ES: 3 }) }).state, 'unknown');
    assert.equal(watched.rest({ accepted: accepted({ ES: 3 }), lanes: both({ ES: 3 }) }).state, 'exact');
  });

  it('names what is neither stored nor on a broker after some time', () => {
    const watched = new Watched();
    watched.rest({ accepted: accepted({ ES: 3 }), lanes: both({ ES: 3 }) });
    const lanes = (i: number) => [
      lane('left', { ES: 100 + i }),
      lane('right', { ES: 90 + i }, { backlog: { messages: 4, inHand: 0 } }),
    ];
    const lights = Array.from({ length: 30 }, (_, i) =>
      watched.read({ accepted: accepted({ ES: 100 + i }), lanes: lanes(i) }),
    );
    assert.equal(
      lights[10]?.reasons.some(({ kind }) => kind === 'unexplained'),
      false,
    );
    const named = lights.at(-1)?.reasons.find(({ kind }) => kind === 'unexplained');
    assert.equal(named?.count, 6);
    assert.equal(lights.at(-1)?.state, 'in-flight');
  });

  it('never shows an old colour', () => {
    const watched = new Watched();
    const light = watched.rest({ accepted: accepted({ ES: 3 }), lanes: both({ ES: 3 }) });
    assert.equal(staleLight(light, 7_300).state, 'unknown');
    assert.equal(staleLight(light, 7_300).line, 'cannot tell: the last reading is 7 s old');
  });
});
