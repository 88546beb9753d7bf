import { basename, join } from 'node:path';
import { ensureK6 } from '../../../../tools/k6/ensure-k6.ts';
import { findServers } from '../../../../tools/servers/servers.ts';
import { handleInterrupts } from '../cli/interrupts.ts';
import { RESULTS_DIRECTORY, SERVERS_DIRECTORY } from '../cli/paths.ts';
import { createTerminal } from '../cli/terminal.ts';
import { localLoad } from '../load/run-k6.ts';
import { keepRun } from '../report/keep-run.ts';
import { readVersions } from '../report/read-versions.ts';
import { newRunId } from '../report/write-results.ts';
import { nounOf } from '../workloads/index.ts';
import { runVerb } from '../workloads/run-verb.ts';

await runVerb(
  ({ load }) => load,
  async (workload, { scenario, variables, settings, baseUrl, site, isLocal }) => {
    const terminal = createTerminal(process.stderr);
    const interrupts = handleInterrupts(() =>
      terminal.say('stopping the load (Ctrl-C again to exit immediately) …'),
    );
    const id = newRunId(nounOf(workload, '-') + basename(scenario));
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
      command: `npm run load -- ${nounOf(workload, ' ')}${scenario}`,
      settings,
      versions: await readVersions(servers?.addresses, k6),
      result,
    });
    return result.load.thresholds.passed && workload.judge(result).exact ? 0 : 1;
  },
);
