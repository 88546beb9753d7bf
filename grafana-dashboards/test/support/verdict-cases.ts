import {
  atRest,
  exact,
  kafka,
  messages,
  ofLane,
  type PanelCase,
  rabbitmq,
  store,
  threeShort,
} from './panel-series.ts';

/** The range is minute 19 to 34: it holds the load and begins at rest. */
const verdict = (what: string, given: Readonly<Record<string, string>>, word: string, value: number) =>
  ({
    dashboard: 'pipeline',
    panel: 'Verdict',
    what,
    series: given,
    atMinute: 34,
    shows: { [`{verdict="${word}"}`]: value },
  }) satisfies PanelCase;

/** Every verdict, and what must not lead to it. */
export const VERDICT_CASES: readonly PanelCase[] = [
  verdict('every lane has what was accepted', exact, 'EXACT', 1_000),
  verdict('a lane is short of three', threeShort, 'DRIFT', 3),
  verdict('a lane has two too many', { ...exact, [store(rabbitmq)]: '0x20 100+100x8 1002x60' }, 'DRIFT', 2),
  verdict(
    'a lane is short of no more than was answered twice under its key',
    { ...threeShort, [ofLane('duplicates_total', kafka)]: '0x22 3x60' },
    'UNCERTAIN',
    3,
  ),
  verdict(
    'a lane is short of more than was answered twice under its key',
    { ...threeShort, [ofLane('duplicates_total', kafka)]: '0x22 2x60' },
    'DRIFT',
    3,
  ),
  verdict(
    "another lane's repeats explain nothing",
    { ...threeShort, [ofLane('duplicates_total', rabbitmq)]: '0x22 9x60' },
    'DRIFT',
    3,
  ),
  verdict(
    'a lane has no more than was answered 503 besides',
    {
      ...exact,
      [store(rabbitmq)]: '0x20 100+100x8 1002x60',
      [messages('unconfirmed')]: '0x22 2x60',
    },
    'UNCERTAIN',
    2,
  ),
  verdict(
    'the missing ones wait at the broker',
    { ...threeShort, [ofLane('backlog_messages', kafka, 'console-1')]: '0x22 3x60' },
    'IN FLIGHT',
    3,
  ),
  verdict(
    'the missing ones are with a consumer',
    { ...threeShort, [ofLane('in_hand_messages', kafka)]: '0x22 3x60' },
    'IN FLIGHT',
    0,
  ),
  verdict(
    'a lane waits for its store',
    { ...threeShort, [ofLane('lane_paused', kafka)]: '0x22 1x60' },
    'IN FLIGHT',
    0,
  ),
  verdict(
    'the range began under load, so what was stored in it may have been accepted before',
    {
      ...exact,
      [messages('accepted')]: '0x10 100+100x9 1000x60',
      [store(kafka)]: '0x12 100+100x9 1000x60',
      [store(rabbitmq)]: '0x11 100+100x9 1000x60',
    },
    'UNCERTAIN',
    200,
  ),
  verdict(
    'nothing was accepted',
    { ...exact, [messages('accepted')]: '5x95', [store(kafka)]: '5x95', [store(rabbitmq)]: '5x95' },
    'IDLE',
    0,
  ),
  verdict('nothing was ever sent', atRest, 'IDLE', 0),
  verdict(
    'a lane has no backlog figure',
    { ...exact, [ofLane('backlog_messages', kafka, 'console-1')]: '0x25 stale' },
    'CANNOT TELL',
    0,
  ),
  verdict("a store's figure is missing", { ...exact, [store(kafka)]: 'stale' }, 'CANNOT TELL', 0),
];
