import { join } from 'node:path';
import { findServers } from '../../../../../../tools/servers/servers.ts';
import { INTENSITY_OPTIONS, readIntensity } from '../../../chaos/read-intensity.ts';
import { wholeNumber } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import { STATE_DIRECTORY } from '../../../cli/paths.ts';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import type { ChaosChoice } from '../../workload.ts';
import { filmsChaos } from '../chaos.ts';
import type { FilmsResult } from '../load/measure-films.ts';
import { API, PROCESSES, SERVERS } from '../services.ts';

const text = { type: 'string' } as const;

/** `npm run chaos -- films`: the films, their API and their database with its replicas, broken under load. */
export const CHAOS: CommandLine<ChaosChoice<FilmsResult>> = commandLine({
  usage: `usage: npm run chaos -- films [options]

Kills and suspends each process of the API, the primary and each replica, cuts a replica off, lets one stand still for 30 s,
imports films, and tries to while the primary is away, under a load that asks once more where nothing came. Passes when
every answer is right, every fault had an effect, and all servers were read from again within 15 s of each fault. Starts
its own servers and services.

  --queries N        questions to ask at least (20000)
  --retries N        attempts of the client after a failed one, 0 or 1 (1); with 0 a thousandth may fail
  --seed TEXT        seed for the questions and the order of faults (1)
  --kills N          kills per target (2)
  --stops N          suspensions (SIGSTOP) per target (2)
  --stop-seconds N   length of a suspension, s (10)
  --lag-seconds N    how long a replica stands still, s (30)
  --network N        times that each misbehaviour happens (2)
  --targets A,B      inject faults only into these: postgresql-replica-1, films-api-1, replica-lags, … (all)
`,
  options: { ...INTENSITY_OPTIONS, queries: text, retries: text, 'lag-seconds': text },
  read({ values }) {
    const queries = wholeNumber('queries', values.queries, { min: 100, max: 10_000_000, fallback: 20_000 });
    const retries = wholeNumber('retries', values.retries, { min: 0, max: 1, fallback: 1 }) === 0 ? 0 : 1;
    const lagSeconds = wholeNumber('lag-seconds', values['lag-seconds'], { min: 2, max: 600, fallback: 30 });
    const intensity = readIntensity(values, queries);
    return {
      intensity,
      sizeOption: 'queries',
      targets: values.targets?.split(','),
      servers: SERVERS,
      settings: { [API]: PROCESSES, retries, lagSeconds },
      workloadOn: (addresses) =>
        filmsChaos({
          addresses,
          servers: runningServers,
          processes: PROCESSES,
          retries,
          stopMs: intensity.stopMs,
          lagMs: lagSeconds * 1_000,
        }),
    };
  },
});

/** The servers that this command has started. */
async function runningServers() {
  const servers = await findServers({ dataDirectory: join(STATE_DIRECTORY, 'chaos', 'servers') });
  if (servers === undefined) throw new ExpectedError('the servers of this run are gone');
  return servers;
}
