import { get } from 'node:http';
import { createMeter, required } from '../../../../bench/programs/meter.ts';
import { createReplayTally } from '../../replay/replay-tally.ts';

/** A viewer that reads the live tail from the beginning of the log, parses every event, and prints what it got and how fast. */
const url = required('BENCH_URL');
const expected = Number(required('BENCH_MESSAGES'));
const tally = createReplayTally();
const meter = createMeter(expected, () => {
  process.stdout.write(`${JSON.stringify({ tally: tally.result() })}\n`);
  return Promise.resolve();
});
get(url, (response) => {
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  response.setEncoding('utf8');
  let rest = '';
  response.on('data', (text: string) => {
    meter.began();
    const events = (rest + text).split('\n\n');
    rest = events.pop() ?? '';
    let messages = 0;
    for (const event of events) messages += tally.add(event);
    if (messages > 0) meter.done(messages);
  });
  response.on('end', () => {
    throw new Error('the stream ended');
  });
});
