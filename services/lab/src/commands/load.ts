import { join } from 'node:path';
import { ensureK6 } from '../../../../tools/k6/ensure-k6.ts';
import { serverNames } from '../../../../tools/servers/descriptions/index.ts';
import { findServers, type ServerName, type Servers } from '../../../../tools/servers/servers.ts';
import { handleInterrupts } from '../cli/interrupts.ts';
import { RESULTS_DIRECTORY, SERVERS_DIRECTORY } from '../cli/paths.ts';
import { createTerminal } from '../cli/terminal.ts';
import { localLoad } from '../load/run-k6.ts';
import { keepRun } from '../report/keep-run.ts';
import { readVersions } from '../report/read-versions.ts';
import { newRunId } from '../report/write-results.ts';
import { nounOf, scenarioOf } from '../workloads/index.ts';
import { runVerb } from '../workloads/run-verb.ts';

await runVerb(
  ({ load }) => load,
  async (workload, { scenario, variables, settings, baseUrl, site, isLocal }) => {
    const terminal = createTerminal(process.stderr);
    const interrupts = handleInterrupts(() =>
      terminal.say('stopping the load (Ctrl-C again to exit immediately) …'),
    );
    const id = newRunId(nounOf(workload, '-') + scenarioOf(workload, scenario));
    const directory = join(RESULTS_DIRECTORY, id);
    const k6 = await ensureK6({ onProgress: (line) => terminal.say(line), signal: interrupts.signal });
    const result = await workload.measure({
      site,
      startLoad: localLoad({
        k6,
        scenario,
        baseUrl,
        variables,
        logFile: join(directory, 'k6.log'),
        accountFile: join(directory, 'account.json'),
      }),
      signal: interrupts.signal,
      onProgress: (line) => terminal.live(line),
    });
    terminal.endLive();
    interrupts.release();
    const servers = isLocal ? await findServers({ dataDirectory: SERVERS_DIRECTORY }) : undefined;
    keepRun(workload, {
      id,
      command: `npm run load -- ${nounOf(workload, ' ')}${scenarioOf(workload, scenario)}`,
      settings,
      versions: await readVersions(servers?.addresses, k6, await runningOf(servers)),
      result,
    });
    return result.load.thresholds.passed && workload.judge(result).exact ? 0 : 1;
  },
);

/** Of the servers that the tools know: other systems may need others. */
async function runningOf(servers: Servers | undefined): Promise<readonly ServerName[]> {
  if (servers === undefined) return [];
  const states = await Promise.all(
    serverNames.map(async (name) => ({ name, state: await servers.status(name) })),
  );
  return states.flatMap(({ name, state }) => (state === 'running' ? [name] : []));
}
