import { uniqueName } from '../../../bench/program.ts';
import { judgeTrials } from '../../../experiments/compare/judge-trials.ts';
import { rateEstimates, renderComparison } from '../../../experiments/compare/render-comparison.ts';
import { orderOf, rateOf, type Trial, type Way } from '../../../experiments/compare/trial.ts';
import type { ExperimentContext, Findings } from '../../../experiments/experiment.ts';
import { formatCount } from '../../../report/text-table.ts';
import { fill, kafkaBroker, makeBodies, PARTITIONS } from '../../messages/bench/bed.ts';
import type { Contender } from './contenders.ts';
import { measureTrial } from './measure-trial.ts';

/** What is compared. */
export interface ComparisonOptions {
  readonly contenders: readonly Contender[];
  readonly messages: number;
  readonly repetitions: number;
  /** Messages written one at a time; undefined: none. */
  readonly naiveMessages: number | undefined;
}

/** Messages that each store is given before the first repetition, so that none is measured cold. */
const WARM_UP_MESSAGES = 5_000;

/** Runs the trials, one at a time, and judges them. */
export async function runComparison(
  options: ComparisonOptions,
  context: ExperimentContext,
): Promise<Findings> {
  const { contenders, messages, repetitions, naiveMessages } = options;
  const { servers, say, signal } = context;
  const topic = uniqueName('compare');
  say(`filling a topic with ${formatCount(messages)} messages …`);
  await fill(kafkaBroker(servers.addresses, topic), makeBodies(messages), 1_000);
  const trials: Trial[] = [];
  const measure = (contender: Contender, way: Way, repetition: number, count: number): Promise<Trial> =>
    measureTrial({ servers, contender, way, repetition, topic, messages: count, signal });
  for (const contender of contenders) {
    say(`warming up ${contender.title} …`);
    await measure(contender, 'lane', 0, Math.min(WARM_UP_MESSAGES, messages));
  }
  for (let repetition = 1; repetition <= repetitions; repetition += 1) {
    for (const contender of orderOf(contenders, repetition)) {
      const ways: readonly (readonly [Way, number])[] = [
        ['lane', messages],
        ...(naiveMessages === undefined ? [] : [['naive', naiveMessages] as const]),
      ];
      for (const [way, count] of ways) {
        const trial = await measure(contender, way, repetition, count);
        trials.push(trial);
        say(
          `${repetition}/${repetitions} ${contender.title}${way === 'naive' ? ', one at a time' : ''}: ${formatCount(Math.round(rateOf(trial)))} messages/s`,
        );
      }
    }
  }
  const verdict = judgeTrials(trials, contenders);
  return {
    passed: verdict.passed,
    figures: { verdict, rates: rateEstimates(trials, contenders), trials },
    markdown: renderComparison(trials, verdict, contenders, await cardOf(options, context, trials)),
  };
}

/** What a reader has to know to believe the figures, or to repeat them. */
async function cardOf(
  { contenders, messages, repetitions, naiveMessages }: ComparisonOptions,
  { servers, versions }: ExperimentContext,
  trials: readonly Trial[],
): Promise<[string, string][]> {
  const stores = await Promise.all(
    contenders.map(async ({ name, title, settings }): Promise<[string, string]> => {
      const read = Object.entries(await settings(servers.addresses[name].url));
      return [title, [versions[name] ?? '', ...read.map(([key, value]) => `${key} ${value}`)].join(', ')];
    }),
  );
  const lanes = trials.filter(({ way }) => way === 'lane');
  const batch =
    lanes.reduce((sum, trial) => sum + trial.messages, 0) /
    lanes.reduce((sum, { batches }) => sum + batches, 0);
  return [
    [
      'messages',
      `${messages}, of 200 countries, in ${PARTITIONS} partitions, stored in Kafka before the clock starts`,
    ],
    ['repetitions', `${repetitions}, each store first in turn, after a warm-up; servers at rest before each`],
    ...(naiveMessages === undefined
      ? []
      : [['one awaited write a message', `${formatCount(naiveMessages)} messages`] as [string, string]]),
    ['clock', 'from the first message to the reply to the last'],
    ['batch', `${formatCount(Math.round(batch))} messages on average, one transaction each, one consumer`],
    ['acknowledgement', "after the store's reply; Kafka's position is in the same transaction"],
    ...stores,
    ['Kafka', `${versions.kafka ?? ''}, acks -1, one broker`],
    ['kept', contenders.map(({ title, keeps }) => `${title}: ${keeps}`).join('; ')],
    ['memory', "largest of readings every 250 ms, shared pages once; the consumer's by the kernel"],
    ['written', 'by the server until it rests again: what it writes later is not in it'],
  ];
}
