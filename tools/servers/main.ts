import { parseArgs } from 'node:util';
import { failUsage, printsHelp } from '../lib/command-line.ts';
import { PrerequisiteError } from '../lib/prerequisite-error.ts';
import { descriptionOf, type ServerName, serverNames } from './descriptions/index.ts';
import { findServers, type Servers, startServers } from './servers.ts';

/** Servers of `up` where none are named. */
const usual = serverNames.filter((name) => descriptionOf(name).isOptional !== true);

const usage = `usage: npm run servers -- <command>

  up [--only NAME,…] [--fresh]  start servers in the background, by default ${usual.join(', ')};
                                --fresh clears their data first
  down                          stop all servers, keeping their data
  status                        show state, process ID and address of each server
  start NAME                    start a server with the same port and data
  kill NAME                     kill a server like a crash (SIGKILL)
  stop NAME                     suspend a server like a hang (SIGSTOP)
  cont NAME                     resume a suspended server (SIGCONT)

  --data DIRECTORY              data directory (.caudal/servers)

NAME is one of ${serverNames.join(', ')}.
`;

/** Invalid command line. */
class UsageError extends Error {}

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse(args);
  const [command = 'help', name] = positionals;
  const options = {
    onProgress: (line: string) => process.stderr.write(`${line}\n`),
    ...(values.data === undefined ? {} : { dataDirectory: values.data }),
  };
  if (command === 'up') {
    const only = values.only?.split(',').map(serverNameOf) ?? usual;
    const giveUp = new AbortController();
    const abort = () => giveUp.abort(new Error('interrupted'));
    process.once('SIGINT', abort).once('SIGTERM', abort);
    const started = await startServers({
      ...options,
      only,
      fresh: values.fresh ?? false,
      background: true,
      signal: giveUp.signal,
    });
    await printStatus(started);
    return;
  }
  if (command === 'help') {
    process.stdout.write(usage);
    return;
  }
  if (!['down', 'status', 'start', 'kill', 'stop', 'cont'].includes(command)) {
    throw new UsageError(`unknown command '${command}'`);
  }
  const servers = await findServers(options);
  if (servers === undefined) {
    process.stdout.write('no servers have been started here\n');
    if (command !== 'down') process.exitCode = 1;
    return;
  }
  if (command === 'status') await printStatus(servers);
  else if (command === 'down') await servers.down();
  else {
    const server = serverNameOf(name);
    if (command === 'start') await servers.start(server);
    else if (command === 'kill') await servers.kill(server, 'SIGKILL');
    else if (command === 'stop') await servers.kill(server, 'SIGSTOP');
    else await servers.kill(server, 'SIGCONT');
    process.stdout.write(`${whatHappened(command, server)}\n`);
  }
}

/** Describes the server's new state and the command that undoes it. */
function whatHappened(command: string, name: ServerName): string {
  if (command === 'kill') return `${name} was killed; npm run servers -- start ${name} restores it`;
  if (command === 'stop') return `${name} is suspended; npm run servers -- cont ${name} resumes it`;
  return `${name} is running`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { only: { type: 'string' }, fresh: { type: 'boolean' }, data: { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function serverNameOf(text: string | undefined): ServerName {
  const name = serverNames.find((known) => known === text);
  if (name === undefined) {
    const known = serverNames.join(', ');
    throw new UsageError(
      text === undefined ? `name a server: ${known}` : `unknown server '${text}': name one of ${known}`,
    );
  }
  return name;
}

async function printStatus(servers: Servers): Promise<void> {
  const { addresses, dataDirectory } = servers;
  const width = Math.max(...serverNames.map((name) => name.length));
  for (const name of serverNames) {
    const shown = descriptionOf(name).showAddresses(addresses[name]);
    const pid = servers.pid(name);
    const status = await servers.status(name);
    const remark = status === 'running' ? await remarkOn(servers, name) : '';
    const columns = [
      name.padEnd(width),
      status.padEnd(8),
      String(pid ?? '').padStart(7),
      `${shown}${remark}`,
    ];
    process.stdout.write(`${columns.join('  ')}\n`);
  }
  process.stdout.write(`data directory: ${dataDirectory}\n`);
}

/** What a server says of itself beside its state, in brackets; empty if nothing. */
async function remarkOn(servers: Servers, name: ServerName): Promise<string> {
  const remark = await descriptionOf(name)
    .describeStatus?.((command) => servers.execute(name, command))
    .catch(() => 'does not say more');
  return remark === undefined ? '' : ` (${remark})`;
}

try {
  if (!printsHelp(usage)) await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = 1;
  if (error instanceof UsageError) failUsage(error.message, usage);
  else if (error instanceof PrerequisiteError) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
