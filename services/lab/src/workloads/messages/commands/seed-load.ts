import { wholeNumber } from '../../../cli/arguments.ts';
import type { LoadPlan } from '../../workload.ts';

/** The load that a new deployment is proved with, and its size. */
export interface SeedLoad extends LoadPlan {
  /** `10,000` */
  readonly messages: string;
  readonly users: number;
}

/** Reads `--messages`, `--users` and `--seed`. @throws UsageError */
export function readSeedLoad(values: {
  readonly messages?: string | undefined;
  readonly users?: string | undefined;
  readonly seed: string;
}): SeedLoad {
  const messages = wholeNumber('messages', values.messages, { min: 1, max: 100_000_000, fallback: 10_000 });
  const users = wholeNumber('users', values.users, { min: 1, max: 20_000, fallback: 100 });
  const { seed } = values;
  return {
    scenario: 'seed',
    variables: { MESSAGES: String(messages), USERS: String(users), SEED: seed },
    settings: { messages, users, seed },
    messages: messages.toLocaleString('en-US'),
    users,
  };
}
