import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Answers of a scripted SMTP server by the command's first word; `.` is the end of a mail. `null`: no answer; `cut`: it hangs up. */
export type SmtpScript = Readonly<Record<string, string | null | 'cut'>>;

/** A scripted SMTP server. */
export interface FakeSmtp {
  readonly port: number;
  /** Number of connections so far. */
  readonly connections: number;
  /** Commands in order of arrival; `.` is the end of a mail. */
  readonly commands: readonly string[];
  close(): Promise<void>;
}

const ANSWERS: SmtpScript = {
  GREETING: '220 fake',
  EHLO: '250 fake',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 send it',
  '.': '250 stored',
  RSET: '250 ok',
  QUIT: '221 bye',
};

/** Starts a server that answers as the script says, and otherwise as a server that takes everything. */
export async function startFakeSmtp(script: SmtpScript = {}): Promise<FakeSmtp> {
  const answers = { ...ANSWERS, ...script };
  const sockets = new Set<Socket>();
  const commands: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    let isData = false;
    let rest = '';
    const answer = (word: string): void => {
      const text = answers[word] === undefined ? '500 unknown' : answers[word];
      if (text === 'cut') socket.destroy();
      else if (text !== null) socket.write(`${text}\r\n`);
      isData = word === 'DATA' && (text?.startsWith('354') ?? false);
    };
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (isData && line !== '.') continue;
        const word = isData ? '.' : (line.split(' ', 1)[0] ?? '').toUpperCase();
        commands.push(word);
        answer(word);
      }
    });
    answer('GREETING');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    commands,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
