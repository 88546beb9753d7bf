import { METRICS } from '@caudal/common/metrics';
import { select } from '../signals/signal.ts';
import type { AlertRule, RecordingRule } from './rule.ts';

/*
 * An account compares counters that are scraped at different moments, so it is only drawn up at rest: for two minutes no
 * lane has had a backlog, held a message or was paused, and nothing was accepted. The windows are chosen so that what cannot
 * be known (a process that ended between two scrapes, messages on their way when the window began) hides a fault rather than
 * inventing one.
 */

const release = 'namespace, release';
const accepted = select(METRICS.ingestMessages, 'outcome="accepted"');
const unconfirmed = select(METRICS.ingestMessages, 'outcome="unconfirmed"');
const store = select(METRICS.storeMessages);
const backlog = select(METRICS.backlogMessages);
const inHand = select(METRICS.inHandMessages);
const paused = select(METRICS.lanePaused);
const duplicates = select(METRICS.duplicates);

const perCountry = (offset = ''): string => `max by (${release}, lane, country) (${store}${offset})`;
// A lane that takes some countries has these series, one for each; it is measured by them alone.
const takes = `max by (${release}, lane, country) (${select(METRICS.laneCountry)})`;
const isSelective = `max by (${release}, lane) (${takes})`;
/** What a lane that takes some countries should have, by what all have of each. */
const ofTaken = (all: string): string =>
  `sum by (${release}, lane) (${takes} * on (${release}, country) group_left () ${all})`;

const total = `sum by (${release}, lane) (${perCountry()})`;
const totalBefore = `sum by (${release}, lane) (${perCountry(' offset 1h')})`;
const complete = `(${total} unless on (${release}, lane) ${isSelective})`;
const isAtRest = `(max by (${release}) (max_over_time(${backlog}[2m])) == 0 unless on (${release}) sum by (${release}) (increase(${accepted}[2m])) > 0 unless on (${release}) max by (${release}) (max_over_time(${inHand}[2m])) > 0 unless on (${release}) max by (${release}) (max_over_time(${paused}[2m])) > 0)`;
const notAccepted = `sum by (${release}) (max_over_time(${unconfirmed}[6h]))`;

const BEHIND = 'caudal:lane_behind_at_rest:messages';

/** Messages that each lane's store is behind the fullest one, of the countries that it takes. Absent unless at rest: under load stores always differ. */
export const ACCOUNT_RECORDINGS: readonly RecordingRule[] = [
  {
    record: BEHIND,
    expr: `((max by (${release}) (${complete}) - on (${release}) group_right () ${complete}) or (${ofTaken(`max by (${release}, country) (${perCountry()})`)} - on (${release}, lane) ${total})) and on (${release}) ${isAtRest}`,
  },
];

// A store that was empty an hour ago has no series there: its present total is what it gained.
const gained = `((${total} - ${totalBefore}) or ${total})`;
// A shorter window at ingest: a message accepted within it cannot have been in the store when the longer one began.
const lately = `((max_over_time(${accepted}[55m]) - (${accepted} offset 55m)) or max_over_time(${accepted}[55m]))`;
const acceptedLately = `sum by (${release}) (${lately})`;
const notStored = `((${acceptedLately} - on (${release}) group_right () (${gained} unless on (${release}, lane) ${isSelective})) or (${ofTaken(`sum by (${release}, country) (${lately})`)} - on (${release}, lane) ${gained}))`;

// A request retried under its key gets 202 again and is stored once. The longer window covers every repeat whose second
// acceptance counts.
const repeated = `(sum by (${release}, lane) ((max_over_time(${duplicates}[1h]) - (${duplicates} offset 1h)) or max_over_time(${duplicates}[1h])) or 0 * ${total})`;

/** The promise itself: accepted = stored, in every lane. */
export const ACCOUNT_ALERTS: readonly AlertRule[] = [
  {
    alert: 'CaudalMessagesMissing',
    expr: `((${notStored} - on (${release}, lane) ${repeated}) > 0) and on (${release}) ${isAtRest}`,
    for: '2m',
    severity: 'critical',
    summary: '{{ $labels.lane }} has stored {{ $value }} messages fewer than were accepted in the last hour',
    description:
      'The pipeline is at rest, and the store has gained fewer messages than ingest accepted with 202, even if every duplicate was accepted twice. This must never happen: find the cause before the brokers delete the messages they still hold.',
  },
  {
    alert: 'CaudalLanesDiffer',
    // Unconfirmed messages may be in one lane but not in the other; retries under the same key even that out.
    expr: `((max_over_time(${BEHIND}[6h]) - min_over_time(${BEHIND}[6h])) > on (${release}) group_left () (${notAccepted} or 0 * max by (${release}) (${BEHIND}))) and ${BEHIND}`,
    for: '2m',
    severity: 'critical',
    summary:
      '{{ $labels.lane }} has drifted by {{ $value }} messages from the other lanes in the last six hours',
    description:
      'At rest all lanes have stored the same messages. Since the last time at rest this lane has gained more or fewer than the others, beyond what unconfirmed messages explain: a lane lost messages or counted some twice.',
  },
];
