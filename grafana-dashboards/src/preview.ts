import { join, relative } from 'node:path';
import { failUsage } from '../../tools/lib/command-line.ts';
import { GENERATED_DIRECTORY } from './generated-files.ts';
import { OPTIONS_USAGE, readArguments } from './model/command-line.ts';
import { takePictures } from './preview/take-pictures.ts';

const OUTPUT = join(import.meta.dirname, '..', '..', 'docs', 'images');

const USAGE = `usage: npm run dashboards:preview -- [options] [dashboard…]

Renders the dashboards with the data of a Prometheus as pictures in docs/images: those of the pipeline, or those that are
named, such as orders. Needs Chromium.

${OPTIONS_USAGE}
`;

/** Exit status: 0 when the pictures are written, 1 on failure, 2 for invalid options. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments(args, 150);
  } catch (error) {
    failUsage(error instanceof Error ? error.message : String(error), USAGE);
    return 2;
  }
  const { prometheusUrl, view, rest } = options;
  const pictures = await takePictures({
    directory: GENERATED_DIRECTORY,
    prometheusUrl,
    view,
    outputDirectory: OUTPUT,
    only: rest,
  });
  for (const { path, bytes } of pictures) {
    process.stdout.write(`${relative(process.cwd(), path)}  ${Math.round(bytes / 1_000)} kB\n`);
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
