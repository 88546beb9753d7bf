import { parseArgs } from 'node:util';
import { failUsage, printsHelp } from '../lib/command-line.ts';
import { PrerequisiteError } from '../lib/prerequisite-error.ts';
import { findServers, type Servers, startServers } from './servers.ts';
import { type ServerName, serverNames } from './state.ts';

const usage = `usage: npm run servers -- <command>

  up [--only NAME,…] [--fresh]  start the servers and leave them running; --fresh empties them first
  down                          end them; their data stays
  status                        what runs where
  start NAME                    start one again, on the same port and data
  kill NAME                     end one at once, as a crash would (SIGKILL)
  stop NAME                     hold one still, as a hang would (SIGSTOP)
  cont NAME                     let it continue (SIGCONT)

  --data DIRECTORY              where their data is, by default .caudal/servers

NAME is one of ${serverNames.join(', ')}.
`;

/** A command line that makes no sense. */
class UsageError extends Error {}

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse(args);
  const [command = 'help', name] = positionals;
  const options = {
    onProgress: (line: string) => process.stderr.write(`${line}\n`),
    ...(values.data === undefined ? {} : { dataDirectory: values.data }),
  };
  if (command === 'up') {
    const only = values.only?.split(',').map(serverNameOf) ?? serverNames;
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
    throw new UsageError(`no command '${command}'`);
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

/** What became of a server, and the command that undoes it. */
function whatHappened(command: string, name: ServerName): string {
  if (command === 'kill') return `${name} was killed; npm run servers -- start ${name} restores it`;
  if (command === 'stop') return `${name} is held still; npm run servers -- cont ${name} lets it continue`;
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
      text === undefined ? `name a server: ${known}` : `no server '${text}': name one of ${known}`,
    );
  }
  return name;
}

async function printStatus(servers: Servers): Promise<void> {
  const { addresses, dataDirectory } = servers;
  const urls: Readonly<Record<ServerName, string>> = {
    rabbitmq: `${addresses.rabbitmqUrl}  ${addresses.rabbitmqManagementUrl}`,
    kafka: addresses.kafkaBrokers,
    valkey: addresses.valkeyUrl,
    redis: addresses.redisUrl,
    prometheus: addresses.prometheusUrl,
  };
  for (const name of serverNames) {
    const pid = servers.pid(name);
    const status = (await servers.status(name)).padEnd(8);
    process.stdout.write(`${name.padEnd(10)}  ${status}  ${String(pid ?? '').padStart(7)}  ${urls[name]}\n`);
  }
  process.stdout.write(`data in ${dataDirectory}\n`);
}

try {
  if (!printsHelp(usage)) await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = 1;
  if (error instanceof UsageError) failUsage(error.message, usage);
  else if (error instanceof PrerequisiteError) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
