import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { startServers } from '../../../../tools/servers/servers.ts';
import type { Figure, Row } from '../bench/rows.ts';
import { isMet, renderTable } from '../bench/table.ts';
import { RESULTS_DIRECTORY, STATE_DIRECTORY } from '../cli/paths.ts';
import { runVerb } from '../workloads/run-verb.ts';

/** `npm run bench`: measures each performance goal as the median of paired ratios against a raw client in the same run. */
await runVerb(
  ({ bench }) => bench,
  async (_workload, { servers: wanted, effort, parts }) => {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const servers = await startServers({
      only: wanted,
      dataDirectory: join(STATE_DIRECTORY, 'bench-servers'),
      fresh: true,
      onProgress: say,
    });
    const rows: Row[] = [];
    const figures: Figure[] = [];
    try {
      for (const part of parts) {
        say(`measuring ${part.name} …`);
        const measured = await part.measure(servers);
        rows.push(...(measured.rows ?? []));
        figures.push(...(measured.figures ?? []));
      }
    } finally {
      await servers.down();
    }

    const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${arch()}, Node ${process.versions.node}`;
    const heading = `${new Date().toISOString().slice(0, 10)}; ${machine}; ${effort.pairs} pairs, median of pair ratios\n\n`;
    const table = renderTable(rows, figures);
    process.stdout.write(`\n${heading}${table}`);
    const directory = join(RESULTS_DIRECTORY, `bench-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(
      join(directory, 'bench.json'),
      `${JSON.stringify({ machine, effort, rows, figures }, null, 2)}\n`,
    );
    writeFileSync(join(directory, 'bench.md'), heading + table);
    say(`\nwritten to ${directory}`);
    return rows.every(isMet) && figures.every((figure) => figure.isMet) ? 0 : 1;
  },
);
