import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { addHistory, addPoint, points, scaleMarks } from '../../web/src/state/history.ts';
import { STREAM_EXAMPLE } from '../support/stream-example.ts';

const [lane = ''] = Object.keys(STREAM_EXAMPLE.lanes);
const { at: AT } = STREAM_EXAMPLE;

describe('the points of the charts', () => {
  beforeEach(() => {
    points.value = [];
  });

  it('are the states of the stream, each once', () => {
    addPoint(STREAM_EXAMPLE);
    addPoint(STREAM_EXAMPLE);
    addPoint({ ...STREAM_EXAMPLE, at: AT + 500, lanes: {} });
    assert.deepEqual(
      points.value.map(({ at, ingest, lanes }) => [at - AT, ingest, lanes[lane]?.backlog]),
      [
        [0, 2_140, 212],
        [500, 2_140, undefined],
      ],
    );
  });

  it('say when a lane was paused', () => {
    const state = STREAM_EXAMPLE.lanes[lane];
    assert.ok(state);
    addPoint(STREAM_EXAMPLE);
    addPoint({ ...STREAM_EXAMPLE, at: AT + 500, lanes: { [lane]: { ...state, state: 'paused' } } });
    assert.deepEqual(
      points.value.map(({ lanes }) => lanes[lane]?.isPaused),
      [false, true],
    );
  });

  it('say when a lane was scaled, and by how many', () => {
    const at = (time: number, consumers: number | undefined) => {
      const { backlog, ...rest } = STREAM_EXAMPLE.lanes[lane] ?? assert.fail();
      const { consumers: _, ...others } = backlog ?? assert.fail();
      const known = consumers === undefined ? others : { ...others, consumers };
      addPoint({ ...STREAM_EXAMPLE, at: AT + time, lanes: { [lane]: { ...rest, backlog: known } } });
    };
    at(0, 2);
    at(500, 2);
    at(1_000, 5);
    at(1_500, undefined);
    at(2_000, 1);
    assert.deepEqual(scaleMarks(points.value), [
      { at: AT + 1_000, change: 3 },
      { at: AT + 2_000, change: -4 },
    ]);
  });

  it('begin before the page was opened, and go back no more than a quarter of an hour', () => {
    addPoint(STREAM_EXAMPLE);
    const series = [1, null, 3];
    addHistory({
      source: 'memory',
      at: [AT - 1_000, AT - 500, AT],
      ingest: { perSecond: series },
      lanes: { [lane]: { perSecond: series, p50: series, p95: series, p99: series, backlog: series } },
    });
    assert.deepEqual(
      points.value.map(({ at, lanes }) => [at - AT, lanes[lane]?.backlog]),
      [
        [-1_000, 1],
        [-500, null],
        [0, 212],
      ],
    );
    addPoint({ ...STREAM_EXAMPLE, at: AT + 15 * 60_000 - 500 });
    assert.equal(points.value[0]?.at, AT - 500);
  });
});
