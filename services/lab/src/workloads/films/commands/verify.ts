import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import type { VerifyChoice } from '../../workload.ts';

/** `npm run verify -- films`: the last load or another one, from its ledger and the file of the films. */
export const VERIFY: CommandLine<VerifyChoice> = commandLine({
  usage: `usage: npm run verify -- films [options]

Reads the ledger of the last load, and compares every answer again with the file of the films. It needs no server. Exits
with 0 when every answer is right.

  --run ID            verify another load: the name of its folder in results
  --self-test         instead, plant faults in a database of their own, ask about it, and check that each is reported
                      correctly
`,
  options: {
    run: { type: 'string' },
    'self-test': { type: 'boolean', default: false },
  },
  read({ values }) {
    if (values['self-test']) return 'self-test';
    return async (context) => {
      const { verifyFilms } = await import('../verify/verify-films.ts');
      return verifyFilms(values, context);
    };
  },
});
