import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { MAX_ROWS } from './catalogue/game.ts';
import { generateGames } from './catalogue/generate.ts';
import { formatCsv } from './catalogue/write-csv.ts';

const USAGE = `usage: node services/orders/src/write-catalogue.ts FILE.csv [options]

Writes the catalogue of made-up games as CSV, which the shop reads with CATALOGUE_FILE.

  --rows N   number of games (12000)
  --seed N   other games (1)
`;

/** Prints the usage with what is wrong; exit status 2. */
function fail(message: string): void {
  process.stderr.write(`${message}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rows: { type: 'string', default: '12000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  const [file, ...others] = positionals;
  const [rows, seed] = [values.rows, values.seed].map((text) => (/^\d+$/.test(text) ? Number(text) : -1)) as [
    number,
    number,
  ];
  if (values.help) process.stdout.write(USAGE);
  else if (file === undefined || others.length > 0) fail('give one file');
  else if (rows < 1 || rows > MAX_ROWS) fail(`--rows: a whole number from 1 to ${MAX_ROWS}`);
  else if (seed < 0 || seed > 0xffffffff) fail('--seed: a whole number from 0 to 4294967295');
  else await writeFile(file, formatCsv(generateGames(seed, rows)));
}

try {
  await main();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
