import { UsageError } from './usage.ts';

/**
 * URL of the database as its owner: the one that is given, else the one of the environment, else that of `npm run servers`.
 * @throws UsageError if there is none
 */
export async function databaseUrl(
  given: string | undefined,
  fromEnvironment: string | undefined,
): Promise<string> {
  const url = given ?? (fromEnvironment || (await localUrl()));
  if (url === undefined)
    throw new UsageError(
      'no servers have been started here: run npm run servers -- up --only postgresql, or give --url',
    );
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new UsageError(`the URL of the database is not like postgresql://user:password@host:port/database`);
}

/** The image of the services has no tools: a URL is to be given there. */
async function localUrl(): Promise<string | undefined> {
  const tools = await import('../../../../tools/servers/servers.ts').catch(() => undefined);
  const servers = await tools?.findServers({});
  return servers?.addresses.postgresql.films.ownerUrl;
}
