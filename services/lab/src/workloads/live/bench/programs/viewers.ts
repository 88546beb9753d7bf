import { connect } from 'node:net';
import { required } from '../../../../bench/programs/meter.ts';

/**
 * Many viewers of one stream, as cheap as they can be: sockets that look for a text at the end. Prints a line when all have
 * the response's head, and one when all have seen the text.
 */
const port = Number(required('BENCH_PORT'));
const clients = Number(required('BENCH_CLIENTS'));
const path = required('BENCH_PATH');
/** Absent: they stay until they are killed. */
const last = process.env.BENCH_LAST;

let connected = 0;
let done = 0;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

for (let i = 0; i < clients; i += 1) {
  const socket = connect(port, '127.0.0.1');
  let isConnected = false;
  let tail = Buffer.alloc(0);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  socket.on('data', (chunk: Buffer) => {
    if (!isConnected) {
      isConnected = true;
      connected += 1;
      if (connected === clients) say({ connected });
    }
    if (last === undefined) return;
    // The text may lie across two chunks.
    const isLast =
      chunk.includes(last) || Buffer.concat([tail, chunk.subarray(0, last.length)]).includes(last);
    tail = Buffer.from(chunk.subarray(-last.length));
    if (!isLast) return;
    done += 1;
    if (done === clients) say({ done });
  });
  socket.on('error', (error) => {
    throw error;
  });
}
