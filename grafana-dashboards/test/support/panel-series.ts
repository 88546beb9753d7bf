import { RELEASE } from './alert-case.ts';

/** What a panel must show for given series: one sample a minute, in promtool's notation; the range is 15 minutes. */
export interface PanelCase {
  /** File of the dashboard, without `.json`. */
  readonly dashboard: string;
  readonly panel: string;
  /** Which of the panel's queries. */
  readonly query?: number;
  readonly what: string;
  readonly series: Readonly<Record<string, string>>;
  readonly atMinute: number;
  /** Value by labels as PromQL writes them, `{lane="x"}`. */
  readonly shows: Readonly<Record<string, number>>;
}

/** A series of the release, in PromQL. */
export const series = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries({ ...RELEASE, ...labels })
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;
/** Ingest's counter of messages by outcome. */
export const messages = (outcome: string, country = 'ES') =>
  series('caudal_ingest_messages_total', { pod: 'i-1', country, outcome });
/** What a console reads from a lane's store. */
export const store = (lane: string, country = 'ES', pod = 'console-1') =>
  series('caudal_store_messages', { pod, lane, country });
/** A metric `caudal_…` of a lane. */
export const ofLane = (name: string, lane: string, pod = 'c-1') => series(`caudal_${name}`, { pod, lane });

/** The lane over Kafka. */
export const kafka = 'kafka-redis';
/** The lane over RabbitMQ. */
export const rabbitmq = 'rabbitmq-valkey';

/** 20 minutes of rest, 1,000 messages in 10 minutes, rest. */
const thousand = '0x20 100+100x9 1000x60';
/** Two lanes with nothing to do. */
export const atRest = {
  [ofLane('assigned_sources', kafka)]: '12x95',
  [ofLane('assigned_sources', rabbitmq)]: '1x95',
  [ofLane('backlog_messages', kafka, 'console-1')]: '0x95',
  [ofLane('backlog_messages', rabbitmq, 'console-1')]: '0x95',
  [ofLane('in_hand_messages', kafka)]: '0x95',
  [ofLane('in_hand_messages', rabbitmq)]: '0x95',
  [ofLane('lane_paused', kafka)]: '0x95',
  [ofLane('lane_paused', rabbitmq)]: '0x95',
  [series('caudal_ingest_pending_messages', { pod: 'i-1', broker: 'kafka' })]: '0x95',
};
/** Both lanes store what was accepted. */
export const exact = {
  ...atRest,
  [messages('accepted')]: thousand,
  [store(kafka)]: thousand,
  [store(rabbitmq)]: thousand,
};
/** The Kafka lane ends with 997: three are missing. */
export const threeShort = { ...exact, [store(kafka)]: '0x20 100+100x8 997x60' };
