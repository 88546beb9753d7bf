/** Asks RabbitMQ's management API, with an object as JSON body. */
export type RabbitmqManagement = (method: string, path: string, body?: object) => Promise<Response>;

/** A client of the management API at `url`, which contains the user and password. */
export function rabbitmqManagement(url: string): RabbitmqManagement {
  const { origin, username, password } = new URL(url);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return (method, path, body) =>
    fetch(new URL(path, origin), {
      method,
      headers: { authorization },
      ...(body && { body: JSON.stringify(body) }),
    });
}
