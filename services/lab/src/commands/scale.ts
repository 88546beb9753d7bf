import { readAssignment } from '../cli/arguments.ts';
import { commandLine } from '../cli/command-line.ts';
import { STATE_DIRECTORY } from '../cli/paths.ts';
import { ExpectedError } from '../cli/run-command-line.ts';
import { requestScale } from '../stack/control-server.ts';
import { readRunRecord } from '../stack/run-file.ts';
import { runVerb } from '../workloads/run-verb.ts';

await runVerb(
  ({ scalable }) =>
    commandLine({
      usage: `usage: npm run scale -- [SYSTEM] NAME=COUNT

Changes the number of processes of a service started by npm start: ${scalable.join(', ')}.
Processes that are removed finish their work in progress first.
`,
      options: {},
      isArgument: (text) => text.includes('='),
      read: ({ positionals }) => readAssignment(positionals[0], scalable.at(-1) ?? 'NAME'),
    }),
  async (_workload, { name, count }) => {
    const record = readRunRecord(STATE_DIRECTORY);
    if (record === undefined)
      throw new ExpectedError('services are not running: run npm start in another terminal');
    const services = await requestScale(record, name, count);
    process.stdout.write(`running: ${services.join(', ')}\n`);
    return 0;
  },
);
