import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureK6 } from '../../../../tools/k6/ensure-k6.ts';
import { startServers } from '../../../../tools/servers/servers.ts';
import { chaosReport, chaosSummary } from '../chaos/chaos-report.ts';
import { runChaos } from '../chaos/run-chaos.ts';
import { handleInterrupts, INTERRUPTED_STATUS } from '../cli/interrupts.ts';
import { PLAIN } from '../cli/painter.ts';
import { RESULTS_DIRECTORY, ROOT, STATE_DIRECTORY } from '../cli/paths.ts';
import { createTerminal } from '../cli/terminal.ts';
import { readVersions } from '../report/read-versions.ts';
import { newRunId, writeResults } from '../report/write-results.ts';
import { nounOf } from '../workloads/index.ts';
import { runVerb } from '../workloads/run-verb.ts';

await runVerb(
  ({ chaos }) => chaos,
  async (system, { intensity, sizeOption, servers: wanted, targets, settings, workloadOn }) => {
    const terminal = createTerminal(process.stderr);
    const interrupts = handleInterrupts(() => terminal.say('stopping (Ctrl-C again to exit immediately) …'));
    const onEvent = (line: string): void => terminal.say(line);
    const id = newRunId(`${nounOf(system, '-')}chaos`);
    const directory = join(RESULTS_DIRECTORY, id);
    const stateDirectory = join(STATE_DIRECTORY, 'chaos');
    const k6 = await ensureK6({ onProgress: onEvent, signal: interrupts.signal });
    const servers = await startServers({
      only: wanted,
      dataDirectory: join(stateDirectory, 'servers'),
      fresh: true,
      onProgress: onEvent,
      signal: interrupts.signal,
    });
    try {
      const versions = await readVersions(servers.addresses, k6, wanted);
      const chaos = await runChaos({
        ...intensity,
        ...(targets !== undefined && { targets }),
        workload: workloadOn(servers.addresses),
        servers,
        k6,
        stateDirectory,
        resultDirectory: directory,
        onEvent,
        onProgress: (line) => {
          if (process.stderr.isTTY) terminal.live(line);
        },
        signal: interrupts.signal,
      });
      terminal.endLive();
      writeResults(system, directory, {
        id,
        command: `npm run chaos -- ${nounOf(system, ' ')}--${sizeOption} ${intensity.messages} --seed ${intensity.seed}`,
        settings: { ...intensity, ...settings },
        versions,
        result: chaos.result,
      });
      writeFileSync(
        join(directory, 'faults.json'),
        `${JSON.stringify({ verdict: chaos.verdict, outcomes: chaos.outcomes }, null, 2)}\n`,
      );
      writeFileSync(join(directory, 'faults.md'), chaosReport(chaos));
      process.stdout.write(
        `\n${system.report.summary(chaos.result, PLAIN)}\n${chaosSummary(chaos)}\nwritten to ${relative(ROOT, directory)}\n`,
      );
      return chaos.verdict.failures.length === 0 ? 0 : 1;
    } catch (error) {
      if (interrupts.signal.aborted) return INTERRUPTED_STATUS;
      throw error;
    } finally {
      await servers.down();
      interrupts.release();
    }
  },
);
