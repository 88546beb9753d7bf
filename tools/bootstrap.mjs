/**
 * Runs a TypeScript program of this repository: `node tools/bootstrap.mjs <script.ts> [arguments]`.
 *
 * Works on any Node.js from 20 with nothing installed. It installs the packages of package-lock.json where they are
 * missing or differ, then runs the program with the pinned Node.js 24, whose exit status or signal becomes its own.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const requiredMajor = 24;
const say = (line) => process.stderr.write(`${line}\n`);
const major = (version) => Number(version.split('.')[0]);

/** Whether node_modules matches the lock file, as recorded by npm. */
function isInstalled() {
  const packagesOf = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  try {
    const installed = packagesOf('node_modules/.package-lock.json');
    return Object.entries(packagesOf('package-lock.json')).every(([path, wanted]) => {
      if (!path.includes('node_modules/')) return true;
      const found = installed[path];
      if (found === undefined) return wanted.optional === true || wanted.devOptional === true;
      return (
        found.version === wanted.version && found.integrity === wanted.integrity && found.link === wanted.link
      );
    });
  } catch {
    return false;
  }
}

/** Node.js 24 installed by npm, otherwise the one running this file. */
function pinnedNode() {
  const pinned = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (process.platform === 'linux' && existsSync(pinned)) return pinned;
  return major(process.versions.node) >= requiredMajor ? process.execPath : undefined;
}

/** Ctrl-C in a terminal reaches every process of the foreground group; a forwarded copy would count as a second Ctrl-C. */
function terminalSignalsChild() {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[2] === fields[5];
  } catch {
    return process.stdin.isTTY === true;
  }
}

/**
 * Half of what a program of this repository computes until it is ready is compiling its modules: kept here, also for every process that
 * it starts. A folder of the packages, so that it is emptied with them.
 */
const environment = {
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
  ...process.env,
};

/** Runs a program; resolves with its exit. Forwards signals sent only to this process. */
function run(command, args, stdio = 'inherit') {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio, env: environment });
    const forward = (signal) => {
      if (signal !== 'SIGINT' || !terminalSignalsChild()) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const done = () => {
      for (const signal of signals) process.off(signal, forward);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      done();
      resolve({ code, signal });
    });
  });
}

/** Exits like the child process. */
function endAs({ code, signal }) {
  if (signal === null) process.exitCode = code;
  else process.kill(process.pid, signal);
}

async function main() {
  const [script, ...args] = process.argv.slice(2);
  if (script === undefined) {
    say('usage: node tools/bootstrap.mjs <script.ts> [arguments]');
    process.exitCode = 2;
    return;
  }
  if (major(process.versions.node) < 20) {
    say(`Node.js ${process.versions.node} is too old: install Node.js 20 or newer (24 recommended).`);
    process.exitCode = 1;
    return;
  }
  if (!isInstalled()) {
    say('installing npm packages into node_modules, about 500 MB …');
    const startedAt = Date.now();
    const elapsed = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
    const progress = setInterval(() => say(`installing npm packages … ${elapsed()}`), 15_000);
    // npm by the Node.js that runs this file, so that a machine with several does not mix them.
    const npmCli = process.env.npm_execpath;
    const [npm, npmArgs] = npmCli?.endsWith('npm-cli.js') ? [process.execPath, [npmCli]] : ['npm', []];
    const options = [
      'ci',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--prefix',
      root,
    ];
    const ended = await run(npm, [...npmArgs, ...options], ['ignore', 2, 2]).catch((error) => {
      say(`cannot start npm (${error.message}): install npm, which comes with Node.js.`);
      return { code: 1, signal: null };
    });
    clearInterval(progress);
    if (ended.code !== 0) {
      if (ended.signal === null) say('npm ci failed; its message is above.');
      endAs(ended);
      return;
    }
    say(`npm packages installed in ${elapsed()}`);
  }
  const node = pinnedNode();
  if (node === undefined) {
    say(
      `Node.js ${requiredMajor} is required, this is ${process.versions.node}. On Linux (x64, arm64) it comes with the ` +
        `npm packages; run "npm ci --include=optional", or install Node.js ${requiredMajor} and run this again with it.`,
    );
    process.exitCode = 1;
    return;
  }
  const flags = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];
  endAs(await run(node, [...flags, script, ...args]));
}

await main();
