import { MEASURE_FILMS } from '../workloads/films/measure/measure-films.ts';
import { REHEARSE_PROMOTION } from '../workloads/films/promotion/rehearse-promotion.ts';
import { REPLAY_LIVE } from '../workloads/live/replay/replay-live.ts';
import { MEASURE_ORDERS } from '../workloads/orders/measure/measure-shop.ts';
import { COMPARE_STORES } from '../workloads/stores/compare/compare-stores.ts';
import type { Experiment } from './experiment.ts';

/** The experiments, as `npm run lab -- --help` lists them. */
export const EXPERIMENTS: readonly Experiment[] = [
  COMPARE_STORES,
  REPLAY_LIVE,
  MEASURE_ORDERS,
  MEASURE_FILMS,
  REHEARSE_PROMOTION,
];
