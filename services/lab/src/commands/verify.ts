import { handleInterrupts } from '../cli/interrupts.ts';
import { createPainter } from '../cli/painter.ts';
import { STATE_DIRECTORY } from '../cli/paths.ts';
import { createTerminal } from '../cli/terminal.ts';
import { runSelfTest } from '../verify/self-test.ts';
import { runVerb } from '../workloads/run-verb.ts';

await runVerb(
  ({ verify }) => verify,
  async (workload, choice) => {
    const terminal = createTerminal(process.stderr);
    const interrupts = handleInterrupts();
    const onEvent = (line: string): void => terminal.say(line);
    try {
      if (choice === 'self-test') {
        const { found, planted, lines } = await runSelfTest(workload.plants, {
          stateDirectory: STATE_DIRECTORY,
          onEvent,
          signal: interrupts.signal,
        });
        process.stdout.write(`${lines.join('\n')}\n${found} of ${planted} planted faults found\n`);
        return found === planted ? 0 : 1;
      }
      const { verdict, text } = await choice({
        kubeconfig: process.env.KUBECONFIG,
        paint: createPainter(process.stdout),
        onEvent,
        signal: interrupts.signal,
      });
      process.stdout.write(`\n${text}\n`);
      return verdict.exact ? 0 : 1;
    } finally {
      interrupts.release();
    }
  },
);
