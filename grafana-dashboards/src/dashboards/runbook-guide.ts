import { RUNBOOKS_PATH } from '../alerts/rule.ts';

/** Runbook section by symptom on this dashboard. The page is in the repository and has no fixed address. */
const GUIDE: readonly (readonly [seen: string, alert: string])[] = [
  ['Verdict DRIFT', 'CaudalMessagesMissing, CaudalLanesDiffer'],
  ['Seconds behind grows', 'CaudalBacklogGrowing'],
  ['A store is down, a lane is paused', 'CaudalLanePaused'],
  ['A broker is down', 'CaudalBrokerDown'],
  ['Replicas at 0, or fewer seen by the broker', 'CaudalNoConsumer'],
  ['Dead letters', 'CaudalDeadLetters'],
  ['Requests fail with 5xx', 'CaudalRequestsFailing'],
  ['Verdict CANNOT TELL', 'CaudalLaneUnreadable'],
];

/** The same for the dashboard of orders. */
const GUIDE_TO_ORDERS: typeof GUIDE = [
  ['No transitions although orders wait', 'CaudalOrdersStuck'],
  ['Timers are late', 'CaudalOrderTimersLate'],
  ['Announcements wait', 'CaudalOutboxGrowing'],
  ['Mails are parked', 'CaudalMailsParked'],
  ['The mail server is down', 'CaudalMailServerDown'],
];

/** The same for the dashboard of films. */
const GUIDE_TO_FILMS: typeof GUIDE = [
  ['A replica is left out', 'CaudalFilmsReplicaOut'],
  ['Lag of a replica grows', 'CaudalFilmsReplicaLagging'],
  ['Requests fail with 5xx', 'CaudalFilmsFailing'],
  ['Requests are slow', 'CaudalFilmsSlow'],
  ['The primary answers reads', 'CaudalFilmsLastResort'],
];

const markdown = (guide: typeof GUIDE): string =>
  [
    `Runbooks: \`${RUNBOOKS_PATH}\` in Caudal's repository, one section per alert. Before anything else: do not delete queues, topics, volumes or store keys.`,
    '',
    '| what you see | section |',
    '| --- | --- |',
    ...guide.map(([seen, alert]) => `| ${seen} | ${alert} |`),
  ].join('\n');

/** Markdown for a text panel. */
export const RUNBOOK_GUIDE = markdown(GUIDE);

/** Markdown for the text panel on orders. */
export const ORDERS_GUIDE = markdown(GUIDE_TO_ORDERS);

/** Markdown for the text panel on films. */
export const FILMS_GUIDE = markdown(GUIDE_TO_FILMS);
