import { readAssignment, readOptions } from '../cli/arguments.ts';
import { STATE_DIRECTORY } from '../cli/paths.ts';
import { ExpectedError, runCommandLine } from '../cli/run-command-line.ts';
import { requestScale } from '../stack/control-server.ts';
import { readRunRecord } from '../stack/run-file.ts';
import { scalable } from '../stack/service-spec.ts';
import { messagesServices } from '../workloads/messages/services.ts';

const SETS = scalable(messagesServices()).map(({ name }) => name);

const USAGE = `usage: npm run scale -- NAME=COUNT

Changes the number of processes of a service started by npm start: ${SETS.join(', ')}.
Processes that are removed finish their work in progress first.
`;

await runCommandLine(USAGE, async (args) => {
  const { positionals } = readOptions(args, {}, 1);
  const { name, count } = readAssignment(positionals[0]);
  const record = readRunRecord(STATE_DIRECTORY);
  if (record === undefined)
    throw new ExpectedError('services are not running: run npm start in another terminal');
  const services = await requestScale(record, name, count);
  process.stdout.write(`running: ${services.join(', ')}\n`);
  return 0;
});
