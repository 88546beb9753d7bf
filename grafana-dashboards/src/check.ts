import { failUsage } from '../../tools/lib/command-line.ts';
import { checkPanels } from './check/check-panels.ts';
import { GENERATED_DIRECTORY } from './generated-files.ts';
import { OPTIONS_USAGE, readArguments } from './model/command-line.ts';

const USAGE = `usage: npm run dashboards:check -- [options]

Runs the queries of every panel against a Prometheus with data from a load, and fails if one returns nothing.

${OPTIONS_USAGE}
`;

/** Exit status: 0 when every panel has data, 1 when one has none, 2 for invalid options. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments(args, 200);
  } catch (error) {
    failUsage(error instanceof Error ? error.message : String(error), USAGE);
    return 2;
  }
  const { dashboards, panels, queries, empty, skipped } = await checkPanels({
    directory: GENERATED_DIRECTORY,
    ...options,
  });
  for (const { dashboard, panel, expr, problem } of empty) {
    process.stdout.write(`EMPTY  ${dashboard}: ${panel}\n       ${problem}\n       ${expr}\n`);
  }
  process.stdout.write(
    `${queries} queries of ${panels} panels on ${dashboards} dashboards, ${empty.length} empty${skipped > 0 ? `; ${skipped} skipped: no exporters of the stores` : ''}\n`,
  );
  return empty.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
