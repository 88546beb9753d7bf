import type { CommandLine } from '../../../cli/command-line.ts';
import type { LoadResult } from '../../messages/load/measure-load.ts';
import { CONSOLE } from '../../messages/services.ts';
import type { ChaosChoice } from '../../workload.ts';
import { judgeLive } from '../judge-live.ts';
import { type LiveResult, withViewers } from '../with-viewers.ts';

/** The same chaos, with viewers that follow it and must get every message. */
export function chaosWithViewers(
  line: CommandLine<ChaosChoice<LoadResult>>,
): CommandLine<ChaosChoice<LiveResult>> {
  return {
    usage: line.usage,
    parse(args) {
      const choice = line.parse(args);
      return {
        ...choice,
        workloadOn(addresses) {
          const base = choice.workloadOn(addresses);
          return {
            ...base,
            load: (stack, load) =>
              withViewers({ consoleUrl: stack.url(CONSOLE), fetch, brokers: addresses.kafka.brokers }, () =>
                base.load(stack, load),
              ),
            failuresOf: (result, load) => [
              ...base.failuresOf(result, load),
              ...judgeLive(result)
                .findings.filter(({ subject }) => subject.startsWith('viewer') || subject === 'the log')
                .map(({ detail }) => detail),
            ],
          };
        },
      };
    },
  };
}
