import { readOptions } from '../cli/arguments.ts';
import { handleInterrupts } from '../cli/interrupts.ts';
import { STATE_DIRECTORY } from '../cli/paths.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { findTarget } from '../cli/target.ts';
import { createTerminal } from '../cli/terminal.ts';
import { createConsoleClient } from '../load/console-client.ts';
import { readLastLoad } from '../load/last-load.ts';
import { accountRows } from '../report/account-rows.ts';
import { textTable } from '../report/text-table.ts';
import { readAccountFile } from '../verify/account-file.ts';
import { runSelfTest } from '../verify/self-test.ts';
import { withSelfTestServers } from '../verify/self-test-servers.ts';
import { verdictLines, verifyLoad } from '../verify/verify-load.ts';

const USAGE = `usage: npm run verify -- [options]

Waits until the lanes are drained, then compares what the last load had accepted with both stores, per country.
Exits with 0 when the account is exact.

  --account FILE      another load: the account.json of results/<id>, or one that k6 wrote
  --console-url URL   a console elsewhere
  --all               show every country
  --self-test         plant a loss, a double and a wrong country in scratch keys of the real stores instead, and
                      see whether each is reported
`;

await runCommandLine(USAGE, async (args) => {
  const { values } = readOptions(args, {
    account: { type: 'string' },
    'console-url': { type: 'string' },
    all: { type: 'boolean', default: false },
    'self-test': { type: 'boolean', default: false },
  });
  const terminal = createTerminal(process.stderr);
  const interrupts = handleInterrupts();
  try {
    if (values['self-test']) {
      const { found, planted, lines } = await withSelfTestServers(
        { onEvent: (line) => terminal.say(line), signal: interrupts.signal },
        (addresses) =>
          runSelfTest({ addresses, stateDirectory: STATE_DIRECTORY, onEvent: (line) => terminal.say(line) }),
      );
      process.stdout.write(`${lines.join('\n')}\n${found} of ${planted} planted faults found\n`);
      return found === planted ? 0 : 1;
    }
    const load =
      values.account === undefined ? readLastLoad(STATE_DIRECTORY) : readAccountFile(values.account);
    const consoleUrl = values['console-url'];
    const target = consoleUrl === undefined ? findTarget({}) : { consoleUrl };
    terminal.say(`comparing ${load.id} with the stores …`);
    const verdict = await verifyLoad(createConsoleClient(target.consoleUrl), load, interrupts.signal);
    const rows = accountRows(verdict.account, values.all ? Number.POSITIVE_INFINITY : 12);
    process.stdout.write(`\n${textTable(rows)}\n\n${verdictLines(verdict).join('\n')}\n`);
    return verdict.account.exact && verdict.notDrained === undefined ? 0 : 1;
  } finally {
    interrupts.release();
  }
});
